// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/commandhook.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace orrery;
using namespace orrery::runtime;

namespace {

Hook saying(std::string name, HookPoint point, int priority, HookAction action,
            bool failClosed = false)
{
    return {std::move(name),
            point,
            priority,
            failClosed,
            {},
            [action = std::move(action)](HookPoint, const Json &) { return action; }};
}

HookAction answerOf(HookSpec spec, const Json &payload, const QString &folder,
                    std::stop_token stop = {})
{
    auto hook = makeCommandHook(spec, "run_1", folder.toStdString(), std::move(stop));
    return hook ? hook->run(spec.point, payload) : HookAction::error(hook.error().message);
}

} // namespace

class HooksTest : public QObject
{
    Q_OBJECT
private slots:
    void asksInOrderOfPriorityAndRegistration();
    void aGateStopsAtTheFirstRefusal();
    void elsewhereARefusalMeansNothing();
    void onlyAGateShowsAChangeToTheNext();
    void anExceptionIsAnErrorOfTheHook();
    void aCommandAnswers_data();
    void aCommandAnswers();
    void aCommandReadsItsQuestion();
    void aCommandThatHangsIsEnded();
    void aCommandEndsOnStop();
    void aCommandSeesNoKeys();
    void matchesByNameAndPattern();
};

void HooksTest::asksInOrderOfPriorityAndRegistration()
{
    HookChain chain;
    chain.add(saying("a", HookPoint::PreToolUse, 100, HookAction::allow()));
    chain.add(saying("b", HookPoint::PreToolUse, 100, HookAction::allow()));
    chain.add(saying("c", HookPoint::PreToolUse, 5, HookAction::allow()));
    chain.add(saying("other", HookPoint::PreRequest, 1, HookAction::allow()));
    const HookVerdict verdict = chain.ask(HookPoint::PreToolUse, Json::object());
    QCOMPARE(verdict.asked, (std::vector<std::string>{"c", "a", "b"}));
    QVERIFY(!verdict.denied);
    QVERIFY(chain.has(HookPoint::PreRequest));
    QVERIFY(!chain.has(HookPoint::SessionEnd));
}

void HooksTest::aGateStopsAtTheFirstRefusal()
{
    HookChain chain;
    chain.add(saying("change", HookPoint::PreRequest, 1, HookAction::modify({{"x", 1}})));
    chain.add(saying("refuse", HookPoint::PreRequest, 2, HookAction::deny("no")));
    chain.add(saying("never", HookPoint::PreRequest, 3, HookAction::allow()));
    const HookVerdict verdict = chain.ask(HookPoint::PreRequest, Json::object());
    QVERIFY(verdict.denied);
    QCOMPARE(*verdict.reason, std::string("no"));
    QCOMPARE(verdict.asked.size(), std::size_t(2));
    QVERIFY(verdict.changes.is_null());
}

void HooksTest::elsewhereARefusalMeansNothing()
{
    HookChain chain;
    chain.add(saying("refuse", HookPoint::PostToolUse, 1, HookAction::deny("no"), true));
    chain.add(saying("broken", HookPoint::PostToolUse, 2, HookAction::error("x"), true));
    const HookVerdict verdict = chain.ask(HookPoint::PostToolUse, Json::object());
    QVERIFY(!verdict.denied);
    QCOMPARE(verdict.asked.size(), std::size_t(2));
}

void HooksTest::onlyAGateShowsAChangeToTheNext()
{
    for (const HookPoint point : {HookPoint::PreToolUse, HookPoint::PostToolUse}) {
        Json seen;
        HookChain chain;
        chain.add(saying("change", point, 1, HookAction::modify({{"arguments", 2}})));
        chain.add({"look", point, 2, false, {}, [&seen](HookPoint, const Json &payload) {
                       seen = payload;
                       return HookAction::allow();
                   }});
        const HookVerdict verdict = chain.ask(point, {{"arguments", 1}});
        QVERIFY(verdict.changes == (Json{{"arguments", 2}}));
        QCOMPARE(seen["arguments"].get<int>(), point == HookPoint::PreToolUse ? 2 : 1);
    }
}

void HooksTest::anExceptionIsAnErrorOfTheHook()
{
    for (const bool failClosed : {false, true}) {
        HookChain chain;
        chain.add(
            {"throws",
             HookPoint::PreToolUse,
             1,
             failClosed,
             {},
             [](HookPoint, const Json &) -> HookAction { throw std::runtime_error("bang"); }});
        const HookVerdict verdict = chain.ask(HookPoint::PreToolUse, Json::object());
        QCOMPARE(verdict.denied, failClosed);
        if (failClosed)
            QCOMPARE(*verdict.reason, std::string("hook errored (fail_closed): bang"));
    }
}

