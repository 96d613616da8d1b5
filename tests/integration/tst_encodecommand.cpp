// SPDX-License-Identifier: GPL-3.0-or-later
// `orrery-cli encode`: a neutral request in, a provider's body out.
#include "core/model/json.h"
#include "tests/support/runcli.h"
#include "tests/support/testregistry.h"

#include <QProcess>
#include <QTest>

using namespace orrery;
using namespace orrery::testing;

namespace {

ProgramOutcome encode(const QStringList &arguments, const QByteArray &input)
{
    return runCli(QStringList{"encode"} + arguments, input);
}

const Json kRequest = {
    {"model", "m-1"},
    {"messages",
     {{{"role", "system"}, {"content", "be brief"}},
      {{"role", "user"}, {"content", "grüß mich"}},
      {{"role", "assistant"},
       {"tool_calls", {{{"id", "c1"}, {"name", "grep"}, {"arguments", {{"q", "a"}}}}}}},
      {{"role", "tool"}, {"tool_call_id", "c1"}, {"name", "grep"}, {"content", "{\"hits\":3}"}}}},
    {"settings", {{"temperature", 0.5}, {"max_tokens", 10}, {"stop", "END"}}},
    {"tools", {{{"name", "grep"}, {"description", nullptr}, {"parameters", nullptr}}}},
    {"stream", true}};

} // namespace

class TestEncodeCommand : public QObject
{
    Q_OBJECT

private slots:
    void writesTheBodyOfEachProvider()
    {
        const QByteArray input = QByteArray::fromStdString(kRequest.dump());
        const auto body = [&](const char *provider) {
            const ProgramOutcome outcome = encode({"--provider", provider}, input);
            return outcome.code == 0 && outcome.out.count('\n') == 1
                       ? Json::parse(outcome.out.toStdString())
                       : Json(outcome.err.toStdString());
        };
        const Json openAi = body("openai");
        QCOMPARE(openAi["messages"].size(), std::size_t(4));
        QCOMPARE(openAi["messages"][2]["tool_calls"][0]["function"]["arguments"].get<std::string>(),
                 std::string("{\"q\":\"a\"}"));
        QCOMPARE(openAi["tools"][0]["function"]["description"].get<std::string>(),
                 std::string("No description provided"));
        QCOMPARE(openAi["stream"].get<bool>(), true);
        QCOMPARE(openAi["stop"].get<std::string>(), std::string("END"));
        const Json anthropic = body("anthropic");
        QCOMPARE(anthropic["system"].get<std::string>(), std::string("be brief"));
        QCOMPARE(anthropic["messages"][1]["content"][0]["input"]["q"].get<std::string>(),
                 std::string("a"));
        QVERIFY(anthropic["stop_sequences"] == Json::array({"END"}));
        const Json gemini = body("gemini");
        QCOMPARE(
            gemini["contents"][2]["parts"][0]["functionResponse"]["response"]["hits"].get<int>(),
            3);
        QCOMPARE(gemini["generationConfig"]["maxOutputTokens"].get<int>(), 10);
        QVERIFY(!gemini.contains("model"));
    }

    void aProviderBeforeTheNameIsNoPartOfIt_data()
    {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("sent");
        QTest::newRow("its own") << "openai:gpt-4o"
                                 << "gpt-4o";
        QTest::newRow("of the same form") << "openrouter:x/y"
                                          << "x/y";
        QTest::newRow("a name with a colon") << "qwen2.5:14b"
                                             << "qwen2.5:14b";
    }
    void aProviderBeforeTheNameIsNoPartOfIt()
    {
        QFETCH(QString, given);
        QFETCH(QString, sent);
        Json request = kRequest;
        request["model"] = given.toStdString();
        const ProgramOutcome outcome =
            encode({"--provider", "openai"}, QByteArray::fromStdString(request.dump()));
        QCOMPARE(outcome.code, 0);
        QCOMPARE(Json::parse(outcome.out.toStdString())["model"].get<std::string>(),
                 sent.toStdString());
    }

    void saysWhatIsWrong_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("said");
        const QStringList openAi{"--provider", "openai"};
        QTest::newRow("no provider")
            << QStringList() << QByteArray("{}") << 2 << QByteArray("encode needs --provider NAME");
        QTest::newRow("no JSON") << openAi << QByteArray("hello") << 1
                                 << QByteArray("the input is not a JSON object");
        QTest::newRow("no model") << openAi << QByteArray(R"({"messages":[]})") << 1
                                  << QByteArray("/model: expected");
        QTest::newRow("no messages")
            << openAi << QByteArray(R"({"model":"m"})") << 1 << QByteArray("/messages: found null");
        QTest::newRow("a role")
            << openAi << QByteArray(R"({"model":"m","messages":[{"role":"boss","content":"x"}]})")
            << 1 << QByteArray("/messages/0: /role: found \"boss\"");
        QTest::newRow("content") << openAi
                                 << QByteArray(R"({"model":"m","messages":[{"role":"user"}]})") << 1
                                 << QByteArray("message 0: a user message without content");
    }
    void saysWhatIsWrong()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, input);
        QFETCH(int, code);
        QFETCH(QByteArray, said);
        const ProgramOutcome outcome = encode(arguments, input);
        QCOMPARE(outcome.code, code);
        QVERIFY(outcome.out.isEmpty());
        QVERIFY2(outcome.err.contains(said), outcome.err.constData());
    }
};

ORRERY_TEST(TestEncodeCommand)
#include "tst_encodecommand.moc"
