// SPDX-License-Identifier: GPL-3.0-or-later
// Anthropic and Gemini over a real socket: what is sent, what becomes of the answers.
#include "core/llm/httpmodelclient.h"
#include "core/llm/requestencoder.h"
#include "tests/support/modelprobe.h"
#include "tests/support/rawhttpserver.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::testing;
using orrery::testing::ModelProbe;
using orrery::testing::RawHttpServer;
using After = RawHttpServer::After;

namespace {

llm::ModelRequest requestTo(const RawHttpServer &server, const char *provider, bool stream = true)
{
    llm::ModelRequest request;
    request.provider = provider;
    request.model = "m-1";
    request.baseUrl = "http://127.0.0.1:" + std::to_string(server.port());
    request.apiKey = kKey;
    request.messages = {std::make_shared<Message>(Message::system("be brief")),
                        std::make_shared<Message>(Message::user("grüß mich"))};
    request.stream = stream;
    request.idleTimeoutMs = 10000;
    return request;
}

QByteArray bytes(const Json &json) { return QByteArray::fromStdString(json.dump()); }

/// One of Anthropic's events, with its name as they send it.
QByteArray anthropicEvent(const Json &data)
{
    return "event: " + QByteArray::fromStdString(data["type"].get<std::string>())
           + "\r\ndata: " + bytes(data) + "\r\n\r\n";
}

QByteArray anthropicStream()
{
    return anthropicEvent(
               {{"type", "message_start"},
                {"message",
                 {{"model", "claude-x"},
                  {"content", Json::array()},
                  {"usage",
                   {{"input_tokens", 25}, {"cache_read_input_tokens", 7}, {"output_tokens", 1}}}}}})
           + anthropicEvent({{"type", "ping"}})
           + anthropicEvent(
               {{"type", "content_block_start"},
                {"index", 0},
                {"content_block", {{"type", "thinking"}, {"thinking", ""}, {"signature", ""}}}})
           + anthropicEvent({{"type", "content_block_delta"},
                             {"index", 0},
                             {"delta", {{"type", "thinking_delta"}, {"thinking", "hm, "}}}})
           + anthropicEvent({{"type", "content_block_delta"},
                             {"index", 0},
                             {"delta", {{"type", "thinking_delta"}, {"thinking", "so"}}}})
           + anthropicEvent({{"type", "content_block_delta"},
                             {"index", 0},
                             {"delta", {{"type", "signature_delta"}, {"signature", "c2ln"}}}})
           + anthropicEvent({{"type", "content_block_stop"}, {"index", 0}})
           + anthropicEvent({{"type", "content_block_start"},
                             {"index", 1},
                             {"content_block", {{"type", "text"}, {"text", ""}}}})
           + anthropicEvent({{"type", "content_block_delta"},
                             {"index", 1},
                             {"delta", {{"type", "text_delta"}, {"text", "Grüß dich 🌍"}}}})
           + anthropicEvent({{"type", "content_block_stop"}, {"index", 1}})
           + anthropicEvent({{"type", "content_block_start"},
                             {"index", 2},
                             {"content_block",
                              {{"type", "tool_use"},
                               {"id", "t1"},
                               {"name", "grep"},
                               {"input", Json::object()}}}})
           + anthropicEvent(
               {{"type", "content_block_delta"},
                {"index", 2},
                {"delta", {{"type", "input_json_delta"}, {"partial_json", "{\"q\":\"a"}}}})
           + anthropicEvent({{"type", "content_block_delta"},
                             {"index", 2},
                             {"delta", {{"type", "input_json_delta"}, {"partial_json", "b\"}"}}}})
           + anthropicEvent({{"type", "content_block_stop"}, {"index", 2}})
           + anthropicEvent({{"type", "message_delta"},
                             {"delta", {{"stop_reason", "tool_use"}}},
                             {"usage", {{"output_tokens", 15}}}})
           + anthropicEvent({{"type", "message_stop"}});
}

Json geminiChunk(const Json &parts, const Json &more = Json::object())
{
    Json chunk = {{"candidates", {{{"content", {{"role", "model"}, {"parts", parts}}}}}},
                  {"modelVersion", "gemini-x"}};
    chunk["candidates"][0].update(more);
    return chunk;
}

std::vector<Json> geminiChunks()
{
    Json last =
        geminiChunk(Json::array({{{"functionCall", {{"name", "grep"}, {"args", {{"q", "ab"}}}}},
                                  {"thoughtSignature", "c2ln"}}}),
                    {{"finishReason", "STOP"}});
    last["usageMetadata"] = {
        {"promptTokenCount", 4}, {"candidatesTokenCount", 6}, {"totalTokenCount", 10}};
    return {geminiChunk(Json::array({{{"text", "hm, so"}, {"thought", true}}})),
            geminiChunk(Json::array({{{"text", "Grüß"}}})),
            geminiChunk(Json::array({{{"text", " dich, \"Welt\" }]"}}})), last};
}

QByteArray geminiArray()
{
    QByteArray all = "[";
    for (const Json &chunk : geminiChunks())
        all += (all.size() > 1 ? "\n,\r\n" : "") + bytes(chunk);
    return all + "]\n";
}

QByteArray geminiEvents()
{
    QByteArray all;
    for (const Json &chunk : geminiChunks())
        all += "data: " + bytes(chunk) + "\r\n\r\n";
    return all;
}

RawHttpServer::Answer inPieces(const QByteArray &all, int size)
{
    RawHttpServer::Answer answer;
    answer.gapMs = 0;
    for (qsizetype at = 0; at < all.size(); at += size)
        answer.pieces.push_back(all.mid(at, size));
    return answer;
}

} // namespace