void HooksTest::aCommandAnswers_data()
{
    using Kind = HookAction::Kind;
    QTest::addColumn<QString>("command");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, const char *command, Kind kind, const char *text = "") {
        QTest::newRow(name) << QString::fromUtf8(command) << int(kind) << QString::fromUtf8(text);
    };
    row("nothing", "true", Kind::Allow);
    row("allow", R"(echo '{"decision":"allow"}')", Kind::Allow);
    row("deny", R"(echo '{"decision":"deny","reason":"not on Fridays"}')", Kind::Deny,
        "not on Fridays");
    row("status 2", "echo too late; exit 2", Kind::Deny, "too late");
    row("status 2 without a word", "exit 2", Kind::Deny);
    row("modify", R"(echo '{"modify":{"arguments":{"a":1}}}')", Kind::Modify);
    row("other status", "exit 3", Kind::Error, "exit status 3");
    row("no JSON", "echo hello", Kind::Error, "it wrote what is no JSON object: hello");
    row("a list", "echo '[1]'", Kind::Error, "it wrote what is no JSON object: [1]");
    row("bad decision", R"(echo '{"decision":"maybe"}')", Kind::Error,
        "its decision is neither \"allow\" nor \"deny\"");
    row("bad change", R"(echo '{"modify":3}')", Kind::Error, "its \"modify\" is no object");
    row("error output is not the answer", "echo noise >&2", Kind::Allow);
}

void HooksTest::aCommandAnswers()
{
    QFETCH(QString, command);
    QFETCH(int, kind);
    QFETCH(QString, text);
    QTemporaryDir folder;
    HookSpec spec;
    spec.command = command.toStdString();
    const HookAction action = answerOf(spec, Json::object(), folder.path());
    QCOMPARE(int(action.kind), kind);
    QCOMPARE(action.text.value_or(""), text.toStdString());
}

void HooksTest::aCommandReadsItsQuestion()
{
    QTemporaryDir folder;
    HookSpec spec;
    spec.command = "cat > question.json";
    const Json payload = {{"tool_name", "bash"},
                          {"arguments", {{"command", std::string(200000, 'x')}}}};
    QCOMPARE(int(answerOf(spec, payload, folder.path()).kind), int(HookAction::Kind::Allow));
    std::ifstream file(folder.filePath("question.json").toStdString());
    const Json question = Json::parse(file);
    QVERIFY(question["event"] == "pre_tool_use");
    QVERIFY(question["run"] == "run_1");
    QVERIFY(question["payload"] == payload);
}

void HooksTest::aCommandThatHangsIsEnded()
{
    QTemporaryDir folder;
    HookSpec spec;
    spec.command = "sleep 60";
    spec.timeoutMs = 50;
    const HookAction action = answerOf(spec, Json::object(), folder.path());
    QCOMPARE(int(action.kind), int(HookAction::Kind::Error));
    QCOMPARE(*action.text, std::string("no answer within 50 ms"));
}

void HooksTest::aCommandEndsOnStop()
{
    QTemporaryDir folder;
    HookSpec spec;
    spec.command = "sleep 60";
    std::stop_source stop;
    stop.request_stop();
    const HookAction action = answerOf(spec, Json::object(), folder.path(), stop.get_token());
    QCOMPARE(*action.text, std::string("stopped"));
}

void HooksTest::aCommandSeesNoKeys()
{
    qputenv("ORRERY_TEST_API_KEY", "sk-very-secret");
    QTemporaryDir folder;
    HookSpec spec;
    spec.command = "env | grep -q very-secret && exit 2; true";
    QCOMPARE(int(answerOf(spec, Json::object(), folder.path()).kind), int(HookAction::Kind::Allow));
}

void HooksTest::matchesByNameAndPattern()
{
    HookSpec spec;
    spec.command = "true";
    spec.tool = "bash";
    auto hook = makeCommandHook(spec, "run", ".", {});
    QVERIFY(hook->matches("bash"));
    QVERIFY(!hook->matches("bash2"));
    spec.tool.clear();
    spec.toolPattern = "^(edit|write)_";
    hook = makeCommandHook(spec, "run", ".", {});
    QVERIFY(hook->matches("edit_file"));
    QVERIFY(!hook->matches("read_file"));
    spec.toolPattern = "(";
    QVERIFY(!makeCommandHook(spec, "run", ".", {}));
}

ORRERY_TEST(HooksTest)
#include "tst_hooks.moc"
