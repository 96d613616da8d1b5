// SPDX-License-Identifier: GPL-3.0-or-later
// What the recorded cases do not reach: retries, stops in the middle, answers that come too late or out of turn.
#include "core/runtime/agentmachine.h"
#include "tests/support/machinebench.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::runtime;

using namespace orrery::testing;

class AgentMachineTest : public QObject
{
    Q_OBJECT
private slots:
    void retriesWhatMayPass_data();
    void retriesWhatMayPass();
    void triesTheFallbackBeforeItWaits();
    void asksTheNextModelWhenAProviderWantsAPause();
    void reservesAnewForTheFallback();
    void doesNotFallBackOnceItHasStreamed();
    void aStopLeavesAConversationThatMayGoOn_data();
    void aStopLeavesAConversationThatMayGoOn();
    void tellsWhatMayHaveTakenEffect();
    void dropsAnswersThatNobodyAskedFor();
    void oneApprovalMayCoverTheRun();
    void sideBySideResultsKeepTheOrderOfTheCalls();
    void allCallsOfAnAnswerSeeTheSameDeps();
    void countsIterationsOfEachTurn();
    void goesOnWhenMailHasCome();
    void asksAgainForAnAnswerThatIsNotValid();
    void aCallThatIsTheAnswerIsNotRun();
};

void AgentMachineTest::retriesWhatMayPass_data()
{
    QTest::addColumn<bool>("retryable");
    QTest::addColumn<qlonglong>("hint");
    QTest::addColumn<QList<qlonglong>>("delays"); // until it gives up
    QTest::newRow("not worth it") << false << -1LL << QList<qlonglong>{};
    QTest::newRow("backs off") << true << -1LL << QList<qlonglong>{500, 1000, 2000};
    QTest::newRow("as the server says") << true << 70LL << QList<qlonglong>{70, 70, 70};
}

void AgentMachineTest::retriesWhatMayPass()
{
    QFETCH(bool, retryable);
    QFETCH(qlonglong, hint);
    QFETCH(QList<qlonglong>, delays);
    Bench bench;
    bench.ask();
    for (const qlonglong delay : delays) {
        bench.feed(failure(ErrorCode::Server, retryable, true, hint));
        QVERIFY(bench.now<effect::Release>());
        QVERIFY(bench.now<effect::Retry>());
        QCOMPARE(bench.now<effect::Retry>()->delayMs, delay);
        bench.feed(input::RetryNow{});
        QVERIFY(bench.now<effect::Acquire>());
        bench.feed(input::Granted{});
        QVERIFY(bench.now<effect::RequestModel>());
    }
    bench.feed(failure(ErrorCode::Server, retryable, true, hint));
    QVERIFY(!bench.now<effect::Retry>());
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
    QVERIFY(bench.machine.isIdle());
}

void AgentMachineTest::triesTheFallbackBeforeItWaits()
{
    AgentSpec agent = spec();
    agent.fallback = {{"anthropic:second", "", ""}};
    Bench bench(agent);
    bench.ask();
    bench.feed(failure(ErrorCode::RateLimited, true, true));
    QVERIFY(!bench.now<effect::Retry>());
    QVERIFY(bench.now<effect::Acquire>());
    bench.feed(input::Granted{});
    QVERIFY(bench.now<effect::RequestModel>());
    QCOMPARE(bench.machine.target().model, std::string("anthropic:second"));
    QVERIFY(bench.published(EventKind::RequestFailed)["fallback"] == "anthropic:second");

    // None is left: now it waits, and begins with its own model again.
    bench.feed(failure(ErrorCode::RateLimited, true, true));
    QVERIFY(bench.now<effect::Retry>());
    bench.feed(input::RetryNow{});
    bench.feed(input::Granted{});
    QCOMPARE(bench.machine.target().model, std::string("openai:first"));

    bench.feed(failure(ErrorCode::RateLimited, true, true));
    bench.feed(input::Granted{});
    bench.feed(reply(Message::assistant("From the second.")));
    QVERIFY(bench.published(EventKind::ModelSwitched)["to"] == "anthropic:second");
    QVERIFY(bench.machine.context().deps["active_model"] == "anthropic:second");
    QCOMPARE(bench.machine.target().model, std::string("anthropic:second"));
}