class TestHttpProviders : public QObject
{
    Q_OBJECT

private slots:
    void anthropicGetsItsOwnRequest()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + anthropicStream());
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestTo(server, "anthropic");
        request.baseUrl += "/v1/"; // as people write it for the others
        request.settings = {{"prompt_caching", "1h"}, {"stop", "END"}, {"max_tokens", 99}};
        QVERIFY(probe.run(request));
        const auto &sent = server.requests().at(0);
        QVERIFY2(sent.head.startsWith("POST /v1/messages HTTP/1.1"), sent.head.constData());
        QCOMPARE(sent.header("x-api-key"), QByteArray(kKey));
        QCOMPARE(sent.header("anthropic-version"), QByteArray("2023-06-01"));
        QVERIFY(sent.header("Authorization").isEmpty());
        QCOMPARE(sent.header("Accept"), kSse);
        const Json body = Json::parse(sent.body.toStdString());
        QCOMPARE(body["system"].get<std::string>(), std::string("be brief"));
        QCOMPARE(body["max_tokens"].get<int>(), 99);
        QVERIFY(body["stop_sequences"] == Json::array({"END"}));
        QVERIFY(body["cache_control"] == Json({{"type", "ephemeral"}, {"ttl", "1h"}}));
        QCOMPARE(body["messages"].size(), std::size_t(1));
        QVERIFY(!body.contains("stream_options"));
    }

    void anthropicStreamsThinkingTextAndCalls_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {17, 64, 100000})
            QTest::addRow("%d bytes a piece", size) << size;
    }
    void anthropicStreamsThinkingTextAndCalls()
    {
        QFETCH(int, size);
        RawHttpServer server;
        server.answer(inPieces(RawHttpServer::head("200 OK", kSse) + anthropicStream(), size));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server, "anthropic"), 30000));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        const llm::ModelReply &reply = probe.reply();
        QCOMPARE(probe.thinking, std::string("hm, so"));
        QCOMPARE(probe.text, std::string("Grüß dich 🌍"));
        QCOMPARE(*reply.message.content, probe.text);
        QCOMPARE(*reply.message.reasoningContent, probe.thinking);
        QCOMPARE(reply.message.toolCalls.size(), std::size_t(1));
        QCOMPARE(*reply.message.toolCalls[0].id, std::string("t1"));
        QVERIFY(reply.message.toolCalls[0].arguments == Json({{"q", "ab"}}));
        QCOMPARE(reply.finishReason, std::string("tool_use"));
        QCOMPARE(reply.model, std::string("claude-x"));
        QCOMPARE(reply.usage.inputTokens, std::int64_t(25));
        QCOMPARE(reply.usage.outputTokens, std::int64_t(15));
        QCOMPARE(reply.usage.cacheReadInputTokens, std::int64_t(7));
        QCOMPARE(reply.rawUsage["output_tokens"].get<int>(), 15);
        QCOMPARE(reply.rawUsage["input_tokens"].get<int>(), 25);
    }

    void signedThinkingGoesBack()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + anthropicStream());
        server.answer(RawHttpServer::head("200 OK", kSse) + anthropicStream());
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestTo(server, "anthropic");
        QVERIFY(probe.run(request));
        request.messages.push_back(std::make_shared<Message>(probe.reply().message));
        request.messages.push_back(
            std::make_shared<Message>(Message::tool("t1", "grep", "3 hits")));
        QVERIFY(probe.run(request));
        const Json body = Json::parse(server.requests().at(1).body.toStdString());
        const Json &content = body["messages"][1]["content"];
        QVERIFY(content[0]
                == Json({{"type", "thinking"}, {"thinking", "hm, so"}, {"signature", "c2ln"}}));
        QCOMPARE(content[1]["type"].get<std::string>(), std::string("text"));
        QCOMPARE(content[2]["type"].get<std::string>(), std::string("tool_use"));
        QCOMPARE(body["messages"][2]["content"][0]["tool_use_id"].get<std::string>(),
                 std::string("t1"));
    }

    void anthropicAnswersAtOnce()
    {
        RawHttpServer server;
        const Json body = {{"type", "message"},
                           {"model", "claude-x"},
                           {"content",
                            {{{"type", "redacted_thinking"}, {"data", "ZW5j"}},
                             {{"type", "text"}, {"text", "all at once"}}}},
                           {"stop_reason", "end_turn"},
                           {"usage", {{"input_tokens", 3}, {"output_tokens", 4}}}};
        server.answer(RawHttpServer::full("200 OK", kJson, bytes(body)));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server, "anthropic", false)));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        QCOMPARE(*probe.reply().message.content, std::string("all at once"));
        QCOMPARE(probe.reply().finishReason, std::string("end_turn"));
        QCOMPARE(probe.reply().usage.totalTokens, std::int64_t(7));
        QVERIFY(probe.reply().message.blocks);
        QCOMPARE(probe.reply().message.blocks->blocks.front().native["data"].get<std::string>(),
                 std::string("ZW5j"));
        QVERIFY(!Json::parse(server.requests()[0].body.toStdString()).contains("stream"));
    }

    void geminiGetsItsOwnRequest()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kJson) + geminiArray());
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestTo(server, "gemini");
        request.baseUrl += "/v1beta";
        request.settings = {{"temperature", 0.5}, {"tool_choice", "required"}};
        QVERIFY(probe.run(request));
        const auto &sent = server.requests().at(0);
        QVERIFY2(sent.head.startsWith("POST /v1beta/models/m-1:streamGenerateContent HTTP/1.1"),
                 sent.head.constData());
        QCOMPARE(sent.header("x-goog-api-key"), QByteArray(kKey));
        QVERIFY(sent.header("Authorization").isEmpty());
        const Json body = Json::parse(sent.body.toStdString());
        QCOMPARE(body["systemInstruction"]["parts"][0]["text"].get<std::string>(),
                 std::string("be brief"));
        QCOMPARE(body["generationConfig"]["temperature"].get<double>(), 0.5);
        QCOMPARE(body["toolConfig"]["functionCallingConfig"]["mode"].get<std::string>(),
                 std::string("ANY"));
        QCOMPARE(body["contents"].size(), std::size_t(1));
        QVERIFY(!body.contains("model"));
        QVERIFY(!body.contains("stream"));
    }

    void geminiStreamsAnArrayOrEvents_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("size");
        QTest::newRow("array") << kJson << geminiArray() << 100000;
        QTest::newRow("array in pieces") << kJson << geminiArray() << 17;
        QTest::newRow("events") << kSse << geminiEvents() << 100000;
        QTest::newRow("events in pieces") << kSse << geminiEvents() << 17;
    }
    void geminiStreamsAnArrayOrEvents()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, body);
        QFETCH(int, size);
        RawHttpServer server;
        server.answer(inPieces(RawHttpServer::head("200 OK", type) + body, size));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server, "gemini"), 30000));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        const llm::ModelReply &reply = probe.reply();
        QCOMPARE(probe.thinking, std::string("hm, so"));
        QCOMPARE(probe.text, std::string("Grüß dich, \"Welt\" }]"));
        QCOMPARE(*reply.message.content, probe.text);
        QCOMPARE(reply.message.toolCalls.size(), std::size_t(1));
        const ToolCall &call = reply.message.toolCalls[0];
        QVERIFY(call.id->starts_with("gemini_"));
        QCOMPARE(call.metadata["thought_signature"].get<std::string>(), std::string("c2ln"));
        QCOMPARE(reply.finishReason, std::string("STOP"));
        QCOMPARE(reply.model, std::string("gemini-x"));
        QCOMPARE(reply.usage.totalTokens, std::int64_t(10));
        QCOMPARE(reply.rawUsage["candidatesTokenCount"].get<int>(), 6);
    }

    void geminiAnswersAtOnce()
    {
        RawHttpServer server;
        server.answer(
            RawHttpServer::full("200 OK", kJson,
                                bytes(geminiChunk(Json::array({{{"text", "all at once"}}}),
                                                  {{"finishReason", "STOP"}}))));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server, "gemini", false)));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        QVERIFY(server.requests()[0].head.startsWith("POST /v1beta/models/m-1:generateContent "));
        QCOMPARE(*probe.reply().message.content, std::string("all at once"));
    }

    void aRefusedPromptIsAnError_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("plain") << bytes({{"promptFeedback", {{"blockReason", "SAFETY"}}}});
        QTest::newRow("array") << "[" + bytes({{"promptFeedback", {{"blockReason", "SAFETY"}}}})
                                      + "]";
    }
    void aRefusedPromptIsAnError()
    {
        QFETCH(QByteArray, body);
        RawHttpServer server;
        server.answer(RawHttpServer::full("200 OK", kJson, body));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server, "gemini")));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Denied);
        QVERIFY(probe.error().message.find("refuses the prompt: SAFETY") != std::string::npos);
        QVERIFY(!probe.error().retryable);
    }

    void errorsSayWhatTheProviderSaid_data()
    {
        QTest::addColumn<QString>("provider");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("said");
        QTest::addColumn<qlonglong>("retryAfterMs");
        const auto row = [](const char *name, const char *provider, const char *status,
                            const char *headers, const char *body, ErrorCode code, const char *said,
                            qlonglong retryAfterMs) {
            QTest::newRow(name) << provider << QByteArray(status) << QByteArray(headers)
                                << QByteArray(body) << int(code) << QByteArray(said)
                                << retryAfterMs;
        };
        row("Anthropic is overloaded", "anthropic", "529 Overloaded", "retry-after: 3\r\n",
            R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
            ErrorCode::Server, "answered 529: Overloaded", 3000);
        row("Anthropic's limit", "anthropic", "429 Too Many Requests",
            "anthropic-ratelimit-requests-remaining: 0\r\nanthropic-ratelimit-requests-reset: "
            "2020-01-01T00:00:00Z\r\n",
            R"({"type":"error","error":{"type":"rate_limit_error","message":"slow down"}})",
            ErrorCode::RateLimited, "slow down", 0);
        row("Anthropic's key", "anthropic", "401 Unauthorized", "",
            R"({"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key sk-secret-0123456789"}})",
            ErrorCode::Auth, "invalid x-api-key [key]", -1);
        row("Anthropic's form at a proxy that speaks as OpenAI does", "anthropic",
            "400 Bad Request", "",
            R"({"error":{"message":"no such model","type":"invalid_request_error","code":null}})",
            ErrorCode::InvalidArgument, "no such model", -1);
        row("Gemini's quota", "gemini", "429 Too Many Requests", "",
            R"([{"error":{"code":429,"message":"quota exceeded","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"21.5s"}]}}])",
            ErrorCode::RateLimited, "quota exceeded", 21500);
        row("Gemini's bad request", "gemini", "400 Bad Request", "",
            R"({"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}})",
            ErrorCode::InvalidArgument, "API key not valid", -1);
    }
    void errorsSayWhatTheProviderSaid()
    {
        QFETCH(QString, provider);
        QFETCH(QByteArray, status);
        QFETCH(QByteArray, headers);
        QFETCH(QByteArray, body);
        QFETCH(int, code);
        QFETCH(QByteArray, said);
        QFETCH(qlonglong, retryAfterMs);
        RawHttpServer server;
        server.answer(RawHttpServer::full(status, kJson, body, headers));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server, provider.toUtf8().constData())));
        QVERIFY(probe.failed());
        const Error &error = probe.error();
        QCOMPARE(int(error.code), code);
        QCOMPARE(error.httpStatus, status.left(3).toInt());
        QVERIFY2(error.message.find(said.toStdString()) != std::string::npos,
                 error.message.c_str());
        QCOMPARE(qlonglong(error.retryAfterMs), retryAfterMs);
        QVERIFY(error.fromProvider);
        QVERIFY(error.message.find(kKey) == std::string::npos);
    }

    void errorsInsideAStreamAreReported_data()
    {
        QTest::addColumn<QString>("provider");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("Anthropic")
            << "anthropic"
            << anthropicEvent(
                   {{"type", "error"},
                    {"error", {{"type", "overloaded_error"}, {"message", "overloaded now"}}}});
        QTest::newRow("Gemini")
            << "gemini"
            << "[" + bytes({{"error", {{"code", 503}, {"message", "overloaded now"}}}});
    }
    void errorsInsideAStreamAreReported()
    {
        QFETCH(QString, provider);
        QFETCH(QByteArray, body);
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + body, After::KeepOpen);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server, provider.toUtf8().constData())));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Server);
        QVERIFY(probe.error().retryable);
        QVERIFY(probe.error().message.find("overloaded now") != std::string::npos);
    }

    void cutAnswersAreErrors_data()
    {
        QTest::addColumn<QString>("provider");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("fromProvider");
        const QByteArray anthropic = anthropicStream();
        QTest::newRow("Anthropic, in the text")
            << "anthropic" << anthropic.left(anthropic.indexOf("\"text_delta\"") + 200) << false;
        QTest::newRow("Anthropic, before it")
            << "anthropic" << anthropic.left(anthropic.indexOf("event: content_block_start"))
            << true;
        const QByteArray array = geminiArray();
        QTest::newRow("Gemini, in an object")
            << "gemini" << array.left(array.indexOf("Welt")) << false;
        QTest::newRow("Gemini, between two")
            << "gemini" << array.left(array.indexOf("\n,\r\n") + 1) << false;
    }
    void cutAnswersAreErrors()
    {
        QFETCH(QString, provider);
        QFETCH(QByteArray, body);
        QFETCH(bool, fromProvider);
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + body);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestTo(server, provider.toUtf8().constData())));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Network);
        QCOMPARE(probe.error().fromProvider, fromProvider);
    }

    void whatWasEncodedIsWhatIsSent_data()
    {
        QTest::addColumn<QString>("provider");
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("anthropic") << "anthropic" << anthropicStream();
        QTest::newRow("gemini") << "gemini" << geminiEvents();
    }
    /// Several megabytes, through more than one block, while the encoder goes on.
    void whatWasEncodedIsWhatIsSent()
    {
        QFETCH(QString, provider);
        QFETCH(QByteArray, answer);
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + answer);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestTo(server, provider.toUtf8().constData());
        for (int i = 0; i < 300; ++i)
            request.messages.push_back(
                std::make_shared<Message>(Message::user(std::string(10000, char('a' + i % 26)))));
        llm::RequestEncoder encoder;
        request.body = *encoder.encode(request);
        const std::string body = request.body->toString();
        QVERIFY(body.size() > 3'000'000);
        probe.start(request);
        request.messages.push_back(std::make_shared<Message>(Message::user("later")));
        QVERIFY(encoder.encode(request));
        QTRY_VERIFY_WITH_TIMEOUT(probe.result.has_value(), 30000);
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        QVERIFY(server.requests().at(0).body.toStdString() == body);
    }

    void withoutAKeyNothingIsSent_data()
    {
        QTest::addColumn<QString>("provider");
        QTest::addColumn<QByteArray>("variable");
        QTest::newRow("anthropic") << "anthropic" << QByteArray("ANTHROPIC_API_KEY");
        QTest::newRow("gemini") << "gemini" << QByteArray("GEMINI_API_KEY");
    }
    void withoutAKeyNothingIsSent()
    {
        QFETCH(QString, provider);
        QFETCH(QByteArray, variable);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        llm::ModelRequest request;
        request.provider = provider.toStdString();
        request.model = "m";
        request.messages = {std::make_shared<Message>(Message::user("hi"))};
        QVERIFY(probe.run(request));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::Auth);
        QVERIFY(probe.error().message.find(variable.toStdString()) != std::string::npos);
    }
};

ORRERY_TEST(TestHttpProviders)
#include "tst_httpproviders.moc"
