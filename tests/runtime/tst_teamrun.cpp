// SPDX-License-Identifier: GPL-3.0-or-later
// Whole runs of small scripted teams: what a person decides, and what goes wrong.
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include <QElapsedTimer>

using namespace orrery;

class TestTeamRun : public QObject, private RunProbe
{
    Q_OBJECT

private slots:
    void init() { freshFolder(); }
    void cleanup() { m_run.reset(); }

    void whatIsNotApprovedDoesNotRun_data()
    {
        QTest::addColumn<int>("mode");
        QTest::addColumn<QString>("decision");
        QTest::addColumn<bool>("ran");
        using Mode = runtime::ApprovalMode;
        QTest::newRow("none") << int(Mode::None) << "reject" << false;
        QTest::newRow("write only") << int(Mode::Write) << "reject" << false;
        QTest::newRow("all") << int(Mode::All) << "approve" << true;
    }
    void whatIsNotApprovedDoesNotRun()
    {
        QFETCH(int, mode);
        QFETCH(QString, decision);
        QFETCH(bool, ran);
        start(Json::array({call("bash", {{"command", "touch made"}}), {{"text", "Done."}}}),
              static_cast<runtime::ApprovalMode>(mode));
        QCOMPARE(end(), QString("done"));
        QCOMPARE(QFile::exists(m_folder->filePath("work/made")), ran);
        QCOMPARE(QString::fromStdString(latest(EventKind::ApprovalResolved)->data["decision"]),
                 decision);
        QCOMPARE(count(EventKind::ToolStarted), ran ? 1 : 0);
    }

    void aPersonMayEditACallBeforeItRuns()
    {
        start(Json::array({call("bash", {{"command", "touch theirs"}}), {{"text", "Done."}}}),
              runtime::ApprovalMode::Ask);
        QTRY_VERIFY(latest(EventKind::ApprovalRequested));
        m_run->resolveApproval(
            latest(EventKind::ApprovalRequested)->data["approval"],
            {runtime::ApprovalDecision::Verdict::Edit, {{"command", "touch mine"}}, {}, false});
        QCOMPARE(end(), QString("done"));
        QVERIFY(QFile::exists(m_folder->filePath("work/mine")));
        QVERIFY(!QFile::exists(m_folder->filePath("work/theirs")));
    }

    void stopNowEndsARunningCommand()
    {
        start(
            Json::array({call("bash", {{"command", "touch on; sleep 300"}}), {{"text", "Done."}}}),
            runtime::ApprovalMode::All);
        QTRY_VERIFY(QFile::exists(m_folder->filePath("work/on")));
        m_run->stopNow();
        QCOMPARE(end(), QString("stopped"));
    }

    void stopLetsTheCallInFlightEnd()
    {
        start(Json::array({call("bash", {{"command", "touch on; sleep 0.5; touch off"}}),
                           {{"text", "Never asked for."}}}),
              runtime::ApprovalMode::All);
        QTRY_VERIFY(QFile::exists(m_folder->filePath("work/on")));
        m_run->stop();
        QCOMPARE(end(), QString("stopped"));
        QVERIFY(QFile::exists(m_folder->filePath("work/off")));
        QCOMPARE(count(EventKind::RequestSent), 1);
    }

    void aModelThatRefusesFailsTheRunWithItsWords()
    {
        start(Json::array({{{"error", {{"status", 400}, {"message", "no such model"}}}}}),
              runtime::ApprovalMode::None);
        QCOMPARE(end(), QString("failed"));
        QVERIFY(latest(EventKind::RequestFailed)->data["retry_in_ms"].is_null());
        const std::string reason = latest(EventKind::RunFinished)->data["reason"];
        QVERIFY2(reason.find("no such model") != std::string::npos, reason.c_str());
        QCOMPARE(m_reason.toStdString(), reason);
    }

    void anAnswerThatIsNoneIsNoSuccess_data()
    {
        QTest::addColumn<QString>("step"); // JSON
        QTest::addColumn<QString>("code");
        QTest::addColumn<int>("requests");
        QTest::newRow("refusal") << R"({"ending": "refusal", "text": "I will not."})"
                                 << "refusal" << 1;
        QTest::newRow("filtered") << R"({"finish_reason": "SAFETY"})"
                                  << "content_filter" << 1;
        QTest::newRow("empty") << R"({"ending": "end"})"
                               << "no_answer" << 3;
        QTest::newRow("only thought") << R"({"thinking": "Hm."})"
                                      << "no_answer" << 3;
        QTest::newRow("unreadable call") << R"({"finish_reason": "MALFORMED_FUNCTION_CALL"})"
                                         << "malformed_call" << 3;
    }
    void anAnswerThatIsNoneIsNoSuccess()
    {
        QFETCH(QString, step);
        QFETCH(QString, code);
        QFETCH(int, requests);
        const Json one = Json::parse(step.toStdString());
        start(Json::array({one, one, one, one}), runtime::ApprovalMode::None);
        QCOMPARE(end(), QString("failed"));
        QCOMPARE(count(EventKind::RequestSent), requests);
        QCOMPARE(count(EventKind::Warning), requests);
        QCOMPARE(QString::fromStdString(latest(EventKind::Warning)->data["code"]), code);
        QVERIFY(!latest(EventKind::RunFinished)->data["reason"].get<std::string>().empty());
    }