void AgentMachineTest::asksTheNextModelWhenAProviderWantsAPause()
{
    AgentSpec agent = spec();
    agent.fallback = {{"anthropic:second", "", ""}};
    Bench bench(agent);
    bench.feed(input::Start{"Do it."});
    bench.feed(input::Ready{});
    QVERIFY(bench.machine.hasFallback());
    Error held = makeError(ErrorCode::RateLimited, "openai wants a pause");
    held.fromProvider = true;
    bench.feed(input::Refused{held});
    QVERIFY(bench.now<effect::Acquire>());
    QCOMPARE(bench.machine.target().model, std::string("anthropic:second"));
    QVERIFY(!bench.machine.hasFallback());
    bench.feed(input::Granted{});
    QVERIFY(bench.now<effect::RequestModel>());
    bench.feed(reply(Message::assistant("From the second.")));
    QVERIFY(bench.published(EventKind::ModelSwitched)["to"] == "anthropic:second");
}

void AgentMachineTest::reservesAnewForTheFallback()
{
    AgentSpec agent = spec();
    agent.fallback = {{"openai:second", "", ""}};
    Bench bench(agent);
    bench.ask();
    bench.feed(failure(ErrorCode::Server, false, true));
    QVERIFY(bench.now<effect::Release>());
    QVERIFY(bench.now<effect::Acquire>());
    QVERIFY(!bench.now<effect::RequestModel>());
    bench.feed(input::Granted{});
    bench.feed(failure(ErrorCode::Server, false, true));
    QVERIFY(bench.now<effect::Release>());
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
}

void AgentMachineTest::doesNotFallBackOnceItHasStreamed()
{
    AgentSpec agent = spec();
    agent.fallback = {{"openai:second", "", ""}};
    Bench bench(agent);
    bench.ask();
    input::ModelFailed cut = failure(ErrorCode::Network, false, true);
    cut.hasStreamed = true;
    bench.feed(cut);
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
}

void AgentMachineTest::aStopLeavesAConversationThatMayGoOn_data()
{
    QTest::addColumn<QString>("where");
    for (const char *where :
         {"preparing", "limiter", "model", "backoff", "approval", "tool", "second tool"})
        QTest::newRow(where) << QString(where);
}

void AgentMachineTest::aStopLeavesAConversationThatMayGoOn()
{
    QFETCH(QString, where);
    const bool asks = where == "approval";
    Bench bench(spec(), rules(asks));
    bench.feed(input::Start{"Do it."});
    if (where != "preparing")
        bench.feed(input::Ready{});
    if (where != "preparing" && where != "limiter")
        bench.feed(input::Granted{});
    if (where == "backoff")
        bench.feed(failure(ErrorCode::Server, true, true));
    if (where == "approval" || where.endsWith("tool"))
        bench.feed(reply(calling({"a", "b"})));
    if (where == "second tool")
        bench.feed(input::ToolDone{0, {"first", true, {}}});
    bench.feed(input::Cancel{"enough"});
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("stopped"));
    QCOMPARE(bench.now<effect::Release>() != nullptr, where == "model");
    QVERIFY(bench.machine.isIdle());

    // Each call has its result, so a provider takes the history.
    Context context = bench.machine.context();
    const std::size_t before = context.messages.size();
    patchDanglingToolCalls(context);
    QCOMPARE(context.messages.size(), before);
    if (where == "second tool")
        QCOMPARE(bench.toolTexts().front(), std::string("first"));

    bench.ask();
    QVERIFY(bench.now<effect::RequestModel>());
}

