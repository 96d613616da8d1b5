// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/cachingembedder.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using Batch = std::vector<std::string>;

namespace {

/// Counts what it is asked for; the vector of a text is its length.
class Counting final : public memory::Embedder
{
public:
    std::string name() const override { return called; }
    int dimension() const override { return 1; }
    Result<std::vector<float>> embed(std::string_view text) override
    {
        return std::vector<float>{static_cast<float>(text.size())};
    }
    Result<std::vector<std::vector<float>>> embedBatch(const Batch &texts) override
    {
        asked.push_back(texts);
        if (fails)
            return fail(ErrorCode::Network, "the server is away");
        std::vector<std::vector<float>> vectors;
        for (const std::string &text : texts)
            vectors.push_back({static_cast<float>(text.size())});
        return vectors;
    }

    std::string called = "counting";
    bool fails = false;
    std::vector<Batch> asked;
};

} // namespace

class TestCachingEmbedder : public QObject
{
    Q_OBJECT

private slots:
    void asksOnceForATextAndInOneBatch()
    {
        const auto inner = std::make_shared<Counting>();
        memory::CachingEmbedder embedder(inner);
        const auto vectors = embedder.embedBatch({"a", "bb", "a", "ccc", ""});
        QVERIFY(vectors);
        const std::vector<std::vector<float>> expected = {{1}, {2}, {1}, {3}, {0}};
        QCOMPARE(*vectors, expected);
        QCOMPARE(inner->asked.size(), std::size_t(1));
        QCOMPARE(inner->asked[0], Batch({"a", "bb", "ccc", ""}));
        QCOMPARE((*embedder.embed("bb"))[0], 2.0F);
        QVERIFY(embedder.embedBatch({"ccc", "dddd"}));
        QCOMPARE(inner->asked.size(), std::size_t(2));
        QCOMPARE(inner->asked[1], Batch({"dddd"}));
        QVERIFY(embedder.embedBatch({})->empty());
        QCOMPARE(inner->asked.size(), std::size_t(2));
    }

    void theVectorsUsedLongestAgoGo()
    {
        const auto inner = std::make_shared<Counting>();
        memory::CachingEmbedder embedder(inner, 2);
        QVERIFY(embedder.embed("a"));
        QVERIFY(embedder.embed("bb"));
        QVERIFY(embedder.embed("a"));
        QVERIFY(embedder.embed("ccc"));
        QCOMPARE(embedder.size(), std::size_t(2));
        inner->asked.clear();
        QVERIFY(embedder.embed("a"));
        QVERIFY(inner->asked.empty());
        QVERIFY(embedder.embed("bb"));
        QCOMPARE(inner->asked.size(), std::size_t(1));
    }

    void errorsAreNotKept()
    {
        const auto inner = std::make_shared<Counting>();
        memory::CachingEmbedder embedder(inner);
        inner->fails = true;
        const auto failed = embedder.embed("a");
        QVERIFY(!failed);
        QCOMPARE(failed.error().message, std::string("the server is away"));
        inner->fails = false;
        QVERIFY(embedder.embed("a"));
    }

    void anotherModelIsAskedAnew()
    {
        const auto inner = std::make_shared<Counting>();
        memory::CachingEmbedder embedder(inner);
        QVERIFY(embedder.embed("a"));
        inner->called = "another";
        QVERIFY(embedder.embed("a"));
        QCOMPARE(inner->asked.size(), std::size_t(2));
    }
};

ORRERY_TEST(TestCachingEmbedder)
#include "tst_cachingembedder.moc"
