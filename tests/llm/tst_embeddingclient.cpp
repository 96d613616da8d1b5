// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/embeddingclient.h"
#include "core/model/json.h"
#include "tests/support/rawhttpserver.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <optional>

using namespace orrery;
using namespace orrery::testing;
using orrery::testing::RawHttpServer;
using After = RawHttpServer::After;

namespace {

llm::EmbeddingServer serverAt(const RawHttpServer &server,
                              llm::EmbeddingApi api = llm::EmbeddingApi::OpenAi)
{
    llm::EmbeddingServer at;
    at.api = api;
    at.baseUrl = server.baseUrl();
    at.model = "embed-1";
    at.apiKey = kKey;
    at.timeoutMs = 10000;
    at.firstDelayMs = 1;
    return at;
}

QByteArray answerOf(const QByteArray &body, const QByteArray &status = "200 OK",
                    const QByteArray &headers = {})
{
    return RawHttpServer::full(status, kJson, body, headers);
}

/// Asks, and waits for what comes.
struct Probe {
    explicit Probe(llm::EmbeddingServer server) : client(std::move(server)) {}

    void start(std::vector<std::string> texts)
    {
        result.reset();
        call = client.start(std::move(texts), [this](Result<llm::Embeddings> embeddings) {
            ++done;
            result = std::move(embeddings);
        });
    }
    bool run(std::vector<std::string> texts)
    {
        start(std::move(texts));
        return QTest::qWaitFor([this] { return result.has_value(); }, 10000);
    }
    const llm::Embeddings &vectors() const { return **result; }
    const Error &error() const { return result->error(); }

    llm::EmbeddingClient client;
    std::unique_ptr<llm::EmbeddingCall> call;
    std::optional<Result<llm::Embeddings>> result;
    int done = 0;
};

} // namespace

class TestEmbeddingClient : public QObject
{
    Q_OBJECT

private slots:
    void asksAsOpenAiIsAsked()
    {
        RawHttpServer server;
        server.answer(answerOf(
            R"({"object":"list","data":[{"object":"embedding","index":1,"embedding":[3,4]},)"
            R"({"object":"embedding","index":0,"embedding":[1.5,-2e-1]}],"usage":{"total_tokens":9}})"));
        auto settings = serverAt(server);
        settings.dimensions = 2;
        settings.asksForDimensions = true;
        Probe probe(settings);
        QVERIFY(probe.run({"grüß", "two"}));
        QVERIFY2(*probe.result, probe.error().message.c_str());
        QCOMPARE(probe.vectors(), llm::Embeddings({{1.5F, -0.2F}, {3, 4}}));
        const auto &sent = server.requests().at(0);
        QVERIFY(sent.head.startsWith("POST /v1/embeddings HTTP/1.1"));
        QCOMPARE(sent.header("Authorization"), QByteArray("Bearer ") + kKey);
        QCOMPARE(sent.header("Content-Type"), kJson);
        const Json expected = {{"model", "embed-1"},
                               {"input", {"grüß", "two"}},
                               {"encoding_format", "float"},
                               {"dimensions", 2}};
        QVERIFY(Json::parse(sent.body.toStdString()) == expected);
        QTest::qWait(20);
        QCOMPARE(probe.done, 1);
    }