void AgentMachineTest::tellsWhatMayHaveTakenEffect()
{
    AgentSpec agent = spec();
    agent.parallelToolCalls = true;
    Bench bench(agent);
    bench.ask();
    bench.feed(reply(calling({"a", "b", "c"})));
    QCOMPARE(bench.launched().size(), std::size_t(3));
    bench.feed(input::NotStarted{1});
    bench.feed(input::ToolDone{2, {"c is done", true, {}}});
    bench.feed(input::NotStarted{2}); // it has ended: too late
    bench.feed(input::Cancel{"Stopped"});
    const auto texts = bench.toolTexts();
    QCOMPARE(texts.size(), std::size_t(3));
    QVERIFY(texts[0].find("may have taken effect") != std::string::npos);
    QVERIFY(texts[1].find("not executed") != std::string::npos);
    QCOMPARE(texts[2], std::string("c is done"));
}

void AgentMachineTest::dropsAnswersThatNobodyAskedFor()
{
    Bench bench;
    bench.ask();
    for (Input stray : std::initializer_list<Input>{
             input::Ready{}, input::Granted{}, input::RetryNow{}, input::HooksAnswered{},
             input::ToolDone{3, {}}, input::Approval{0, {}}, input::Start{"again"}}) {
        bench.feed(std::move(stray));
        QVERIFY(bench.fresh.empty());
    }
    bench.feed(reply(calling({"a"})));
    bench.feed(input::ToolDone{0, {"done", true, {}}});
    bench.feed(input::ToolDone{0, {"again", true, {}}});
    QVERIFY(bench.fresh.empty());
    QCOMPARE(bench.toolTexts(), std::vector<std::string>{"done"});
}

void AgentMachineTest::oneApprovalMayCoverTheRun()
{
    Bench bench(spec(), rules(true));
    bench.ask();
    bench.feed(reply(calling({"a", "a", "b"})));
    QVERIFY(bench.now<effect::AskApproval>());
    ApprovalDecision yes;
    yes.verdict = ApprovalDecision::Verdict::Approve;
    yes.wholeRun = true;
    bench.feed(input::Approval{0, yes});
    QCOMPARE(bench.launched(), std::vector<std::size_t>{0});
    bench.feed(input::ToolDone{0, {"1", true, {}}});
    QCOMPARE(bench.launched(), std::vector<std::size_t>{1});
    bench.feed(input::ToolDone{1, {"2", true, {}}});
    QVERIFY(bench.now<effect::AskApproval>());
    QCOMPARE(bench.now<effect::AskApproval>()->index, std::size_t(2));
}

void AgentMachineTest::sideBySideResultsKeepTheOrderOfTheCalls()
{
    AgentSpec agent = spec();
    agent.parallelToolCalls = true;
    Bench bench(agent);
    bench.ask();
    bench.feed(reply(calling({"a", "ghost", "b"})));
    QCOMPARE(bench.launched(), (std::vector<std::size_t>{0, 2}));
    bench.feed(input::ToolDone{2, {"third", true, {}}});
    QVERIFY(bench.toolTexts().empty());
    bench.feed(input::ToolDone{0, {"first", true, {}}});
    QCOMPARE(bench.toolTexts(),
             (std::vector<std::string>{"first", "Tool not found: ghost", "third"}));
    QVERIFY(bench.now<effect::Prepare>());
}

void AgentMachineTest::allCallsOfAnAnswerSeeTheSameDeps()
{
    Bench bench;
    bench.ask();
    bench.feed(reply(calling({"a", "b"})));
    const auto before = bench.machine.turnDeps();
    tools::ToolExecution done{"ok", true, {}};
    done.updates.set("seen", 1);
    bench.feed(input::ToolDone{0, done});
    QVERIFY(bench.machine.turnDeps() == before);
    QVERIFY(bench.machine.context().deps["seen"] == 1);
    bench.feed(input::ToolDone{1, {"ok", true, {}}});
    bench.askAgain();
    bench.feed(reply(calling({"a"})));
    QVERIFY(bench.machine.turnDeps()->at("seen") == 1);
}

