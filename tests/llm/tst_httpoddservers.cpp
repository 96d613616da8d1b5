// SPDX-License-Identifier: GPL-3.0-or-later
// Servers in OpenAI's form that do not quite speak as OpenAI does.
#include "core/llm/toolschemalist.h"
#include "core/llm/httpmodelclient.h"
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

llm::ModelRequest requestWithTool(const RawHttpServer &server)
{
    llm::ModelRequest request;
    request.provider = "custom";
    request.model = "m-1";
    request.baseUrl = server.baseUrl();
    request.messages = {std::make_shared<Message>(Message::user("hello"))};
    request.tools = std::make_shared<const llm::ToolSchemaList>(Json{
        {{"type", "function"}, {"function", {{"name", "grep"}, {"parameters", Json::object()}}}}});
    request.idleTimeoutMs = 10000;
    return request;
}

QByteArray delta(const Json &delta, const Json &finishReason = nullptr)
{
    return sseEvent(
        {{"choices", {{{"index", 0}, {"delta", delta}, {"finish_reason", finishReason}}}}});
}

QByteArray says(const char *words) { return delta({{"content", words}}); }
QByteArray finish(const char *reason) { return delta(Json::object(), reason); }

QByteArray call(const Json &piece) { return delta({{"tool_calls", Json::array({piece})}}); }

/// What one streamed answer comes to.
struct Outcome {
    explicit Outcome(const QByteArray &body, const char *provider = "custom") : probe(client)
    {
        server.answer(RawHttpServer::head("200 OK", kSse) + body);
        llm::ModelRequest request = requestWithTool(server);
        request.provider = provider;
        finished = probe.run(std::move(request));
    }

    RawHttpServer server;
    llm::HttpModelClient client;
    ModelProbe probe;
    bool finished = false;
};

} // namespace

