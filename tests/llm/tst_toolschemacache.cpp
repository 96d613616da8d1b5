// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/toolschemacache.h"
#include "tests/support/allocationcount.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <thread>

using namespace orrery;
using namespace orrery::llm;
using namespace orrery::testing;

namespace {

ToolView describe(const std::string &name) { return {name, "does something", nullptr, {}}; }

} // namespace

class TestToolSchemaCache : public QObject
{
    Q_OBJECT

private slots:
    void aSetIsConvertedOnceForEachForm()
    {
        ToolSchemaCache cache(describe);
        const auto *set = cache.intern({"grep", "glob"});
        const auto first = cache.schemas(set, WireForm::OpenAi);
        QCOMPARE(first->size(), std::size_t(2));
        QCOMPARE(first->toJson()[0]["function"]["name"].get<std::string>(), std::string("grep"));
        QCOMPARE(cache.schemas(set, WireForm::OpenAi), first);
        QCOMPARE(cache.conversions(), std::uint64_t(1));
        const auto other = cache.schemas(set, WireForm::Anthropic);
        QVERIFY(other->toJson()[1].contains("input_schema"));
        QCOMPARE(cache.schemas(cache.intern({"grep", "glob"}), WireForm::Anthropic), other);
        QCOMPARE(cache.conversions(), std::uint64_t(2));
        QVERIFY(cache.schemas(cache.intern({"grep"}), WireForm::OpenAi) != first);
        QCOMPARE(cache.conversions(), std::uint64_t(3));
    }

    void withoutToolsThereIsNoList()
    {
        ToolSchemaCache cache(describe);
        QVERIFY(!cache.schemas(cache.intern({}), WireForm::Gemini));
        QCOMPARE(cache.conversions(), std::uint64_t(0));
    }

    void aHitAllocatesNothing()
    {
        ToolSchemaCache cache(describe);
        const auto *set = cache.intern({"grep", "glob"});
        cache.schemas(set, WireForm::Gemini);
        const std::size_t before = t_allocations;
        for (int i = 0; i < 1000; ++i)
            cache.schemas(set, WireForm::Gemini);
        QCOMPARE(t_allocations, before);
    }

    void threadsShareOneConversion()
    {
        ToolSchemaCache cache(describe);
        std::vector<std::thread> threads;
        std::vector<std::shared_ptr<const ToolSchemaList>> lists(8);
        for (auto &list : lists)
            threads.emplace_back([&cache, &list] {
                for (int i = 0; i < 200; ++i)
                    list = cache.schemas(cache.intern({"grep", "glob"}), WireForm::Anthropic);
            });
        for (std::thread &thread : threads)
            thread.join();
        for (const auto &list : lists)
            QCOMPARE(list, lists.front());
        QCOMPARE(cache.conversions(), std::uint64_t(1));
    }
};

ORRERY_TEST(TestToolSchemaCache)
#include "tst_toolschemacache.moc"