void AgentMachineTest::countsIterationsOfEachTurn()
{
    AgentSpec agent = spec();
    agent.maxIterations = 1;
    Bench bench(agent);
    for (int turn = 1; turn <= 2; ++turn) {
        bench.ask();
        QVERIFY(bench.published(EventKind::IterationStarted)["n"] == turn);
        bench.feed(reply(Message::assistant("ok")));
        bench.feed(input::Ready{});
        QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("done"));
        QCOMPARE(bench.machine.context().iteration, 1);
    }
    bench.ask();
    bench.feed(reply(calling({"a"})));
    bench.feed(input::ToolDone{0, {"ok", true, {}}});
    bench.feed(input::Ready{});
    QVERIFY(bench.now<effect::Finish>()->error->code == ErrorCode::MaxIterations);
}

void AgentMachineTest::goesOnWhenMailHasCome()
{
    Bench bench;
    bench.ask();
    bench.feed(reply(Message::assistant("ok")));
    QVERIFY(bench.now<effect::Prepare>());
    bench.feed(input::Ready{{Message::user("one more thing")}});
    QVERIFY(bench.now<effect::Acquire>());
}

void AgentMachineTest::asksAgainForAnAnswerThatIsNotValid()
{
    LoopRules loop = rules();
    loop.output = OutputRules{[](const Message &answer) {
                                  OutputVerdict verdict;
                                  if (answer.content == "yes")
                                      verdict.value = true;
                                  else
                                      verdict.error = makeError(ErrorCode::InvalidOutput, "no");
                                  verdict.correction = "say yes";
                                  return verdict;
                              },
                              1};
    for (const bool learns : {true, false}) {
        Bench bench(spec(), loop);
        bench.ask();
        bench.feed(reply(Message::assistant("no")));
        bench.feed(input::Ready{});
        QVERIFY(bench.published(EventKind::OutputRejected)["will_retry"] == true);
        QCOMPARE(*bench.machine.context().messages.back()->content, std::string("say yes"));
        bench.askAgain();
        bench.feed(reply(Message::assistant(learns ? "yes" : "never")));
        bench.feed(input::Ready{});
        QVERIFY(bench.now<effect::Finish>());
        if (learns)
            QVERIFY(bench.now<effect::Finish>()->output == true);
        else
            QVERIFY(bench.now<effect::Finish>()->error->code == ErrorCode::InvalidOutput);
    }
}

void AgentMachineTest::aCallThatIsTheAnswerIsNotRun()
{
    LoopRules loop = rules();
    loop.output = OutputRules{[](const Message &answer) {
                                  OutputVerdict verdict;
                                  verdict.value = answer.toolCalls.back().arguments;
                                  if (verdict.value.empty())
                                      verdict.error = makeError(ErrorCode::InvalidOutput, "no x");
                                  verdict.correction = "give x";
                                  return verdict;
                              },
                              1};
    Bench bench(spec(), loop);
    bench.ask();
    Message message = calling({"__structured_output__"});
    bench.feed(reply(message));
    bench.feed(input::Ready{});
    // Told as the result of the call, so that none stays open.
    const Message &told = *bench.machine.context().messages.back();
    QVERIFY(told.role == Role::Tool);
    QCOMPARE(*told.toolCallId, std::string("c1"));
    QCOMPARE(*told.content, std::string("give x"));
    bench.askAgain();
    message.toolCalls.back().arguments = {{"x", 1}};
    bench.feed(reply(message));
    QVERIFY(bench.launched().empty());
    QCOMPARE(bench.machine.context().usage.toolCalls, 0);
    bench.feed(input::Ready{});
    QVERIFY(bench.now<effect::Finish>()->output == (Json{{"x", 1}}));
}

ORRERY_TEST(AgentMachineTest)
#include "tst_agentmachine.moc"
