// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/toolschemalist.h"
#include "core/llm/httperror.h"
#include "core/llm/httpmodelclient.h"
#include "core/llm/providers.h"
#include "core/llm/retryhint.h"
#include "tests/support/modelprobe.h"
#include "tests/support/rawhttpserver.h"
#include "tests/support/testregistry.h"

#include <QDateTime>
#include <QTest>

using namespace orrery;
using namespace orrery::testing;
using orrery::testing::ModelProbe;
using orrery::testing::RawHttpServer;
using After = RawHttpServer::After;

namespace {

llm::ModelRequest requestTo(const RawHttpServer &server, bool stream = true)
{
    llm::ModelRequest request;
    request.agent = "coder";
    request.provider = "custom";
    request.model = "m-1";
    request.baseUrl = server.baseUrl();
    request.apiKey = kKey;
    request.messages = {std::make_shared<Message>(Message::system("be brief")),
                        std::make_shared<Message>(Message::user("grüß mich"))};
    request.settings = Json{{"temperature", 0.5}};
    request.stream = stream;
    request.idleTimeoutMs = 10000;
    return request;
}

QByteArray textEvent(const char *text)
{
    return sseEvent(
        {{"id", "c1"},
         {"model", "m-1-2024"},
         {"choices",
          {{{"index", 0}, {"delta", {{"content", text}}}, {"finish_reason", nullptr}}}}});
}

QByteArray finishEvent(const char *reason)
{
    return sseEvent(
        {{"id", "c1"},
         {"model", "m-1-2024"},
         {"choices", {{{"index", 0}, {"delta", Json::object()}, {"finish_reason", reason}}}}});
}

QByteArray toolEvent(const Json &call)
{
    return sseEvent(
        {{"id", "c1"},
         {"choices",
          {{{"index", 0}, {"delta", {{"tool_calls", {call}}}}, {"finish_reason", nullptr}}}}});
}

QByteArray usageEvent(int in, int out)
{
    return sseEvent(
        {{"id", "c1"},
         {"choices", Json::array()},
         {"usage",
          {{"prompt_tokens", in}, {"completion_tokens", out}, {"total_tokens", in + out}}}});
}

QByteArray greeting()
{
    return textEvent("Grüß") + textEvent(" dich") + textEvent(", Welt 🌍") + finishEvent("stop")
           + usageEvent(11, 7) + kDone;
}

} // namespace

