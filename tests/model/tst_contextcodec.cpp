// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/contextcodec.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

namespace {

Json saved(Json fields)
{
    fields["version"] = 1;
    return fields;
}

/// The message and detail of the error, empty when it loads.
QString problem(const Json &data)
{
    const auto context = deserializeContext(data);
    return context ? QString()
                   : QString::fromStdString(context.error().message
                                            + (context.error().detail.empty() ? "" : " ")
                                            + context.error().detail);
}

QString problemOfMessage(Json message)
{
    return problem(saved({{"messages", Json::array({std::move(message)})}}));
}

} // namespace

class TestContextCodec : public QObject
{
    Q_OBJECT

private slots:
    void aContextSurvivesSaving()
    {
        Context context;
        context.agentName = "alpha";
        context.systemPrompt = "line1\nline2";
        context.startedAt = "2026-03-01T12:30:45.123456Z";
        context.iteration = 3;
        context.maxIterations = 7;
        context.deps = {{"nested", {{"list", {1, nullptr, "é"}}}}};
        context.usage.requests = 2;
        context.usage.totalTokens = 99;
        Message user = Message::user("look");
        user.contentParts = {{{"image_url", "https://example.org/a.png", Json::object()}}};
        context.add(user);
        Message answer = Message::assistant("thinking aloud");
        answer.reasoningContent = "because";
        answer.metadata = {{"k", 1}};
        answer.toolCalls.push_back({"c1", "f", {{"x", 1}}, {}, {{"thought_signature", "s"}}});
        answer.toolCalls.push_back({"c2", "g", Json::object(), "{broken", {}});
        context.add(answer);
        context.add(Message::tool("c1", "f", "result"));
        for (const ToolCall &call : answer.toolCalls)
            context.toolCalls.push_back(std::make_shared<const ToolCall>(call));

        const auto loaded = deserializeContext(Json::parse(serializeContext(context).dump()));
        QVERIFY(loaded);
        QCOMPARE(loaded->agentName, context.agentName);
        QCOMPARE(loaded->systemPrompt, context.systemPrompt);
        QCOMPARE(loaded->startedAt, context.startedAt);
        QCOMPARE(loaded->iteration, 3);
        QCOMPARE(loaded->maxIterations, 7);
        QVERIFY(loaded->needsResponse);
        QVERIFY(loaded->deps == context.deps);
        QVERIFY(loaded->usage == context.usage);
        QCOMPARE(loaded->toolCalls.size(), context.toolCalls.size());
        for (std::size_t i = 0; i < context.toolCalls.size(); ++i)
            QVERIFY(*loaded->toolCalls[i] == *context.toolCalls[i]);
        QCOMPARE(loaded->messages.size(), context.messages.size());
        for (std::size_t i = 0; i < context.messages.size(); ++i)
            QVERIFY(*loaded->messages[i] == *context.messages[i]);
    }

