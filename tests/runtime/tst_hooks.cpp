// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/secrets.h"
#include "core/runtime/commandhook.h"
#include "tests/support/runprobe.h"
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

class HooksTest : public QObject, private RunProbe
{
    Q_OBJECT
private slots:
    void asksInOrderOfPriorityAndRegistration();
    void aGateStopsAtTheFirstRefusal();
    void elsewhereARefusalMeansNothing();
    void onlyAGateShowsAChangeToTheNext();
    void anExceptionIsAnErrorOfTheHook();
    void aFailureIsPartOfTheVerdict();
    void aCommandAnswers_data();
    void aCommandAnswers();
    void aCommandReadsItsQuestion();
    void aCommandThatHangsIsEnded();
    void aCommandEndsOnStop();
    void aCommandSeesNoKeys();
    void aCommandSeesNoConfiguredKey();
    void whatItSaysHoldsNoKey();
    void matchesByNameAndPattern();
    void whoGaveNoAnswerIsTold_data();
    void whoGaveNoAnswerIsTold();
    void allAreAskedAboutWhatWillRun_data();
    void allAreAskedAboutWhatWillRun();
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

void HooksTest::aFailureIsPartOfTheVerdict()
{
    HookChain chain;
    chain.add(saying("fine", HookPoint::PreToolUse, 1, HookAction::allow()));
    chain.add(saying("broken", HookPoint::PreToolUse, 2, HookAction::error("exit status 3")));
    chain.add(saying("closed", HookPoint::PreToolUse, 3, HookAction::error("late"), true));
    chain.add(saying("never", HookPoint::PreToolUse, 4, HookAction::error("x")));
    const HookVerdict verdict = chain.ask(HookPoint::PreToolUse, Json::object());
    QVERIFY(verdict.denied);
    const Json failed = Json::array({{{"hook", "broken"}, {"message", "exit status 3"}},
                                     {{"hook", "closed"}, {"message", "late"}}});
    QCOMPARE(verdict.failedJson().dump(), failed.dump());
    QCOMPARE(verdict.warnings(HookPoint::PreToolUse),
             (std::vector<std::string>{
                 "Hook broken gave no answer at pre_tool_use: exit status 3. It was taken to have "
                 "no objection.",
                 "Hook closed gave no answer at pre_tool_use: late. As it is fail_closed, this is "
                 "a refusal."}));
    QVERIFY(HookVerdict().failedJson().is_null());
    QVERIFY(HookVerdict().warnings(HookPoint::PreRequest).empty());
    // Where nothing can be refused, it is no refusal either.
    HookChain after;
    after.add(saying("closed", HookPoint::PostToolUse, 1, HookAction::error("late"), true));
    const HookVerdict told = after.ask(HookPoint::PostToolUse, Json::object());
    QVERIFY(told.warnings(HookPoint::PostToolUse).front().ends_with("no objection."));
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
    row("a command that is not there", "no-such-program-at-all", Kind::Error,
        "exit status 127, as of a command that is not found");
    row("a file that is no program", "/etc/passwd", Kind::Error,
        "exit status 126, as of a command that cannot be executed");
    row("a signal", "kill -9 $$", Kind::Error, "ended by signal 9");
    row("no UTF-8", R"(printf '{"decision":"allow","reason":"caf\351"}')", Kind::Error,
        "its answer is not UTF-8");
    row("as much as is read", R"(printf '{}'; head -c 262142 /dev/zero | tr '\0' ' ')",
        Kind::Allow);
    row("too much", R"(printf '{}'; head -c 262143 /dev/zero | tr '\0' ' ')", Kind::Error,
        "it answered too much: 1 bytes more than the 262144 that are read");
    row("much too much", R"(head -c 100000000 /dev/zero | tr '\0' ' '; echo '{}')", Kind::Error,
        "it answered too much: 99737859 bytes more than the 262144 that are read");
    row("a refusal in no UTF-8", R"(printf 'caf\351'; exit 2)", Kind::Deny, "caf\xEF\xBF\xBD");
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

void HooksTest::aCommandSeesNoConfiguredKey()
{
    qputenv("ORRERY_TEST_AUTH", "very-secret-1");
    auto secrets = std::make_shared<Secrets>();
    secrets->add("ORRERY_TEST_AUTH", "very-secret-1");
    QTemporaryDir folder;
    HookSpec spec;
    spec.command = "env | grep -q very-secret && exit 2; true";
    auto hook = makeCommandHook(spec, "run_1", folder.path().toStdString(), {}, secrets);
    const HookAction action = hook->run(spec.point, Json::object());
    qunsetenv("ORRERY_TEST_AUTH");
    QCOMPARE(int(action.kind), int(HookAction::Kind::Allow));
}

void HooksTest::whatItSaysHoldsNoKey()
{
    auto secrets = std::make_shared<Secrets>();
    secrets->add("MY_AUTH", "very\"secret");
    QTemporaryDir folder;
    HookSpec spec;
    const auto answer = [&](const char *command) {
        spec.command = command;
        return makeCommandHook(spec, "run_1", folder.path().toStdString(), {}, secrets)
            ->run(spec.point, Json::object());
    };
    const Json told = {{"modify", {{"result", {"a very\"secret b"}}}}};
    std::ofstream(folder.filePath("answer.json").toStdString()) << told.dump();
    QCOMPARE(*answer("echo 'no very\"secret'; exit 2").text, std::string("no [key of MY_AUTH]"));
    const Json masked = {{"result", {"a [key of MY_AUTH] b"}}};
    QCOMPARE(answer("cat answer.json").changes.dump(), masked.dump());
}

void HooksTest::whoGaveNoAnswerIsTold_data()
{
    QTest::addColumn<QByteArray>("event");
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<bool>("failClosed");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("before a tool") << QByteArray("pre_tool_use") << QByteArray("kill -11 $$")
                                   << false << QByteArray("ended by signal 11");
    QTest::newRow("before a tool, closed") << QByteArray("pre_tool_use") << QByteArray("exit 7")
                                           << true << QByteArray("exit status 7");
    QTest::newRow("after a tool") << QByteArray("post_tool_use") << QByteArray("echo '{'") << true
                                  << QByteArray("it wrote what is no JSON object: {");
    QTest::newRow("before a request") << QByteArray("pre_request") << QByteArray("echo []") << false
                                      << QByteArray("it wrote what is no JSON object: []");
    QTest::newRow("at the end") << QByteArray("session_end") << QByteArray("exit 1") << false
                                << QByteArray("exit status 1");
}

/// Through a whole run: the verdict's event, a warning, and what came of it.
void HooksTest::whoGaveNoAnswerIsTold()
{
    QFETCH(QByteArray, event);
    QFETCH(QByteArray, command);
    QFETCH(bool, failClosed);
    QFETCH(QByteArray, message);
    freshFolder();
    start(Json::array({call("glob", {{"pattern", "*"}}), {{"text", "Done."}}}), ApprovalMode::None,
          {{"hooks", Json::array({{{"event", event.toStdString()},
                                   {"name", "probe"},
                                   {"command", command.toStdString()},
                                   {"fail_closed", failClosed}}})}});
    QCOMPARE(end(), QString("done"));
    const EventPtr decided = latest(EventKind::HookDecided);
    QVERIFY(decided);
    QCOMPARE(decided->data["failed"].dump(),
             Json::array({{{"hook", "probe"}, {"message", message.toStdString()}}}).dump());
    const EventPtr warning = latest(EventKind::Warning);
    QVERIFY(warning);
    QCOMPARE(warning->data["code"].get<std::string>(), std::string("hook_failed"));
    QVERIFY(warning->data["message"].get<std::string>().find(message.toStdString())
            != std::string::npos);
    const bool refuses = failClosed && event == "pre_tool_use";
    QCOMPARE(decided->data["decision"].get<std::string>(), std::string(refuses ? "deny" : "allow"));
    QCOMPARE(count(EventKind::ToolFinished), refuses ? 0 : 1);
}

void HooksTest::allAreAskedAboutWhatWillRun_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("the model's arguments") << QByteArray("true");
    QTest::newRow("those of a hook")
        << QByteArray(R"(echo '{"modify":{"arguments":{"pattern":"*","path":null}}}')");
}
void HooksTest::allAreAskedAboutWhatWillRun()
{
    QFETCH(QByteArray, answer);
    freshFolder();
    start(
        Json::array({call("glob", {{"pattern", "*"}, {"path", nullptr}}), {{"text", "Done."}}}),
        ApprovalMode::All,
        {{"permissions", {{"approve", {"glob"}}}},
         {"hooks", Json::array({{{"event", "pre_tool_use"},
                                 {"command", "cat > question.json; " + answer.toStdString()}}})}});
    QCOMPARE(end(), QString("done"));
    std::ifstream file(m_folder->filePath("work/question.json").toStdString());
    const std::string meant = R"({"pattern":"*"})";
    QCOMPARE(Json::parse(file)["payload"]["arguments"].dump(), meant);
    for (const EventKind kind :
         {EventKind::ToolRequested, EventKind::ApprovalRequested, EventKind::ToolStarted})
        QCOMPARE(latest(kind)->data["args"].dump(), meant);
    QCOMPARE(latest(EventKind::ToolRequested)->data["mended"].size(), std::size_t(1));
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