    void asksAsOllamaIsAsked_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("with /v1") << "/v1";
        QTest::newRow("without") << "";
        QTest::newRow("with a slash") << "/";
    }
    void asksAsOllamaIsAsked()
    {
        QFETCH(QString, path);
        RawHttpServer server;
        server.answer(answerOf(R"({"model":"embed-1","embeddings":[[1,0,2],[3,4,5]]})"));
        auto settings = serverAt(server, llm::EmbeddingApi::Ollama);
        settings.baseUrl = "http://127.0.0.1:" + std::to_string(server.port()) + path.toStdString();
        settings.apiKey.clear();
        Probe probe(settings);
        QVERIFY(probe.run({"one", "two"}));
        QVERIFY2(*probe.result, probe.error().message.c_str());
        QCOMPARE(probe.vectors(), llm::Embeddings({{1, 0, 2}, {3, 4, 5}}));
        const auto &sent = server.requests().at(0);
        QVERIFY(sent.head.startsWith("POST /api/embed HTTP/1.1"));
        QVERIFY(sent.header("Authorization").isEmpty());
        const Json expected = {{"model", "embed-1"}, {"input", {"one", "two"}}};
        QVERIFY(Json::parse(sent.body.toStdString()) == expected);
    }

    void sendsManyTextsInBatches()
    {
        RawHttpServer server;
        server.answer(answerOf(R"({"embeddings":[[1],[2]]})"), After::KeepOpen);
        server.answer(answerOf(R"({"embeddings":[[3],[4]]})"), After::KeepOpen);
        server.answer(answerOf(R"({"embeddings":[[5]]})"), After::KeepOpen);
        auto settings = serverAt(server, llm::EmbeddingApi::Ollama);
        settings.textsPerRequest = 2;
        Probe probe(settings);
        QVERIFY(probe.run({"a", "b", "c", "d", "e"}));
        QVERIFY2(*probe.result, probe.error().message.c_str());
        QCOMPARE(probe.vectors(), llm::Embeddings({{1}, {2}, {3}, {4}, {5}}));
        QCOMPARE(server.requests().size(), std::size_t(3));
        QVERIFY(Json::parse(server.requests()[1].body.toStdString())["input"] == Json({"c", "d"}));
        QCOMPARE(server.accepted(), 1); // one connection for all
    }

    void nothingToAskNeedsNoServer()
    {
        RawHttpServer server;
        Probe probe(serverAt(server));
        probe.start({});
        QVERIFY(!probe.result);
        QTRY_VERIFY(probe.result.has_value());
        QVERIFY(probe.vectors().empty());
        QCOMPARE(server.accepted(), 0);
    }

    void triesAgainWhenTheServerIsBusy_data()
    {
        QTest::addColumn<QByteArray>("first");
        const QByteArray limit = R"({"error":{"message":"slow down"}})";
        QTest::newRow("429") << answerOf(limit, "429 Too Many Requests");
        QTest::newRow("429 with a hint")
            << answerOf(limit, "429 Too Many Requests", "retry-after-ms: 20\r\n");
        QTest::newRow("503") << answerOf("", "503 Service Unavailable");
        QTest::newRow("cut") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"em");
        QTest::newRow("no answer") << QByteArray();
    }
    void triesAgainWhenTheServerIsBusy()
    {
        QFETCH(QByteArray, first);
        RawHttpServer server;
        server.answer(first);
        server.answer(answerOf(R"({"embeddings":[[1,2]]})"));
        Probe probe(serverAt(server, llm::EmbeddingApi::Ollama));
        QVERIFY(probe.run({"a"}));
        QVERIFY2(*probe.result, probe.error().message.c_str());
        QCOMPARE(probe.vectors(), llm::Embeddings({{1, 2}}));
        QCOMPARE(server.requests().size(), std::size_t(2));
        QCOMPARE(server.requests()[0].body, server.requests()[1].body);
    }

    void waitsAsLongAsTheServerSays()
    {
        RawHttpServer server;
        server.answer(answerOf("{}", "429 Too Many Requests", "Retry-After: 3600\r\n"));
        auto settings = serverAt(server);
        Probe impatient(settings);
        QVERIFY(impatient.run({"a"}));
        QVERIFY(!*impatient.result);
        QCOMPARE(int(impatient.error().code), int(ErrorCode::RateLimited));
        QCOMPARE(impatient.error().retryAfterMs, 3600000LL);
        QCOMPARE(server.requests().size(), std::size_t(1));

        server.answer(answerOf("{}", "429 Too Many Requests", "Retry-After: 60\r\n"));
        settings.longestDelayMs = 100000;
        Probe patient(settings);
        patient.start({"a"});
        QTRY_COMPARE(server.requests().size(), std::size_t(2));
        QTest::qWait(50);
        QVERIFY(!patient.result);
        QCOMPARE(server.requests().size(), std::size_t(2));
        patient.call.reset();
    }

    void givesUpAfterSoManyAttempts()
    {
        RawHttpServer server;
        for (int i = 0; i < 5; ++i)
            server.answer(answerOf(R"({"error":"out of memory"})", "500 Internal Server Error"));
        auto settings = serverAt(server);
        settings.attempts = 3;
        Probe probe(settings);
        QVERIFY(probe.run({"a"}));
        QVERIFY(!*probe.result);
        QCOMPARE(int(probe.error().code), int(ErrorCode::Server));
        QVERIFY(probe.error().message.find("500: out of memory") != std::string::npos);
        QCOMPARE(server.requests().size(), std::size_t(3));
    }

    void saysWhatTheServerSaid_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char *name, QByteArray answer, ErrorCode code, QByteArray says) {
            QTest::newRow(name) << answer << int(code) << says;
        };
        row("no model",
            answerOf(R"({"error":"model 'embed-1' not found, try pulling it first"})",
                     "404 Not Found"),
            ErrorCode::NotFound, "not found, try pulling it first");
        row("a wrong key",
            answerOf(QByteArray("{\"error\":{\"message\":\"Incorrect API key provided: ") + kKey
                         + "\"}}",
                     "401 Unauthorized"),
            ErrorCode::Auth, "Incorrect API key provided: [key]");
        row("too long",
            answerOf(R"({"error":{"message":"input is too large"}})", "400 Bad Request"),
            ErrorCode::InvalidArgument, "input is too large");
        row("elsewhere", answerOf("", "302 Found", "Location: http://127.0.0.1:1/\r\n"),
            ErrorCode::BadResponse, "redirects are not followed");
        row("an error with 200", answerOf(R"({"error":{"message":"bad input","code":400}})"),
            ErrorCode::InvalidArgument, "bad input");
        row("no JSON", answerOf("<html>"), ErrorCode::BadResponse, "the answer is no JSON object");
        row("no embeddings", answerOf(R"({"data":{}})"), ErrorCode::BadResponse,
            "the answer holds no embeddings");
        row("too few", answerOf(R"({"data":[{"embedding":[1]}]})"), ErrorCode::BadResponse,
            "the answer holds 1 embeddings for 2 texts");
        row("one twice",
            answerOf(R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]})"),
            ErrorCode::BadResponse, "index 0 of an embedding is there twice");
        row("an index too high",
            answerOf(R"({"data":[{"index":2,"embedding":[1]},{"index":0,"embedding":[2]}]})"),
            ErrorCode::BadResponse, "index 2 of an embedding is too high");
        row("NaN", answerOf(R"({"data":[{"embedding":[1,2]},{"embedding":[1,null]}]})"),
            ErrorCode::BadResponse, "value 1 of embedding 1 is null, expected a finite number");
        row("infinite", answerOf(R"({"data":[{"embedding":[1e39,2]},{"embedding":[1,2]}]})"),
            ErrorCode::BadResponse, "value 0 of embedding 0 is 1e+39, expected a finite number");
        row("base64", answerOf(R"({"data":[{"embedding":"AACA"},{"embedding":[1]}]})"),
            ErrorCode::BadResponse, "embedding 0 is string, expected a list");
        row("empty", answerOf(R"({"data":[{"embedding":[]},{"embedding":[]}]})"),
            ErrorCode::BadResponse, "embedding 0 has no values");
        row("of two lengths", answerOf(R"({"data":[{"embedding":[1,2]},{"embedding":[1]}]})"),
            ErrorCode::BadResponse, "embedding 1 has 1 values, expected 2");
    }
    void saysWhatTheServerSaid()
    {
        QFETCH(QByteArray, answer);
        QFETCH(int, code);
        QFETCH(QByteArray, says);
        RawHttpServer server;
        server.answer(answer);
        Probe probe(serverAt(server));
        QVERIFY(probe.run({"a", "b"}));
        QVERIFY(!*probe.result);
        const Error &error = probe.error();
        QCOMPARE(int(error.code), code);
        QVERIFY2(error.message.find(says.toStdString()) != std::string::npos,
                 error.message.c_str());
        QVERIFY(error.message.find(kKey) == std::string::npos);
        QVERIFY(error.detail.find(kKey) == std::string::npos);
        QCOMPARE(server.requests().size(), std::size_t(1));
    }

    void vectorsMustHaveTheExpectedLength()
    {
        RawHttpServer server;
        server.answer(answerOf(R"({"embeddings":[[1,2]]})"));
        auto settings = serverAt(server, llm::EmbeddingApi::Ollama);
        settings.dimensions = 3;
        Probe probe(settings);
        QVERIFY(probe.run({"a"}));
        QVERIFY(!*probe.result);
        QVERIFY(probe.error().message.find("embedding 0 has 2 values, expected 3")
                != std::string::npos);
    }

    void batchesMustHaveOneLength()
    {
        RawHttpServer server;
        server.answer(answerOf(R"({"embeddings":[[1,2]]})"));
        server.answer(answerOf(R"({"embeddings":[[1,2,3]]})"));
        auto settings = serverAt(server, llm::EmbeddingApi::Ollama);
        settings.textsPerRequest = 1;
        Probe probe(settings);
        QVERIFY(probe.run({"a", "b"}));
        QVERIFY(!*probe.result);
        QCOMPARE(int(probe.error().code), int(ErrorCode::BadResponse));
    }

    void aSilentServerIsATimeout()
    {
        RawHttpServer server; // reads and says nothing
        auto settings = serverAt(server);
        settings.timeoutMs = 50;
        settings.attempts = 2;
        Probe probe(settings);
        QVERIFY(probe.run({"a"}));
        QVERIFY(!*probe.result);
        QCOMPARE(int(probe.error().code), int(ErrorCode::Timeout));
        QCOMPARE(server.requests().size(), std::size_t(2));
        QTRY_COMPARE(server.open(), 0);
    }

    void aServerThatIsNotThere()
    {
        RawHttpServer server;
        auto settings = serverAt(server);
        settings.attempts = 2;
        server.stopListening();
        Probe probe(settings);
        QVERIFY(probe.run({"a"}));
        QVERIFY(!*probe.result);
        QCOMPARE(int(probe.error().code), int(ErrorCode::Network));
        QVERIFY(probe.error().message.find("refuses connections") != std::string::npos);
    }

    void goesThroughTheProxyThatIsNamed()
    {
        RawHttpServer proxy;
        proxy.answer(answerOf(R"({"data":[{"index":0,"embedding":[1,2]}]})"));
        llm::EmbeddingServer server;
        server.baseUrl = "http://embeddings.invalid/v1";
        server.model = "embed-1";
        server.attempts = 1;
        server.proxy = proxy.baseUrl();
        server.proxy.resize(server.proxy.find('/', 7));
        Probe probe(server);
        QVERIFY(probe.run({"a"}));
        QVERIFY2(*probe.result, probe.error().message.c_str());
        QVERIFY(proxy.requests()[0].head.startsWith(
            "POST http://embeddings.invalid/v1/embeddings HTTP/1.1"));
    }

    void anAuthorityThatIsNotThereIsNamed()
    {
        RawHttpServer here(RawHttpServer::Wire::Tls);
        llm::EmbeddingServer server = serverAt(here);
        server.attempts = 1;
        server.caFile = "/nowhere/ca.pem";
        Probe probe(server);
        QVERIFY(probe.run({"a"}));
        QVERIFY(!*probe.result);
        QVERIFY2(probe.error().message.find("/nowhere/ca.pem") != std::string::npos,
                 probe.error().message.c_str());
    }

    void anAddressThatIsNone_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<int>("code");
        QTest::newRow("no scheme") << "somewhere/v1" << int(ErrorCode::InvalidArgument);
        QTest::newRow("another protocol") << "ftp://somewhere/v1" << int(ErrorCode::Denied);
        QTest::newRow("nothing") << "" << int(ErrorCode::InvalidArgument);
    }
    void anAddressThatIsNone()
    {
        QFETCH(QString, address);
        QFETCH(int, code);
        llm::EmbeddingServer settings;
        settings.baseUrl = address.toStdString();
        Probe probe(settings);
        QVERIFY(probe.run({"a"}));
        QVERIFY(!*probe.result);
        QCOMPARE(int(probe.error().code), code);
    }

    void droppingACallClosesItsConnection()
    {
        RawHttpServer server; // does not answer
        Probe probe(serverAt(server));
        probe.start({"a"});
        QTRY_COMPARE(server.requests().size(), std::size_t(1));
        QCOMPARE(server.open(), 1);
        probe.call.reset();
        QTRY_COMPARE(server.open(), 0);
        QVERIFY(!probe.result);
    }
};

ORRERY_TEST(TestEmbeddingClient)
#include "tst_embeddingclient.moc"
