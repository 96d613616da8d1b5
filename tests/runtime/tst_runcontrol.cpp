// SPDX-License-Identifier: GPL-3.0-or-later
// Nothing begins after a Stop, and nothing while it is paused, wherever an agent is in its work.
#include "tests/support/replyclient.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include <QElapsedTimer>

using namespace orrery;
using orrery::testing::ReplyClient;

class TestRunControl : public QObject, private RunProbe
{
    Q_OBJECT

private:
    static Json bash(const char *command) { return call("bash", {{"command", command}}); }
    /// One answer with two calls.
    static Json twoCommands(const char *first, const char *second)
    {
        return {{"text", "Both."},
                {"tool_calls",
                 {{{"name", "bash"}, {"arguments", {{"command", first}}}},
                  {{"name", "bash"}, {"arguments", {{"command", second}}}}}}};
    }
    bool exists(const char *file) { return QFile::exists(m_folder->filePath("work/") + file); }
    std::string stateOf(const std::string &agent)
    {
        const EventPtr event = latest(EventKind::AgentState, agent);
        return event ? event->data["state"].get<std::string>() : std::string();
    }
    std::vector<std::string> toolTexts()
    {
        std::vector<std::string> texts;
        for (const EventPtr &event : seen())
            if (event->kind == EventKind::MessageAdded && event->data["message"]["role"] == "tool")
                texts.push_back(event->data["message"]["content"]);
        return texts;
    }

private slots:
    void init() { freshFolder(); }
    void cleanup() { m_run.reset(); }

    void afterAStopTheOtherCallsOfAnAnswerDoNotRun_data()
    {
        QTest::addColumn<bool>("parallel");
        QTest::newRow("one by one") << false;
        QTest::newRow("side by side") << true;
    }
    void afterAStopTheOtherCallsOfAnAnswerDoNotRun()
    {
        QFETCH(bool, parallel);
        // Side by side the second waits for nothing but the approvals of all, so it is an approval that comes late.
        start(Json::array({twoCommands("touch one; sleep 0.4; touch ended", "touch two"),
                           {{"text", "Never."}}}),
              parallel ? runtime::ApprovalMode::Ask : runtime::ApprovalMode::All, Json::object(),
              {{"parallel_tool_calls", parallel}});
        if (parallel) {
            QTRY_COMPARE(count(EventKind::ApprovalRequested), 1);
            m_run->resolveApproval(latest(EventKind::ApprovalRequested)->data["approval"],
                                   {runtime::ApprovalDecision::Verdict::Approve, {}, {}, false});
            QTRY_COMPARE(count(EventKind::ApprovalRequested), 2);
        } else {
            QTRY_VERIFY(exists("one"));
        }
        m_run->stop();
        if (parallel)
            m_run->resolveApproval(latest(EventKind::ApprovalRequested)->data["approval"],
                                   {runtime::ApprovalDecision::Verdict::Approve, {}, {}, false});
        QCOMPARE(end(), QString("stopped"));
        QVERIFY(!exists("two"));
        QCOMPARE(exists("ended"), !parallel); // what was in flight has ended by itself
        QCOMPARE(count(EventKind::RequestSent), 1);
        QCOMPARE(toolTexts().size(), std::size_t(2)); // the conversation may go on
        QVERIFY(toolTexts()[1].find("not executed") != std::string::npos);
    }

    void aStopEndsTheWaitForAnApproval()
    {
        start(Json::array({bash("touch made"), {{"text", "Never."}}}), runtime::ApprovalMode::Ask);
        QTRY_VERIFY(latest(EventKind::ApprovalRequested));
        m_run->stop();
        QCOMPARE(end(), QString("stopped"));
        m_run->resolveApproval(latest(EventKind::ApprovalRequested)->data["approval"],
                               {runtime::ApprovalDecision::Verdict::Approve, {}, {}, false});
        QTest::qWait(100);
        QVERIFY(!exists("made"));
        QCOMPARE(count(EventKind::ApprovalResolved), 0);
    }