    void aProviderThatIsOverloadedIsLeftAlone()
    {
        start(Json::array({{{"error",
                             {{"status", 529}, {"message", "Overloaded"}, {"retry_after_ms", 50}}}},
                           {{"text", "Done."}}}),
              runtime::ApprovalMode::None);
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::LimiterHeld), 1);
        QVERIFY(latest(EventKind::LimiterHeld)->data["sentence"]
                == "scripted is overloaded (HTTP 529).");
        seen();
        const auto waits = std::find_if(m_seen.begin(), m_seen.end(), [](const EventPtr &event) {
            return event->kind == EventKind::AgentState && event->data["state"] == "waiting_rate";
        });
        QVERIFY(waits != m_seen.end());
        QVERIFY((*waits)->data["until_ms"].get<std::int64_t>() >= (*waits)->timeUs / 1000);
    }

    void anUnknownToolIsToldToTheModel()
    {
        start(Json::array({call("fly", Json::object()), {{"text", "Then not."}}}),
              runtime::ApprovalMode::None);
        QCOMPARE(end(), QString("done"));
        QCOMPARE(QString::fromStdString(latest(EventKind::AgentFinished)->data["output"]),
                 QString("Then not."));
    }

    void theIterationLimitEndsALoop()
    {
        Json steps = Json::array();
        for (int i = 0; i < 10; ++i)
            steps.push_back(call("list_team", Json::object()));
        start(steps, runtime::ApprovalMode::None, Json::object(), {{"max_iterations", 3}});
        QCOMPARE(end(), QString("failed"));
        QCOMPARE(count(EventKind::RequestSent), 3);
    }

    void aCallThatCanNeverFitFailsItsAgentWhenTheTeamRefuses()
    {
        start(Json::array({{{"text", "Never."}}}), runtime::ApprovalMode::None,
              {{"limits", {{"tpm", 10}, {"policy", "refuse"}}}});
        QCOMPARE(end(), QString("failed"));
        QCOMPARE(QString::fromStdString(latest(EventKind::LimiterDenied)->data["reason"]),
                 QString("too_large"));
        QCOMPARE(count(EventKind::RequestSent), 0);
    }

    void aProvidersPauseIsGivenByTheWholeTeam_data()
    {
        QTest::addColumn<bool>("hasLimits");
        QTest::newRow("with limits") << true;
        QTest::newRow("without limits") << false;
    }
    void aProvidersPauseIsGivenByTheWholeTeam()
    {
        QFETCH(bool, hasLimits);
        const Json team =
            hasLimits ? Json{{"limits", {{"tpm", 100000}, {"policy", "refuse"}}}} : Json::object();
        start(Json::array(
                  {{{"error", {{"status", 429}, {"message", "busy"}, {"retry_after_ms", 200}}}},
                   {{"text", "Done."}}}),
              runtime::ApprovalMode::None, team);
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::LimiterHeld), 1);
        const EventPtr held = latest(EventKind::LimiterHeld);
        QCOMPARE(held->agent, std::string("solo"));
        QVERIFY(held->data["provider"] == "scripted");
        QVERIFY(held->data["until_ms"].get<std::int64_t>() >= held->timeUs / 1000 + 150);
        QCOMPARE(count(EventKind::LimiterDenied), 0);
    }

    void aClaimCanBeExtended()
    {
        start(Json::array(
                  {call("extend_claim", {{"file", "a.c"}}),
                   call("claim_region", {{"file", "./a.c"}, {"start_line", 1}, {"end_line", 9}}),
                   call("extend_claim", {{"file", "a.c"}}),
                   {{"text", "Done."}}}),
              runtime::ApprovalMode::None);
        QCOMPARE(end(), QString("done"));
        QVERIFY(resultOf("extend_claim")["message"]["content"].get<std::string>().find(
                    "You hold no claim on a.c")
                != std::string::npos);
        QCOMPARE(count(EventKind::ClaimGranted), 2);
        const EventPtr extended = latest(EventKind::ClaimGranted);
        QVERIFY(extended->data["file"] == "a.c" && extended->data["end"] == 9);
        QVERIFY(extended->data["replaced"]["start"] == 1);
    }

    void aHookMayRefuseACall()
    {
        start(Json::array({call("bash", {{"command", "touch made"}}), {{"text", "Then not."}}}),
              runtime::ApprovalMode::All,
              {{"hooks",
                {{{"event", "pre_tool_use"},
                  {"tool", "bash"},
                  {"command", "echo not today; exit 2"}}}}});
        QCOMPARE(end(), QString("done"));
        QVERIFY(!QFile::exists(m_folder->filePath("work/made")));
        QCOMPARE(count(EventKind::ApprovalRequested), 0);
        QCOMPARE(QString::fromStdString(latest(EventKind::HookDecided)->data["reason"]),
                 QString("not today"));
        const Json told = resultOf("bash");
        QCOMPARE(QString::fromStdString(told["message"]["content"]),
                 QString("Tool call was denied by hook: not today"));
        QCOMPARE(QString::fromStdString(told["how"]), QString("denied"));
    }

    void aHookMayChangeACallAndItsResult()
    {
        start(Json::array({call("bash", {{"command", "echo theirs"}}), {{"text", "Done."}}}),
              runtime::ApprovalMode::All,
              {{"hooks",
                {{{"event", "pre_tool_use"},
                  {"command", R"(echo '{"modify":{"arguments":{"command":"echo mine > made"}}}')"}},
                 {{"event", "post_tool_use"},
                  {"command", R"(echo '{"modify":{"result":"hidden"}}')"}}}}});
        QCOMPARE(end(), QString("done"));
        QVERIFY(QFile::exists(m_folder->filePath("work/made")));
        QCOMPARE(QString::fromStdString(resultOf("bash")["message"]["content"]), QString("hidden"));
    }

    void aHookMayRefuseARequest()
    {
        start(Json::array({{{"text", "Never."}}}), runtime::ApprovalMode::None,
              {{"hooks", {{{"event", "pre_request"}, {"command", "echo closed; exit 2"}}}}});
        QCOMPARE(end(), QString("failed"));
        QCOMPARE(count(EventKind::RequestSent), 0);
        QCOMPARE(QString::fromStdString(latest(EventKind::AgentFinished)->data["error"]),
                 QString("A hook refused the request: closed"));
    }

    void aPolicyTakesToolsAway_data()
    {
        QTest::addColumn<QByteArray>("permissions");
        QTest::addColumn<bool>("isThere");
        QTest::addColumn<int>("asked");
        QTest::newRow("none") << QByteArray("{}") << true << 1;
        QTest::newRow("deny") << QByteArray(R"({"deny": ["bash"]})") << false << 0;
        QTest::newRow("prefix") << QByteArray(R"({"deny_prefixes": ["ba"]})") << false << 0;
        QTest::newRow("only others") << QByteArray(R"({"only": ["glob"]})") << false << 0;
        QTest::newRow("strict") << QByteArray(R"({"policy": "strict"})") << false << 0;
        QTest::newRow("strict, named")
            << QByteArray(R"({"policy": "strict", "only": ["bash"]})") << true << 1;
        QTest::newRow("allowed") << QByteArray(R"({"allow": ["bash"]})") << true << 0;
        QTest::newRow("permissive, allowed")
            << QByteArray(R"({"policy": "permissive", "allow": ["bash"]})") << true << 0;
    }
    void aPolicyTakesToolsAway()
    {
        QFETCH(QByteArray, permissions);
        QFETCH(bool, isThere);
        QFETCH(int, asked);
        start(Json::array({call("bash", {{"command", "true"}}), {{"text", "Done."}}}),
              runtime::ApprovalMode::All,
              {{"permissions", Json::parse(permissions.toStdString())}});
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::ToolStarted), isThere ? 1 : 0);
        QCOMPARE(count(EventKind::ApprovalRequested), asked);
        if (!isThere)
            QCOMPARE(QString::fromStdString(resultOf("bash")["message"]["content"]),
                     QString("Tool not found: bash"));
    }

    void callsRunOneByOneUnlessTheAgentSaysOtherwise_data()
    {
        QTest::addColumn<bool>("parallel");
        QTest::newRow("one by one") << false;
        QTest::newRow("side by side") << true;
    }
    void callsRunOneByOneUnlessTheAgentSaysOtherwise()
    {
        QFETCH(bool, parallel);
        // Each waits for the other's file: that ends well only side by side.
        const auto meet = [](const char *mine, const char *other) {
            return Json{
                {"name", "bash"},
                {"arguments",
                 {{"command", std::string("touch ") + mine + "; for i in $(seq 30); do [ -e "
                                  + other + " ] && exit 0; sleep 0.01; done; exit 1"}}}};
        };
        start(Json::array({{{"text", "Two."}, {"tool_calls", {meet("a", "b"), meet("b", "a")}}},
                           {{"text", "Done."}}}),
              runtime::ApprovalMode::All, Json::object(), {{"parallel_tool_calls", parallel}});
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::ToolFinished), 2);
        int ok = 0;
        for (const EventPtr &event : m_seen)
            ok += event->kind == EventKind::ToolFinished && event->data["ok"] == true;
        QCOMPARE(ok, parallel ? 2 : 1);
    }

    void aMessageMakesAnEndedTeamGoOn()
    {
        start(Json::array({{{"text", "First."}}, {{"text", "Second."}}}),
              runtime::ApprovalMode::None);
        QCOMPARE(end(), QString("done"));
        m_run->sendToAgent("solo", "And now?");
        QTRY_COMPARE(count(EventKind::RequestSent), 2);
        QTRY_COMPARE(count(EventKind::RunFinished), 2);
        QCOMPARE(QString::fromStdString(latest(EventKind::AgentFinished)->data["output"]),
                 QString("Second."));
    }
};

ORRERY_TEST(TestTeamRun)
#include "tst_teamrun.moc"