    void credentialsAreNeverWritten_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("isWritten");
        for (const char *name :
             {"api_key", "OPENAI_APIKEY", "apiKey", "tokens_used", "Secretary", "db_password",
              "passwd", "Authorization", "credentials", "private_key", "aws_access_key", "Bearer"})
            QTest::newRow(name) << QByteArray(name) << false;
        for (const char *name : {"api-key", "key", "user", "auth", "cookie", ""})
            QTest::newRow(*name ? name : "(empty)") << QByteArray(name) << true;
    }

    void credentialsAreNeverWritten()
    {
        QFETCH(QByteArray, name);
        QFETCH(bool, isWritten);
        Context context;
        context.deps[name.toStdString()] = "sk-sensitive";
        const std::string text = serializeContext(context).dump();
        QCOMPARE(text.find("sk-sensitive") != std::string::npos, isWritten);
    }

    void anUnusableVersionIsNamed()
    {
        QCOMPARE(problem(Json::object()), "missing or invalid version field");
        QCOMPARE(problem({{"version", "1"}}), "missing or invalid version field");
        QCOMPARE(problem({{"version", 1.0}}), "missing or invalid version field");
        QCOMPARE(problem(Json::array()), "missing or invalid version field");
        QCOMPARE(problem({{"version", 2}}), "unsupported version: 2");
        QCOMPARE(problem({{"version", -1}}), "unsupported version: -1");
    }

    void anErrorSaysWhereAndWhatWasExpected()
    {
        QCOMPARE(problem(saved({{"deps", 5}})),
                 "invalid_data /deps: found number, expected an object");
        QCOMPARE(problem(saved({{"iteration", 1e20}})),
                 "invalid_data /iteration: found number, expected a whole number of 32 bits");
        QCOMPARE(problem(saved({{"max_iterations", 5000000000}})),
                 "invalid_data /max_iterations: found number, expected a whole number of 32 bits");
        QCOMPARE(problem(saved({{"usage", {{"requests", "2"}}}})),
                 "invalid_data /usage/requests: found string, expected a whole number");
        QCOMPARE(problem(saved({{"messages", {"text"}}})),
                 "invalid_data /messages/0: found string, expected a message");
        QCOMPARE(problem(saved({{"tool_calls", {1}}})),
                 "invalid_data /tool_calls: found number, expected a tool call");
        QCOMPARE(problem(saved({{"agent_name", 5}})),
                 "invalid_data /agent_name: found number, expected a string or null");
    }

    void aMessageThatCannotStandIsRefused_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *message, const char *expected) {
            QTest::newRow(message) << QByteArray(message) << QString(expected);
        };
        row(R"({"role":"user"})", "invalid_message /messages/0/content: expected text");
        row(R"({"role":"system","content":" "})",
            "invalid_message /messages/0/content: expected text");
        row(R"({"role":"tool","content":"r"})",
            "invalid_message /messages/0/tool_call_id: expected the id of a call");
        row(R"({"role":"tool","content":"r","tool_call_id":" "})",
            "invalid_message /messages/0/tool_call_id: expected the id of a call");
        row(R"({"role":"user","content":"u","tool_call_id":"c"})",
            "invalid_message /messages/0/tool_call_id: expected null, the role is not tool");
        row(R"({"role":"user","content":5})",
            "invalid_message /messages/0/content: found number, expected a string or null");
        row(R"({"role":"user","content":"u","metadata":5})",
            "invalid_message /messages/0/metadata: expected an object");
        row(R"({"role":"assistant"})", "");
        row(R"({"role":"narrator","content":""})", "");
        row(R"({"role":"user","content":" ","tool_call_id":""})", "");
    }

    void aMessageThatCannotStandIsRefused()
    {
        QFETCH(QByteArray, message);
        QFETCH(QString, expected);
        QCOMPARE(problemOfMessage(Json::parse(message.toStdString())), expected);
    }

    void whiteSpaceOfAPersonIsKeptAndOfAModelDropped()
    {
        const auto context = deserializeContext(
            saved({{"messages",
                    {{{"role", "user"}, {"content", " \n"}},
                     {{"role", "assistant"}, {"content", " "}, {"reasoning_content", " "}}}}}));
        QVERIFY(context);
        QCOMPARE(*context->messages[0]->content, std::string(" \n"));
        QVERIFY(!context->messages[1]->content);
        QVERIFY(!context->messages[1]->reasoningContent);
    }

    void aTimeIsBroughtToUtcOrForgotten()
    {
        const auto startedAt = [](const char *text) {
            return deserializeContext(saved({{"started_at", text}}))->startedAt;
        };
        QCOMPARE(startedAt("2026-01-02T03:04:05+02:00"), std::string("2026-01-02T01:04:05Z"));
        QCOMPARE(startedAt("2026-01-02 03:04:05.5Z"), std::string("2026-01-02T03:04:05.5Z"));
        QCOMPARE(startedAt("2026-01-02T03:04:05"), std::string());
        QCOMPARE(startedAt("nonsense"), std::string());
    }

    void aFlagOfAnotherKindKeepsItsMeaningAndItsWords()
    {
        for (const Json &flag : {Json("yes"), Json(0), Json::array(), Json(true)}) {
            const auto context = deserializeContext(saved({{"needs_response", flag}}));
            QVERIFY(context->needsResponse);
            QVERIFY(serializeContext(*context)["needs_response"] == flag);
        }
        for (const Json &flag : {Json(false), Json()}) {
            const auto context = deserializeContext(saved({{"needs_response", flag}}));
            QVERIFY(!context->needsResponse);
            QVERIFY(serializeContext(*context)["needs_response"] == false);
        }
    }
};

ORRERY_TEST(TestContextCodec)
#include "tst_contextcodec.moc"