    void aStopEndsTheWaitForTheLimiter()
    {
        start(Json::array({call("list_team", Json::object()), {{"text", "Never."}}}),
              runtime::ApprovalMode::None, {{"limits", {{"rpm", 1}, {"policy", "wait"}}}});
        QTRY_VERIFY(latest(EventKind::LimiterWaiting));
        m_run->stop(); // the window is free in a minute
        QCOMPARE(end(), QString("stopped"));
        QCOMPARE(count(EventKind::RequestSent), 1);
    }

    void aStopEndsABackOff()
    {
        start(Json::array(
                  {{{"error", {{"status", 503}, {"message", "busy"}, {"retry_after_ms", 3600000}}}},
                   {{"text", "Never."}}}),
              runtime::ApprovalMode::None);
        QTRY_VERIFY(latest(EventKind::RequestFailed));
        m_run->stop();
        QCOMPARE(end(), QString("stopped"));
        QCOMPARE(count(EventKind::RequestSent), 1);
    }

    void aStopLetsARequestEndAndRunsNoneOfItsCalls()
    {
        Json step = bash("touch made");
        step["delay_ms"] = 200;
        start(Json::array({step, {{"text", "Never."}}}), runtime::ApprovalMode::All);
        QTRY_VERIFY(latest(EventKind::RequestSent));
        m_run->stop();
        QCOMPARE(end(), QString("stopped"));
        QCOMPARE(count(EventKind::ResponseReceived), 1);
        QCOMPARE(count(EventKind::ToolStarted), 0);
        QVERIFY(!exists("made"));
    }

    void afterAStopNoHookIsAsked()
    {
        Json step = call("list_team", Json::object());
        step["delay_ms"] = 200;
        start(Json::array({step, {{"text", "Never."}}}), runtime::ApprovalMode::All,
              {{"hooks",
                {{{"name", "mark"}, {"event", "pre_tool_use"}, {"command", "touch asked"}}}}});
        QTRY_VERIFY(latest(EventKind::RequestSent));
        m_run->stop();
        QCOMPARE(end(), QString("stopped"));
        QVERIFY(!exists("asked"));
    }

    void aPauseHoldsTheOtherCallsOfAnAnswer()
    {
        start(Json::array({twoCommands("touch one; sleep 0.3", "touch two"), {{"text", "Done."}}}),
              runtime::ApprovalMode::All);
        QTRY_VERIFY(exists("one"));
        m_run->pause();
        QTRY_COMPARE(stateOf("solo"), std::string("paused"));
        QCOMPARE(count(EventKind::ToolFinished), 1);
        QTest::qWait(100);
        QVERIFY(!exists("two"));
        m_run->resume();
        QCOMPARE(end(), QString("done"));
        QVERIFY(exists("two"));
        QCOMPARE(count(EventKind::RequestSent), 2);
    }

    void anApprovalThatIsGivenInAPauseRunsNothingUntilItIsOver()
    {
        start(Json::array({bash("touch made"), {{"text", "Done."}}}), runtime::ApprovalMode::Ask);
        QTRY_VERIFY(latest(EventKind::ApprovalRequested));
        m_run->pause();
        m_run->resolveApproval(latest(EventKind::ApprovalRequested)->data["approval"],
                               {runtime::ApprovalDecision::Verdict::Approve, {}, {}, false});
        QTRY_COMPARE(stateOf("solo"), std::string("paused"));
        QTest::qWait(100);
        QVERIFY(!exists("made"));
        m_run->resume();
        QCOMPARE(end(), QString("done"));
        QVERIFY(exists("made"));
    }

