// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/cachingembedder.h"
#include "core/runtime/networkembedder.h"
#include "tests/support/rawhttpserver.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <future>

using namespace orrery;
using orrery::testing::RawHttpServer;

namespace {

llm::EmbeddingServer serverAt(const RawHttpServer &server)
{
    llm::EmbeddingServer at;
    at.api = llm::EmbeddingApi::Ollama;
    at.baseUrl = server.baseUrl();
    at.model = "embed-1";
    return at;
}

void answerWith(RawHttpServer &server, const QByteArray &body)
{
    server.answer(RawHttpServer::full("200 OK", "application/json", body));
}

/// Runs in another thread, as a search does, while this one serves the socket.
template <typename Function>
auto elsewhere(Function function)
{
    auto future = std::async(std::launch::async, std::move(function));
    while (future.wait_for(std::chrono::milliseconds(0)) != std::future_status::ready)
        QTest::qWait(1);
    return future.get();
}

} // namespace

class TestNetworkEmbedder : public QObject
{
    Q_OBJECT

private slots:
    void blocksUntilTheVectorsHaveCome()
    {
        RawHttpServer server;
        answerWith(server, R"({"embeddings":[[1,2],[3,4]]})");
        runtime::NetworkEmbedder embedder(serverAt(server));
        QCOMPARE(embedder.name(), std::string("ollama:embed-1"));
        QCOMPARE(embedder.dimension(), 0);
        const auto vectors = elsewhere([&] { return embedder.embedBatch({"a", "b"}); });
        QVERIFY(vectors);
        QCOMPARE((*vectors)[1], std::vector<float>({3, 4}));
        QCOMPARE(embedder.dimension(), 2);
    }

    void laterVectorsMustHaveTheSameLength()
    {
        RawHttpServer server;
        answerWith(server, R"({"embeddings":[[1,2]]})");
        answerWith(server, R"({"embeddings":[[1,2,3]]})");
        runtime::NetworkEmbedder embedder(serverAt(server));
        QVERIFY(elsewhere([&] { return embedder.embed("a"); }));
        const auto second = elsewhere([&] { return embedder.embed("b"); });
        QVERIFY(!second);
        QCOMPARE(int(second.error().code), int(ErrorCode::BadResponse));
        QCOMPARE(embedder.dimension(), 2);
    }

    void aCacheSparesTheSecondRequest()
    {
        RawHttpServer server;
        answerWith(server, R"({"embeddings":[[1,2]]})");
        memory::CachingEmbedder embedder(
            std::make_shared<runtime::NetworkEmbedder>(serverAt(server)));
        const auto first = elsewhere([&] { return embedder.embed("a"); });
        const auto second = elsewhere([&] { return embedder.embed("a"); });
        QVERIFY(first && second);
        QCOMPARE(*first, *second);
        QCOMPARE(server.requests().size(), std::size_t(1));
    }

    void severalThreadsMayAsk()
    {
        RawHttpServer server;
        for (int i = 0; i < 8; ++i)
            answerWith(server, R"({"embeddings":[[1,2]]})");
        runtime::NetworkEmbedder embedder(serverAt(server));
        std::vector<std::future<Result<std::vector<float>>>> asked;
        for (int i = 0; i < 8; ++i)
            asked.push_back(std::async(std::launch::async, [&] { return embedder.embed("a"); }));
        for (auto &one : asked)
            QVERIFY(elsewhere([&] { return one.get(); }));
        QCOMPARE(server.requests().size(), std::size_t(8));
    }

    void cancelWakesWhoeverWaits()
    {
        RawHttpServer server; // does not answer
        runtime::NetworkEmbedder embedder(serverAt(server));
        auto asked = std::async(std::launch::async, [&] { return embedder.embed("a"); });
        QTRY_COMPARE(server.requests().size(), std::size_t(1));
        embedder.cancel();
        const auto vector = elsewhere([&] { return asked.get(); });
        QVERIFY(!vector);
        QCOMPARE(int(vector.error().code), int(ErrorCode::Cancelled));
        QTRY_COMPARE(server.open(), 0);
        answerWith(server, R"({"embeddings":[[1]]})");
        QVERIFY(elsewhere([&] { return embedder.embed("a"); }));
    }
};

ORRERY_TEST(TestNetworkEmbedder)
#include "tst_networkembedder.moc"