class TestHttpOddServers : public QObject
{
    Q_OBJECT

private slots:
    void noUsage()
    {
        Outcome outcome(says("hi") + finish("stop") + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        QVERIFY(outcome.probe.reply().rawUsage.is_null());
        QCOMPARE(outcome.probe.reply().usage.totalTokens, std::int64_t(0));
        QCOMPARE(outcome.probe.reply().usage.requests, std::int64_t(1));
    }

    void usageWithEmptyChoices()
    {
        Outcome outcome(says("hi") + finish("stop")
                        + sseEvent({{"choices", Json::array()},
                                    {"usage",
                                     {{"prompt_tokens", 5},
                                      {"completion_tokens", 2},
                                      {"prompt_tokens_details", {{"cached_tokens", 3}}}}}})
                        + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        QCOMPARE(outcome.probe.reply().usage.inputTokens, std::int64_t(5));
        QCOMPARE(outcome.probe.reply().usage.totalTokens, std::int64_t(7));
        QCOMPARE(outcome.probe.reply().usage.cacheReadInputTokens, std::int64_t(3));
        QCOMPARE(outcome.probe.reply().finishReason, std::string("stop"));
    }

    void usageInEveryChunk()
    {
        const auto counted = [](const char *words, int out) {
            return sseEvent({{"choices", {{{"delta", {{"content", words}}}}}},
                             {"usage", {{"prompt_tokens", 5}, {"completion_tokens", out}}}});
        };
        Outcome outcome(counted("a", 1) + counted("b", 2) + finish("stop") + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        QCOMPARE(outcome.probe.reply().usage.outputTokens, std::int64_t(2));
    }

    void contentIsNullAtFirst()
    {
        Outcome outcome(delta({{"role", "assistant"}, {"content", nullptr}}) + says("hi")
                        + finish("stop") + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        QCOMPARE(*outcome.probe.reply().message.content, std::string("hi"));
    }

    void callsWithoutIndex()
    {
        Outcome outcome(
            call({{"id", "a"}, {"function", {{"name", "grep"}, {"arguments", "{\"q\":"}}}})
            + call({{"function", {{"arguments", "1}"}}}})
            + call({{"id", "b"}, {"function", {{"name", "glob"}, {"arguments", "{\"q\":2}"}}}})
            + finish("tool_calls") + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        const auto &calls = outcome.probe.reply().message.toolCalls;
        QCOMPARE(calls.size(), std::size_t(2));
        QVERIFY(calls[0].arguments == Json({{"q", 1}}));
        QCOMPARE(*calls[0].id, std::string("a"));
        QVERIFY(calls[1].arguments == Json({{"q", 2}}));
        QCOMPARE(*calls[1].name, std::string("glob"));
    }

    void callsWithoutIndexAndId()
    {
        Outcome outcome(call({{"function", {{"name", "grep"}, {"arguments", "{\"q\":1}"}}}})
                        + call({{"function", {{"name", "grep"}, {"arguments", "{\"q\":2}"}}}})
                        + finish("tool_calls") + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        const auto &calls = outcome.probe.reply().message.toolCalls;
        QCOMPARE(calls.size(), std::size_t(2));
        QVERIFY(calls[1].arguments == Json({{"q", 2}}));
        QVERIFY(!calls[0].id->empty());
        QVERIFY(*calls[0].id != *calls[1].id);
    }

    void callsThatAllHaveTheSameIndex()
    {
        Outcome outcome(call({{"index", 0},
                              {"id", "a"},
                              {"function", {{"name", "grep"}, {"arguments", "{\"q\":1}"}}}})
                        + call({{"index", 0},
                                {"id", "b"},
                                {"function", {{"name", "grep"}, {"arguments", "{\"q\""}}}})
                        + call({{"index", 0}, {"function", {{"arguments", ":2}"}}}})
                        + finish("tool_calls") + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        const auto &calls = outcome.probe.reply().message.toolCalls;
        QCOMPARE(calls.size(), std::size_t(2));
        QVERIFY(calls[0].arguments == Json({{"q", 1}}));
        QVERIFY(calls[1].arguments == Json({{"q", 2}}));
    }

    void argumentsAreCutOff()
    {
        Outcome outcome(
            call({{"index", 0},
                  {"id", "a"},
                  {"function", {{"name", "write_file"}, {"arguments", "{\"text\":\"ab"}}}})
            + finish("length") + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        const auto &calls = outcome.probe.reply().message.toolCalls;
        QCOMPARE(outcome.probe.reply().finishReason, std::string("length"));
        QCOMPARE(calls.size(), std::size_t(1));
        QVERIFY(calls[0].arguments == Json::object());
        QCOMPARE(calls[0].invalidArguments.value(), std::string("{\"text\":\"ab"));
    }

    void anErrorEndsTheStreamWithoutDone_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<bool>("fromProvider");
        QTest::newRow("at once") << QByteArray() << true;
        QTest::newRow("after text") << says("so") << false;
    }
    void anErrorEndsTheStreamWithoutDone()
    {
        QFETCH(QByteArray, before);
        QFETCH(bool, fromProvider);
        Outcome outcome(
            before
            + sseEvent({{"error", {{"message", "the model crashed"}, {"type", "server_error"}}}}));
        QVERIFY(outcome.finished && outcome.probe.failed());
        QCOMPARE(outcome.probe.error().code, ErrorCode::Server);
        QVERIFY(outcome.probe.error().message.find("the model crashed") != std::string::npos);
        QCOMPARE(outcome.probe.error().fromProvider, fromProvider);
    }

    void aPlainErrorForAStream()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::full(
            "400 Bad Request", kJson,
            R"({"object":"error","message":"max_tokens is too large","type":"BadRequestError","code":400})"));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestWithTool(server)));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::InvalidArgument);
        QCOMPARE(probe.error().httpStatus, 400);
        QVERIFY(probe.error().message.find("max_tokens is too large") != std::string::npos);
        QVERIFY(!probe.error().retryable);
    }

    void commentsNamesAndLineEnds_data()
    {
        QTest::addColumn<QByteArray>("body");
        const QByteArray plain = says("Grüß dich") + finish("stop") + kDone;
        QTest::newRow("CRLF") << QByteArray(plain).replace("\n", "\r\n");
        QTest::newRow("comments") << ": PROCESSING\n\n: PROCESSING\n\n" + plain;
        QTest::newRow("comment in an event") << ": ping\n" + plain;
        QTest::newRow("event names and ids")
            << QByteArray(plain).replace("data:", "event: chunk\nid: 7\ndata:");
        QTest::newRow("no space") << QByteArray(plain).replace("data: ", "data:");
        QTest::newRow("retry") << "retry: 3000\n\n" + plain;
        QTest::newRow("no empty line at the end") << plain.chopped(1);
        QTest::newRow("no DONE") << says("Grüß dich") + finish("stop");
        QTest::newRow("a byte order mark") << "\xEF\xBB\xBF" + plain;
    }
    void commentsNamesAndLineEnds()
    {
        QFETCH(QByteArray, body);
        Outcome outcome(body);
        QVERIFY(outcome.finished);
        QVERIFY2(outcome.probe.succeeded(),
                 outcome.probe.failed() ? outcome.probe.error().message.c_str() : "");
        QCOMPARE(*outcome.probe.reply().message.content, std::string("Grüß dich"));
        QCOMPARE(outcome.probe.text, std::string("Grüß dich"));
    }

    void thinkingUnderEitherName_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::newRow("reasoning_content") << QByteArray("reasoning_content");
        QTest::newRow("reasoning") << QByteArray("reasoning");
    }
    void thinkingUnderEitherName()
    {
        QFETCH(QByteArray, key);
        Outcome outcome(delta({{key.toStdString(), "hm"}, {"content", ""}}) + says("so")
                        + finish("stop") + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        QCOMPARE(outcome.probe.thinking, std::string("hm"));
        QCOMPARE(*outcome.probe.reply().message.reasoningContent, std::string("hm"));
        QCOMPARE(*outcome.probe.reply().message.content, std::string("so"));
    }

    void callsLeftInTheText_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<QByteArray>("names");
        QTest::addColumn<QByteArray>("rest");
        QTest::newRow("one") << QByteArray("I look.\n<tool_call>\n{\"name\": \"grep\", "
                                           "\"arguments\": {\"q\": \"a\"}}\n</tool_call>")
                             << QByteArray("grep") << QByteArray("I look.");
        QTest::newRow("two") << QByteArray(
            R"(<tool_call>{"name":"grep","arguments":{"q":"a"}}</tool_call><tool_call>{"name":"grep","parameters":{"q":"a"}}</tool_call>)")
                             << QByteArray("grep grep") << QByteArray();
        QTest::newRow("without its end")
            << "<tool_call>"
                   + QByteArray::fromStdString(
                       Json({{"name", "grep"}, {"arguments", "{\"q\":\"a\"}"}}).dump())
            << QByteArray("grep") << QByteArray();
        const QByteArray unknown =
            R"(Write <tool_call>{"name":"rm","arguments":{}}</tool_call> to call.)";
        QTest::newRow("of a tool that was not offered") << unknown << QByteArray() << unknown;
        const QByteArray talk = "A call stands between <tool_call> and </tool_call>.";
        QTest::newRow("talk about it") << talk << QByteArray() << talk;
    }
    void callsLeftInTheText()
    {
        QFETCH(QByteArray, words);
        QFETCH(QByteArray, names);
        QFETCH(QByteArray, rest);
        Outcome other(says(words.constData()) + finish("stop") + kDone);
        QVERIFY(other.finished && other.probe.succeeded());
        QVERIFY(other.probe.reply().message.toolCalls.empty()); // only local servers do so
        Outcome outcome(says(words.constData()) + finish("stop") + kDone, "llamacpp");
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        const Message &message = outcome.probe.reply().message;
        QByteArrayList found;
        for (const ToolCall &call : message.toolCalls) {
            found.append(QByteArray::fromStdString(*call.name));
            QVERIFY(call.arguments == Json({{"q", "a"}}));
            QVERIFY(!call.id->empty());
        }
        QCOMPARE(found.join(' '), names);
        QCOMPARE(QByteArray::fromStdString(message.content.value_or("")), rest);
        QCOMPARE(message.content.has_value(), !rest.isEmpty());
    }

    void anAnswerOfWhiteSpaceIsNone()
    {
        Outcome outcome(says("\n") + finish("stop") + kDone);
        QVERIFY(outcome.finished && outcome.probe.succeeded());
        QVERIFY(!outcome.probe.reply().message.content);
    }

    void anEventWithoutEndIsGivenUp()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::head("200 OK", kSse) + "data: \"" + QByteArray(11 << 20, 'x'),
                      After::KeepOpen);
        llm::HttpModelClient client;
        ModelProbe probe(client);
        QVERIFY(probe.run(requestWithTool(server), 30000));
        QVERIFY(probe.failed());
        QCOMPARE(probe.error().code, ErrorCode::BadResponse);
    }

    /// What a model refuses does not go out, whatever the settings say.
    void reasoningModelsAreSparedSampling()
    {
        RawHttpServer server;
        server.answer(RawHttpServer::full(
            "200 OK", kJson,
            R"({"choices":[{"message":{"content":"42"},"finish_reason":"stop"}]})"));
        llm::HttpModelClient client;
        ModelProbe probe(client);
        auto request = requestWithTool(server);
        request.provider = "azure";
        request.model = "o3-mini";
        request.stream = false;
        request.settings = {{"temperature", 1}, {"reasoning_effort", "low"}};
        QVERIFY(probe.run(request));
        QVERIFY2(probe.succeeded(), probe.failed() ? probe.error().message.c_str() : "");
        const Json body = Json::parse(server.requests().at(0).body.toStdString());
        QVERIFY(!body.contains("temperature"));
        QCOMPARE(body["reasoning_effort"].get<std::string>(), std::string("low"));
    }
};

ORRERY_TEST(TestHttpOddServers)
#include "tst_httpoddservers.moc"