    void whoIsHeldHoldsNoPartOfTheWindow()
    {
        // One waits behind a pause of its provider; it is let go while the team is paused.
        start(Json::array(
                  {{{"error", {{"status", 429}, {"message", "slow"}, {"retry_after_ms", 300}}}},
                   {{"text", "Done."}}}),
              runtime::ApprovalMode::None, {{"limits", {{"rpm", 100}}}});
        QTRY_VERIFY(latest(EventKind::RequestFailed));
        m_run->pause();
        QTRY_COMPARE(stateOf("solo"), std::string("paused"));
        const int open = count(EventKind::LimiterAcquired) - count(EventKind::LimiterReleased);
        QCOMPARE(open, 0);
        QCOMPARE(count(EventKind::RequestSent), 1);
        m_run->resume();
        QCOMPARE(end(), QString("done"));
    }

    void aPauseOfOneLeavesTheOthersAtWork()
    {
        Json slow = {{"text", "Slow."}, {"delay_ms", 100}};
        runtime::RunOptions options;
        options.team = team({{"held", {bash("touch held"), {{"text", "Done."}}}},
                             {"other", {bash("touch other"), {{"text", "Done."}}}}},
                            {{{"name", "held"}}, {{"name", "other"}}});
        options.approvals = runtime::ApprovalMode::Ask;
        start(std::move(options));
        QTRY_COMPARE(count(EventKind::ApprovalRequested), 2);
        m_run->pauseAgent("held");
        for (const char *agent : {"held", "other"})
            m_run->resolveApproval(latest(EventKind::ApprovalRequested, agent)->data["approval"],
                                   {runtime::ApprovalDecision::Verdict::Approve, {}, {}, false});
        QTRY_VERIFY(latest(EventKind::AgentFinished, "other"));
        QCOMPARE(stateOf("held"), std::string("paused"));
        QVERIFY(exists("other") && !exists("held"));
        m_run->resumeAgent("held");
        QCOMPARE(end(), QString("done"));
        QVERIFY(exists("held"));
    }

    void aStopEndsWhatIsHeld()
    {
        start(Json::array({twoCommands("touch one; sleep 0.2", "touch two"), {{"text", "Never."}}}),
              runtime::ApprovalMode::All);
        QTRY_VERIFY(exists("one"));
        m_run->pause();
        QTRY_COMPARE(stateOf("solo"), std::string("paused"));
        m_run->stop();
        QCOMPARE(end(), QString("stopped"));
        QVERIFY(!exists("two"));
        QCOMPARE(toolTexts().size(), std::size_t(2));
    }

    void cancellingWhoIsHeldKeepsWhatIsToBeTold()
    {
        start(Json::array({twoCommands("touch one; sleep 0.2", "touch two"), {{"text", "Never."}}}),
              runtime::ApprovalMode::All);
        QTRY_VERIFY(exists("one"));
        m_run->pause();
        QTRY_COMPARE(stateOf("solo"), std::string("paused"));
        m_run->cancelAgent("solo");
        QTRY_COMPARE(stateOf("solo"), std::string("stopped"));
        QCOMPARE(toolTexts().size(), std::size_t(2));
        QVERIFY(toolTexts()[1].find("not executed") != std::string::npos);
        QVERIFY(!exists("two"));
    }

    void anInterruptedToolMayHaveTakenEffect()
    {
        start(Json::array({bash("touch on; sleep 300"), {{"text", "Never."}}}),
              runtime::ApprovalMode::All);
        QTRY_VERIFY(exists("on"));
        m_run->stopNow();
        QCOMPARE(end(), QString("stopped"));
        QCOMPARE(toolTexts().size(), std::size_t(1));
        QVERIFY2(toolTexts()[0].find("while it ran") != std::string::npos, toolTexts()[0].c_str());
        QVERIFY(toolTexts()[0].find("not executed") == std::string::npos);
    }