class TestHttpClient : public QObject
{
    Q_OBJECT

private slots:
    void sendsWhatTheServerNeeds()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + greeting());
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestTo(server);
        request.tools = std::make_shared<const llm::ToolSchemaList>(
            Json{{{"type", "function"},
                  {"function", {{"name", "grep"}, {"parameters", Json::object()}}}}});
        QVERIFY(probe.run(request));
        QCOMPARE(server.requests().size(), std::size_t(1));
        const auto &sent = server.requests()[0];
        QVERIFY(sent.head.startsWith("POST /v1/chat/completions HTTP/1.1"));
        QCOMPARE(sent.header("Authorization"), QByteArray("Bearer ") + kKey);
        QCOMPARE(sent.header("Content-Type"), kJson);
        QCOMPARE(sent.header("Content-Length"), QByteArray::number(sent.body.size()));
        const Json body = Json::parse(sent.body.toStdString());
        QCOMPARE(body["model"].get<std::string>(), std::string("m-1"));
        QCOMPARE(body["stream"].get<bool>(), true);
        QCOMPARE(body["stream_options"]["include_usage"].get<bool>(), true);
        QCOMPARE(body["temperature"].get<double>(), 0.5);
        QCOMPARE(body["messages"].size(), std::size_t(2));
        QCOMPARE(body["tools"].size(), std::size_t(1));
    }

    void withoutKeyThereIsNoAuthorization()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + greeting());
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestTo(server);
        request.apiKey.clear();
        QVERIFY(probe.run(request));
        QVERIFY(probe.succeeded());
        QVERIFY(server.requests()[0].header("Authorization").isEmpty());
    }

    void streamsText()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + greeting());
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server)));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        QCOMPARE(probe.text, std::string("Grüß dich, Welt 🌍"));
        QCOMPARE(*probe.reply().message.content, probe.text);
        QCOMPARE(probe.reply().finishReason, std::string("stop"));
        QCOMPARE(probe.reply().model, std::string("m-1-2024"));
        QCOMPARE(probe.reply().usage.inputTokens, std::int64_t(11));
        QCOMPARE(probe.reply().usage.outputTokens, std::int64_t(7));
        QCOMPARE(probe.reply().rawUsage["total_tokens"].get<int>(), 18);
        QTest::qWait(20);
        QCOMPARE(probe.doneCount, 1);
    }

    void splitsDoNotMatter_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {1, 2, 3, 7, 64})
            QTest::addRow("%d bytes a piece", size) << size;
    }
    void splitsDoNotMatter()
    {
        QFETCH(int, size);
        RawHttpServer server;
        const QByteArray all = RawHttpServer::head("200 OK", kSse) + greeting();
        RawHttpServer::Answer answer;
        answer.gapMs = 0;
        for (qsizetype at = 0; at < all.size(); at += size)
            answer.pieces.push_back(all.mid(at, size));
        server.answer(answer);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server), 30000));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        QCOMPARE(*probe.reply().message.content, std::string("Grüß dich, Welt 🌍"));
        QCOMPARE(probe.text, std::string("Grüß dich, Welt 🌍"));
    }

    void assemblesToolCalls()
    {
        RawHttpServer server;
        QByteArray body = toolEvent({{"index", 0},
                                     {"id", "a1"},
                                     {"type", "function"},
                                     {"function", {{"name", "read_file"}, {"arguments", ""}}}});
        body += toolEvent({{"index", 0}, {"function", {{"arguments", "{\"path\":\"sr"}}}});
        body += toolEvent({{"index", 1},
                           {"id", "a2"},
                           {"type", "function"},
                           {"function", {{"name", "glob"}, {"arguments", "{\"pattern\":\"*\"}"}}}});
        body += toolEvent({{"index", 0}, {"function", {{"arguments", "c/a.c\"}"}}}});
        body += finishEvent("tool_calls") + kDone;
        server.answer(RawHttpServer::head("200 OK", kSse) + body);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server)));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        const auto &calls = probe.reply().message.toolCalls;
        QCOMPARE(calls.size(), std::size_t(2));
        QCOMPARE(*calls[0].id, std::string("a1"));
        QCOMPARE(*calls[0].name, std::string("read_file"));
        QCOMPARE(calls[0].arguments["path"].get<std::string>(), std::string("src/a.c"));
        QCOMPARE(*calls[1].name, std::string("glob"));
        QCOMPARE(probe.reply().finishReason, std::string("tool_calls"));
    }

    void readsPlainAnswers_data()
    {
        QTest::addColumn<bool>("stream");
        QTest::newRow("asked for") << false;
        QTest::newRow("although a stream was asked for") << true;
    }
    void readsPlainAnswers()
    {
        QFETCH(bool, stream);
        RawHttpServer server;
        const Json body = {
            {"model", "m-1-2024"},
            {"choices",
             {{{"index", 0},
               {"finish_reason", "stop"},
               {"message", {{"role", "assistant"}, {"content", "all at once"}}}}}},
            {"usage", {{"prompt_tokens", 3}, {"completion_tokens", 4}, {"total_tokens", 7}}}};
        server.answer(RawHttpServer::full("200 OK", kJson, QByteArray::fromStdString(body.dump())),
                      After::KeepOpen);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server, stream)));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        QCOMPARE(*probe.reply().message.content, std::string("all at once"));
        QCOMPARE(probe.reply().usage.outputTokens, std::int64_t(4));
        QCOMPARE(probe.reply().finishReason, std::string("stop"));
        const Json sent = Json::parse(server.requests()[0].body.toStdString());
        QCOMPARE(sent.contains("stream_options"), stream);
    }

    void abortClosesTheSocket()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + textEvent("first"), After::KeepOpen);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        probe.start(requestTo(server));
        QTRY_COMPARE(probe.text, std::string("first"));
        QCOMPARE(server.open(), 1);
        probe.call->abort();
        QTRY_COMPARE(server.open(), 0);
        QVERIFY(!probe.result);
    }

    void callMayBeDroppedInItsOwnHandler()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + greeting(), After::KeepOpen);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        probe.onDelta = [&] { probe.call.reset(); };
        probe.start(requestTo(server));
        QTRY_COMPARE(server.accepted(), 1);
        QTRY_COMPARE(server.open(), 0);
        QCOMPARE(probe.deltas.size(), std::size_t(1));
        QVERIFY(!probe.result);
    }

    void nothingComesFromWithinStart()
    {
        llm::HttpModelClient client;
        ModelProbe probe(client);
        llm::ModelRequest request;
        request.provider = "custom";
        probe.start(request);
        QVERIFY(!probe.result);
        QTRY_VERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::InvalidArgument);
        QVERIFY(probe.error().message.find("base_url") != std::string::npos);
    }

    void statusBecomesError_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("retryable");
        QTest::addColumn<qlonglong>("retryAfter");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char *name, QByteArray status, QByteArray headers,
                            QByteArray body, ErrorCode code, bool retryable, qlonglong after,
                            QByteArray says) {
            QTest::newRow(name) << status << headers << body << int(code) << retryable << after
                                << says;
        };
        const QByteArray limit =
            R"({"error":{"message":"slow down","type":"tokens","code":"rate_limit_exceeded"}})";
        row("429 with seconds", "429 Too Many Requests", "Retry-After: 2\r\n", limit,
            ErrorCode::RateLimited, true, 2000, "slow down");
        row("429 with ms", "429 Too Many Requests", "retry-after-ms: 340\r\nRetry-After: 1\r\n",
            limit, ErrorCode::RateLimited, true, 340, "slow down");
        row("429 without a hint", "429 Too Many Requests", "", limit, ErrorCode::RateLimited, true,
            -1, "slow down");
        row("429 with a past date", "429 Too Many Requests",
            "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", limit, ErrorCode::RateLimited, true,
            0, "slow down");
        row("401", "401 Unauthorized", "",
            QByteArray("{\"error\":{\"message\":\"Incorrect API key provided: ") + kKey + "\"}}",
            ErrorCode::Auth, false, -1, "Incorrect API key provided: [key]");
        row("403 Anthropic form", "403 Forbidden", "",
            R"({"type":"error","error":{"type":"permission_error","message":"not for you"}})",
            ErrorCode::Auth, false, -1, "not for you");
        row("404", "404 Not Found", "", R"({"error":{"message":"model 'm-1' not found"}})",
            ErrorCode::NotFound, false, -1, "model 'm-1' not found");
        row("400 error is text", "400 Bad Request", "", R"({"error":"messages must not be empty"})",
            ErrorCode::InvalidArgument, false, -1, "messages must not be empty");
        row("422 detail", "422 Unprocessable Entity", "", R"({"detail":"bad field"})",
            ErrorCode::InvalidArgument, false, -1, "bad field");
        row("500 plain", "500 Internal Server Error", "", "the cat ate it", ErrorCode::Server, true,
            -1, "the cat ate it");
        row("503 with a hint", "503 Service Unavailable", "Retry-After: 7\r\n", "",
            ErrorCode::Server, true, 7000, "503");
        row("302", "302 Found", "Location: http://127.0.0.1:1/elsewhere\r\n", "",
            ErrorCode::BadResponse, false, -1, "redirects are not followed");
    }
    void statusBecomesError()
    {
        QFETCH(QByteArray, status);
        QFETCH(QByteArray, headers);
        QFETCH(QByteArray, body);
        QFETCH(int, code);
        QFETCH(bool, retryable);
        QFETCH(qlonglong, retryAfter);
        QFETCH(QByteArray, says);
        RawHttpServer server;
        server.answer(RawHttpServer::full(status, kJson, body, headers), After::KeepOpen);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server)));
        QVERIFY(probe.failed());
        const Error &error = probe.error();
        QCOMPARE(int(error.code), code);
        QCOMPARE(error.httpStatus, status.left(3).toInt());
        QCOMPARE(error.retryable, retryable);
        QCOMPARE(error.retryAfterMs, retryAfter);
        QVERIFY2(error.message.find(says.toStdString()) != std::string::npos,
                 error.message.c_str());
        QVERIFY(error.message.find(kKey) == std::string::npos);
        QVERIFY(error.detail.find(kKey) == std::string::npos);
        QCOMPARE(server.requests().size(), std::size_t(1));
    }

    void cutStreamsAreErrors_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("reset");
        const QByteArray half = textEvent("half an ans");
        QTest::newRow("closed") << RawHttpServer::head("200 OK", kSse) + half << false;
        QTest::newRow("closed in an event")
            << RawHttpServer::head("200 OK", kSse) + half + "data: {\"cho" << false;
        QTest::newRow("closed in a chunk")
            << "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
               "chunked\r\n\r\nfff\r\n"
                   + half
            << false;
        QTest::newRow("reset") << RawHttpServer::head("200 OK", kSse) + half << true;
    }
    void cutStreamsAreErrors()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, reset);
        RawHttpServer server;
        server.answer({{bytes}, reset ? After::Reset : After::Close, 30});
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server)));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Network);
        QVERIFY(probe.error().retryable);
        QVERIFY2(probe.error().message.find("cut after ") != std::string::npos,
                 probe.error().message.c_str());
        QCOMPARE(probe.text, std::string("half an ans"));
        QCOMPARE(server.requests().size(), std::size_t(1));
    }

    void finishReasonWithoutDoneIsAnEnd()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + textEvent("short")
                      + finishEvent("stop"));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server)));
        QVERIFY(probe.succeeded());
        QCOMPARE(*probe.reply().message.content, std::string("short"));
    }

    void garbageIsQuoted_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("quoted");
        QTest::newRow("a page") << QByteArray("text/html")
                                << QByteArray("<html>Sign in to the Wi-Fi</html>")
                                << QByteArray("Sign in to the Wi-Fi");
        QTest::newRow("JSON of another kind")
            << kJson << QByteArray("{\"hello\":1}") << QByteArray("hello");
        QTest::newRow("not JSON in an event")
            << kSse << QByteArray("data: %%% no json %%%\n\n") << QByteArray("%%% no json");
        QTest::newRow("long") << kSse << QByteArray(100000, 'x') << QByteArray("xxxx");
        QTest::newRow("nothing") << kSse << QByteArray() << QByteArray();
    }
    void garbageIsQuoted()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, quoted);
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", type) + body);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server)));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::BadResponse);
        QVERIFY2(probe.error().detail.find(quoted.toStdString()) != std::string::npos,
                 probe.error().detail.c_str());
        QVERIFY(probe.error().detail.size() <= 310);
    }

    void errorInsideStreamIsReported_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("alone") << sseEvent(
            {{"error", {{"message", "the model is overloaded"}, {"type", "server_error"}}}});
        QTest::newRow("after text")
            << textEvent("so")
                   + sseEvent({{"error", {{"message", "the model is overloaded"}, {"code", 502}}}});
        QTest::newRow("plain") << QByteArray(R"({"error":{"message":"the model is overloaded"}})");
    }
    void errorInsideStreamIsReported()
    {
        QFETCH(QByteArray, body);
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", body.startsWith('{') ? kJson : kSse) + body);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server)));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Server);
        QVERIFY(probe.error().retryable);
        QVERIFY2(probe.error().message.find("the model is overloaded") != std::string::npos,
                 probe.error().message.c_str());
    }

    void silenceIsATimeout_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("from the start") << QByteArray();
        QTest::newRow("in the stream") << RawHttpServer::head("200 OK", kSse) + textEvent("wait");
    }
    void silenceIsATimeout()
    {
        QFETCH(QByteArray, bytes);
        RawHttpServer server;
        server.answer(bytes, After::KeepOpen);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestTo(server);
        request.firstByteTimeoutMs = 300;
        request.idleTimeoutMs = 300;
        QVERIFY(probe.run(request));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Timeout);
        QVERIFY(probe.error().retryable);
        QTRY_COMPARE(server.open(), 0);
    }

    void refusedConnectionIsANetworkError()
    {
        RawHttpServer server;
        const auto request = requestTo(server);
        server.stopListening();
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(request));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Network);
        QVERIFY(probe.error().retryable);
        QVERIFY2(probe.error().message.find("refuses") != std::string::npos,
                 probe.error().message.c_str());
    }

    void manyCallsRunAtTheSameTime()
    {
        constexpr int kCalls = 20;
        RawHttpServer server;
        for (int i = 0; i < kCalls; ++i)
            server.answer(RawHttpServer::head("200 OK", kSse) + textEvent("hold"), After::KeepOpen);
        llm::HttpModelClient client;
        std::vector<std::unique_ptr<ModelProbe>> probes;
        for (int i = 0; i < kCalls; ++i) {
            probes.push_back(std::make_unique<ModelProbe>(client));
            probes.back()->start(requestTo(server));
        }
        for (const auto &probe : probes)
            QTRY_COMPARE(probe->text, std::string("hold"));
        QCOMPARE(server.open(), kCalls);
    }

    void aWrongAddressIsExplained_data()
    {
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("explained");
        const QByteArray page = "<!DOCTYPE html><html>Not here</html>";
        QTest::newRow("404, a page")
            << QByteArray("404 Not Found") << QByteArray("text/html") << page << true;
        QTest::newRow("405") << QByteArray("405 Method Not Allowed") << kJson
                             << QByteArray(R"({"detail":"Method Not Allowed"})") << true;
        QTest::newRow("404 of a framework") << QByteArray("404 Not Found") << kJson
                                            << QByteArray(R"({"detail":"Not Found"})") << true;
        QTest::newRow("404, nothing")
            << QByteArray("404 Not Found") << kJson << QByteArray() << true;
        QTest::newRow("200, a page")
            << QByteArray("200 OK") << QByteArray("text/html; charset=utf-8") << page << true;
        QTest::newRow("404 of a model server")
            << QByteArray("404 Not Found") << kJson
            << QByteArray(R"({"error":{"message":"The model `m-1` does not exist"}})") << false;
    }
    void aWrongAddressIsExplained()
    {
        QFETCH(QByteArray, status);
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        QFETCH(bool, explained);
        RawHttpServer server;
        server.answer(RawHttpServer::full(status, type, body));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestTo(server);
        request.baseUrl = "http://127.0.0.1:" + std::to_string(server.port()) + "/api";
        QVERIFY(probe.run(request));
        QVERIFY(probe.failed());
        const std::string &said = probe.error().message;
        QVERIFY2((said.find("is the base_url right? It is usually " + server.baseUrl() + " ")
                  != std::string::npos)
                     == explained,
                 said.c_str());
        QVERIFY2((said.find(request.baseUrl + "/chat/completions") != std::string::npos)
                     == explained,
                 said.c_str());
    }

    void addressesAreWrittenInManyWays_data()
    {
        QTest::addColumn<QByteArray>("provider");
        QTest::addColumn<QByteArray>("written");
        QTest::addColumn<QByteArray>("meant");
        const auto row = [](const char *provider, const char *written, const char *meant) {
            QTest::addRow("%s %s", provider, written)
                << QByteArray(provider) << QByteArray(written) << QByteArray(meant);
        };
        row("custom", "http://h", "http://h/v1");
        row("custom", "http://h:8080/", "http://h:8080/v1");
        row("custom", "http://h/v1/", "http://h/v1");
        row("custom", "http://h/api", "http://h/api");
        row("custom", "http://h/v1/chat/completions", "http://h/v1");
        row("custom", "http://h/v1/chat/completions/", "http://h/v1");
        row("custom", "http://h/chat/completions", "http://h/v1");
        row("custom", "http://h/v1/responses", "http://h/v1");
        row("custom", "http://h/v1/models", "http://h/v1");
        row("custom", "http://completions", "http://completions/v1");
        row("ollama", "http://h:11434", "http://h:11434/v1");
        row("groq", "https://api.groq.com", "https://api.groq.com/openai/v1");
        row("anthropic", "https://h", "https://h");
        row("anthropic", "https://h/v1", "https://h");
        row("anthropic", "https://h/v1/messages", "https://h");
        row("gemini", "https://h", "https://h/v1beta");
        row("gemini", "https://h/v1beta/models/m:generateContent", "https://h/v1beta");
        row("openai", "", "https://api.openai.com/v1");
    }
    void addressesAreWrittenInManyWays()
    {
        QFETCH(QByteArray, provider);
        QFETCH(QByteArray, written);
        QFETCH(QByteArray, meant);
        const std::string once = llm::resolveBaseUrl(provider.toStdString(), written.toStdString());
        QCOMPARE(once, meant.toStdString());
        QCOMPARE(llm::resolveBaseUrl(provider.toStdString(), once), once);
    }

    void ownHeadersAreSent()
    {
        qputenv("ORRERY_TEST_HEADER", "gateway-secret\n");
        RawHttpServer server;
        server.answer(RawHttpServer::full("403 Forbidden", kJson,
                                          R"({"error":"no entry with Bearer gateway-secret"})"));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestTo(server);
        request.headers = {{"X-Title", "orrery"},
                           {"Authorization", "Bearer ${ORRERY_TEST_HEADER}"}};
        QVERIFY(probe.run(request));
        QVERIFY(probe.failed());
        QVERIFY2(probe.error().message.find("gateway-secret") == std::string::npos,
                 probe.error().message.c_str());
        const auto &sent = server.requests()[0];
        QCOMPARE(sent.header("X-Title"), QByteArray("orrery"));
        QCOMPARE(sent.header("Authorization"), QByteArray("Bearer gateway-secret"));
        QCOMPARE(sent.head.toLower().count("authorization:"), qsizetype(1));
        qunsetenv("ORRERY_TEST_HEADER");
        QVERIFY(probe.run(request));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Auth);
        QVERIFY2(probe.error().message.find("ORRERY_TEST_HEADER") != std::string::npos,
                 probe.error().message.c_str());
        QCOMPARE(server.requests().size(), std::size_t(1));
    }

    void theNextRequestUsesTheSameConnection()
    {
        RawHttpServer server;
        const QByteArray chunk = greeting();
        llm::HttpModelClient client;
        ModelProbe probe(client);
        for (int i = 0; i < 4; ++i) {
            server.answer("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n"
                              + QByteArray::number(chunk.size(), 16) + "\r\n" + chunk
                              + "\r\n0\r\n\r\n",
                          After::KeepOpen);
            QVERIFY(probe.run(requestTo(server)));
            QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        }
        QCOMPARE(server.accepted(), 1);
    }

    void retryAfterUnderstandsDates()
    {
        const auto now =
            QDateTime(QDate(2024, 2, 29), QTime(12, 0, 0), Qt::UTC).toMSecsSinceEpoch();
        const auto hint = [&](const char *value) {
            return llm::retryHintMs({}, {{"Retry-After", value}}, now);
        };
        QCOMPARE(hint("Thu, 29 Feb 2024 12:00:30 GMT"), 30000LL);
        QCOMPARE(hint(" 1.5 "), 1500LL);
        QCOMPARE(hint("soon"), -1LL);
        QCOMPARE(hint("-3"), -1LL);
    }

    void keysComeFromTheEnvironment()
    {
        qputenv("ORRERY_TEST_KEY", " abc\n");
        QCOMPARE(llm::resolveApiKey("custom", "ORRERY_TEST_KEY"), std::string("abc"));
        QCOMPARE(llm::resolveApiKey("custom", ""), std::string());
        QCOMPARE(llm::resolveApiKey("ollama", ""), std::string());
        QCOMPARE(llm::resolveBaseUrl("ollama", ""), std::string("http://localhost:11434/v1"));
        QCOMPARE(llm::resolveBaseUrl("custom", "http://h/v1//"), std::string("http://h/v1"));
    }
};

ORRERY_TEST(TestHttpClient)
#include "tst_httpclient.moc"