    void whoHasFailedIsNotWokenByATeammate()
    {
        runtime::RunOptions options;
        options.team = team({{"weak",
                              {{{"error", {{"status", 400}, {"message", "no such model"}}}},
                               {{"text", "I work again."}}}},
                             {"strong",
                              {{{"text", "Wait."},
                                {"delay_ms", 300},
                                {"tool_calls",
                                 {{{"name", "peer_message"},
                                   {"arguments", {{"to", "weak"}, {"message", "Up!"}}}}}}},
                               {{"text", "Done."}}}}},
                            {{{"name", "weak"}}, {{"name", "strong"}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("failed"));
        QTest::qWait(150);
        QCOMPARE(count(EventKind::PeerMessageSent), 1);
        QCOMPARE(count(EventKind::RequestSent, "weak"), 1);
        QVERIFY(m_seen.back()->kind == EventKind::RunFinished
                || m_seen.back()->kind == EventKind::ContextSaved);
        // A person may bring it back; then it reads what has come meanwhile.
        m_run->sendToAgent("weak", "Try again.");
        QTRY_COMPARE(count(EventKind::RunFinished), 2);
        QCOMPARE(count(EventKind::PeerMessageDelivered, "weak"), 2);
        QVERIFY(latest(EventKind::AgentFinished, "weak")->data["output"] == "I work again.");
    }

    void twoAgentsWithEqualCallIdsAreAnsweredOneByOne()
    {
        runtime::RunOptions options;
        options.team.name = "Twins";
        for (const char *name : {"left", "right"}) {
            AgentSpec agent;
            agent.name = name;
            agent.model = "custom:twin";
            agent.baseUrl = "http://127.0.0.1:9";
            options.team.agents.push_back(agent);
        }
        options.makeModelClient = [] {
            return std::make_unique<ReplyClient>(
                [asked = 0](const llm::ModelRequest &request) mutable -> Result<llm::ModelReply> {
                    if (asked++ > 0)
                        return ReplyClient::text("Done.");
                    return ReplyClient::calling("call_0", "bash",
                                                {{"command", "touch " + request.agent}});
                });
        };
        start(std::move(options));
        QTRY_COMPARE(count(EventKind::ApprovalRequested), 2);
        const EventPtr left = latest(EventKind::ApprovalRequested, "left");
        const EventPtr right = latest(EventKind::ApprovalRequested, "right");
        QVERIFY(left->data["call"] == right->data["call"]);
        QVERIFY(left->data["approval"] != right->data["approval"]);
        m_run->resolveApproval(left->data["approval"],
                               {runtime::ApprovalDecision::Verdict::Approve, {}, {}, false});
        QTRY_VERIFY(latest(EventKind::AgentFinished, "left"));
        QVERIFY(exists("left"));
        QVERIFY(!exists("right"));
        QCOMPARE(count(EventKind::ApprovalResolved), 1);
        m_run->resolveApproval(right->data["approval"],
                               {runtime::ApprovalDecision::Verdict::Reject, {}, {}, false});
        // An answer is taken once.
        m_run->resolveApproval(right->data["approval"],
                               {runtime::ApprovalDecision::Verdict::Approve, {}, {}, false});
        QCOMPARE(end(), QString("done"));
        QVERIFY(!exists("right"));
    }

    void closingNeitherBlocksNorLoses()
    {
        start(Json::array({bash("touch on; sleep 300"), {{"text", "Never."}}}),
              runtime::ApprovalMode::All);
        QTRY_VERIFY(exists("on"));
        QSignalSpy closed(m_run.get(), &runtime::TeamRun::closed);
        m_run->close();
        QVERIFY(closed.isEmpty()); // it has only begun
        QVERIFY(closed.wait());
        QCOMPARE(count(EventKind::RunFinished), 1);
        QVERIFY(latest(EventKind::RunFinished)->data["outcome"] == "stopped");
        QCOMPARE(count(EventKind::ToolFinished), 1);
    }
};

ORRERY_TEST(TestRunControl)
#include "tst_runcontrol.moc"
