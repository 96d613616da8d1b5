// SPDX-License-Identifier: GPL-3.0-or-later
// Agents that live on between their turns: new messages, ends, newcomers and sub-agents.
#include "tests/support/runprobe.h"

#include "core/llm/modelclient.h"
#include "tests/support/testregistry.h"

#include <QTimer>

#include <mutex>
#include <stdexcept>

using namespace orrery;

namespace {

/// What all requests of a run held, and how the next ones are answered. Thread-safe.
struct Desk {
    std::mutex mutex;
    std::vector<std::vector<std::string>> requests; ///< `role: content` of each message
    bool holds = false;                             ///< no answer ever comes
    bool breaks = false;

    std::size_t count()
    {
        std::lock_guard lock(mutex);
        return requests.size();
    }
    std::vector<std::string> last()
    {
        std::lock_guard lock(mutex);
        return requests.empty() ? std::vector<std::string>() : requests.back();
    }
    void set(bool Desk::*flag, bool value)
    {
        std::lock_guard lock(mutex);
        this->*flag = value;
    }
};

class OpenCall final : public llm::ModelCall
{
public:
    explicit OpenCall(llm::ModelHandlers handlers) : m_handlers(std::move(handlers)) {}
    void abort() override { m_timer.stop(); }
    void answerSoon()
    {
        m_timer.setSingleShot(true);
        m_timer.callOnTimeout([this] {
            llm::ModelReply reply;
            reply.message = Message::assistant("I have answered.");
            m_handlers.onDone(std::move(reply));
        });
        m_timer.start(1);
    }

private:
    llm::ModelHandlers m_handlers;
    QTimer m_timer;
};

class DeskModel final : public llm::ModelClient
{
public:
    explicit DeskModel(Desk &desk) : m_desk(desk) {}
    std::unique_ptr<llm::ModelCall> start(llm::ModelRequest request,
                                          llm::ModelHandlers handlers) override
    {
        std::lock_guard lock(m_desk.mutex);
        if (m_desk.breaks && request.agent == "weak")
            throw std::runtime_error("out of paper");
        std::vector<std::string> lines;
        for (const auto &message : request.messages)
            lines.push_back(std::string(toString(message->role)) + ": "
                            + message->content.value_or(""));
        m_desk.requests.push_back(std::move(lines));
        auto call = std::make_unique<OpenCall>(std::move(handlers));
        if (!m_desk.holds)
            call->answerSoon();
        return call;
    }

private:
    Desk &m_desk;
};

AgentSpec member(const char *name)
{
    AgentSpec spec;
    spec.name = name;
    spec.model = "custom:desk";
    spec.baseUrl = "http://127.0.0.1:9";
    spec.instructions = "Be brief.";
    return spec;
}

} // namespace

class TestSessions : public QObject, private RunProbe
{
    Q_OBJECT

private:
    Desk m_desk;

    void startAtDesk(std::vector<AgentSpec> agents, const std::string &journal = {},
                     int threads = 2)
    {
        runtime::RunOptions options;
        options.team.name = "Desk";
        options.team.agents = std::move(agents);
        options.team.threads = threads;
        options.journalPath = journal;
        options.makeModelClient = [this] { return std::make_unique<DeskModel>(m_desk); };
        start(std::move(options));
    }
    std::string stateOf(const std::string &agent)
    {
        const EventPtr event = latest(EventKind::AgentState, agent);
        return event ? event->data["state"].get<std::string>() : std::string();
    }

private slots:
    void init()
    {
        freshFolder();
        m_desk.requests.clear();
        m_desk.holds = m_desk.breaks = false;
    }
    void cleanup() { m_run.reset(); }

    void aMessageWhileItWorksMakesItStartAnew()
    {
        m_desk.holds = true;
        startAtDesk({member("solo")});
        QTRY_COMPARE(m_desk.count(), std::size_t(1));
        m_desk.set(&Desk::holds, false);
        m_run->interruptAgent("solo", "No, something else.");
        QCOMPARE(end(), QString("done"));
        QCOMPARE(m_desk.last(), (std::vector<std::string>{"system: Be brief.", "user: Do it.",
                                                          "user: No, something else."}));
        QCOMPARE(count(EventKind::AgentInterrupted), 1);
        // What the first request would have brought is not waited for.
        QCOMPARE(count(EventKind::ResponseReceived), 1);
    }

    void anInterruptedToolEndsAndItsCallIsAnswered()
    {
        // Without a sandbox, in which processes have other numbers.
        start(Json::array({call("bash", {{"command", "echo $$ > pid; exec sleep 60"}}),
                           {{"text", "Fine."}}}),
              runtime::ApprovalMode::All, {{"permissions", {{"sandbox", "off"}}}});
        QTRY_VERIFY(QFile::exists(m_folder->filePath("work/pid")));
        QTRY_VERIFY(QFile(m_folder->filePath("work/pid")).size() > 0);
        QFile file(m_folder->filePath("work/pid"));
        QVERIFY(file.open(QFile::ReadOnly));
        const QString process = QStringLiteral("/proc/%1").arg(file.readAll().trimmed().toInt());
        QVERIFY(QFile::exists(process));
        m_run->interruptAgent("solo", "Stop waiting.");
        QCOMPARE(end(), QString("done"));
        QTRY_VERIFY(!QFile::exists(process));
        QVERIFY(resultOf("bash")["how"] == Json("interrupted"));
        QVERIFY(latest(EventKind::AgentFinished)->data["output"] == Json("Fine."));
    }

    void cancellingOneLeavesTheOthersAtWork()
    {
        m_desk.holds = true;
        startAtDesk({member("one"), member("two")});
        QTRY_COMPARE(m_desk.count(), std::size_t(2));
        m_run->cancelAgent("one");
        QTRY_COMPARE(stateOf("one"), std::string("stopped"));
        QVERIFY(m_run->isActive());
        QCOMPARE(stateOf("two"), std::string("thinking"));
        // It is still there for who wants something of it.
        m_desk.set(&Desk::holds, false);
        m_run->sendToAgent("one", "Again.");
        QTRY_COMPARE(stateOf("one"), std::string("done"));
        m_run->cancelAgent("two");
        QCOMPARE(end(), QString("done"));
    }

    void aClearedConversationKeepsItsSystemPrompt()
    {
        startAtDesk({member("solo")});
        QCOMPARE(end(), QString("done"));
        m_run->clearHistory("solo");
        QTRY_COMPARE(count(EventKind::HistoryCleared), 1);
        m_run->sendToAgent("solo", "Who are you?");
        QCOMPARE(end(), QString("done"));
        QCOMPARE(m_desk.last(),
                 (std::vector<std::string>{"system: Be brief.", "user: Who are you?"}));
    }

    void aSavedContextGoesOnInAnotherRun()
    {
        const std::string journal = m_folder->filePath("j.orrery").toStdString();
        startAtDesk({member("solo")}, journal);
        QCOMPARE(end(), QString("done"));
        const auto wasAskedFor = [this] {
            for (const EventPtr &event : seen())
                if (event->kind == EventKind::ContextSaved && event->data["explicit"] == true)
                    return true;
            return false;
        };
        m_run->saveAgent("solo");
        QTRY_VERIFY(wasAskedFor());
        const std::string session = m_run->id() + "/solo";
        m_run.reset();
        m_seen.clear();

        AgentSpec spec = member("solo");
        spec.startsOnMessage = true;
        startAtDesk({spec}, journal);
        m_run->loadAgent("solo", "run_no/such");
        QTRY_COMPARE(count(EventKind::Warning), 1);
        m_run->loadAgent("solo", session);
        QTRY_COMPARE(count(EventKind::ContextLoaded), 1);
        m_run->sendToAgent("solo", "Go on.");
        QCOMPARE(end(), QString("done"));
        QCOMPARE(m_desk.last(),
                 (std::vector<std::string>{"system: Be brief.", "user: Do it.",
                                           "assistant: I have answered.", "user: Go on."}));
    }

    void aWholeTeamGoesOnFromAnEarlierRun()
    {
        const std::string journal = m_folder->filePath("j.orrery").toStdString();
        startAtDesk({member("solo")}, journal);
        QCOMPARE(end(), QString("done"));
        runtime::RunOptions options;
        options.continuedRun = m_run->id();
        m_run.reset(); // saves
        m_seen.clear();
        options.journalPath = journal;
        options.team.agents = {member("solo"), member("newcomer")};
        options.workspace = m_folder->filePath("work").toStdString();
        options.makeModelClient = [this] { return std::make_unique<DeskModel>(m_desk); };
        options.task = "And now this.";

        runtime::RunOptions wrong = options;
        wrong.continuedRun = "run_nobody";
        const auto refused = runtime::TeamRun::create(wrong);
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("run_nobody") != std::string::npos);

        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        std::lock_guard lock(m_desk.mutex);
        QVERIFY(std::find(m_desk.requests.begin(), m_desk.requests.end(),
                          std::vector<std::string>{"system: Be brief.", "user: Do it.",
                                                   "assistant: I have answered.",
                                                   "user: And now this."})
                != m_desk.requests.end());
        QVERIFY(std::find(m_desk.requests.begin(), m_desk.requests.end(),
                          std::vector<std::string>{"system: Be brief.", "user: And now this."})
                != m_desk.requests.end());
    }

    void whoIsIdleForTooLongLeavesAndComesBackWhenAsked()
    {
        AgentSpec spec = member("solo");
        spec.inactivityTimeoutMs = 40;
        startAtDesk({spec});
        QCOMPARE(end(), QString("done"));
        QTRY_COMPARE(count(EventKind::AgentLeft), 1);
        QVERIFY(m_run->members().empty());
        m_run->sendToAgent("solo", "Still there?");
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::AgentJoined), 1);
        QCOMPARE(m_desk.last().back(), std::string("user: Still there?"));
        QCOMPARE(m_desk.last().size(), std::size_t(4)); // and it has forgotten nothing
    }

    void anAgentThatBreaksDownTakesNobodyWithIt()
    {
        m_desk.breaks = true;
        AgentSpec other = member("strong");
        startAtDesk({member("weak"), other});
        QCOMPARE(end(), QString("failed"));
        QVERIFY(m_reason.contains("weak: The agent broke down: out of paper"));
        QVERIFY(latest(EventKind::AgentFinished, "weak")->data["outcome"] == Json("crashed"));
        QVERIFY(latest(EventKind::AgentFinished, "strong")->data["outcome"] == Json("done"));
        QCOMPARE(count(EventKind::AgentLeft, "weak"), 1);
        QCOMPARE(m_run->members().size(), std::size_t(1));
    }

    void whatABrokenAgentHeldIsGivenBack()
    {
        Json claim = call("claim_region", {{"file", "a.txt"}, {"start_line", 1}, {"end_line", 9}});
        claim["usage"] = {{"input_tokens", 5}, {"output_tokens", 5}};
        start(Json::array({claim, {{"error", {{"status", 400}, {"message", "no"}}}}}),
              runtime::ApprovalMode::None, {{"limits", {{"tpm", 100000}}}});
        QCOMPARE(end(), QString("failed"));
        QCOMPARE(count(EventKind::ClaimGranted), 1);
        QCOMPARE(count(EventKind::ClaimReleased), 1);
        QCOMPARE(count(EventKind::LimiterAcquired),
                 count(EventKind::LimiterSettled) + count(EventKind::LimiterReleased));
    }

    void twoHundredAgentsWorkOnFourThreads()
    {
        AgentSpec first = member("agent0");
        startAtDesk({first}, {}, 4);
        for (int i = 1; i < 200; ++i) {
            const auto joined =
                m_run->spawnAgent(member(("agent" + std::to_string(i)).c_str()), "Do it too.");
            QVERIFY2(joined, joined ? "" : joined.error().message.c_str());
        }
        QVERIFY(!m_run->spawnAgent(member("agent7"), "Twice?"));
        const auto allDone = [this] {
            int done = 0;
            for (const EventPtr &event : seen())
                done += event->kind == EventKind::AgentFinished && event->data["outcome"] == "done";
            return done == 200;
        };
        QTRY_VERIFY_WITH_TIMEOUT(allDone() && !m_run->isActive(), 30000);
        QCOMPARE(m_run->members().size(), std::size_t(200));
        QCOMPARE(m_desk.count(), std::size_t(200));
        m_run->removeAgent("agent5");
        QCOMPARE(m_run->members().size(), std::size_t(199));
        QCOMPARE(latest(EventKind::AgentLeft)->agent, std::string("agent5"));
    }

    void aTaskIsHandedToASubAgent()
    {
        runtime::RunOptions options;
        options.team = team(
            {{"lead",
              {call("delegate_task",
                    {{"task", "Count to three."}, {"role", "counter"}, {"tools", {"list_team"}}}),
               {{"text", "It can count."}}}},
             {"helper", {{{"text", "1 2 3"}}}}},
            {{{"name", "lead"}}},
            {{"sub_agents", {{"model", "scripted:helper"}, {"script", "script.json"}}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        QVERIFY(resultOf("delegate_task")["message"]["content"] == Json("1 2 3"));
        const EventPtr joined = latest(EventKind::AgentJoined, "lead.1");
        QVERIFY(joined);
        QVERIFY(joined->data["parent"] == Json("lead"));
        QVERIFY(joined->data["role"] == Json("counter"));
        QCOMPARE(latest(EventKind::AgentLeft)->agent, std::string("lead.1"));
        QCOMPARE(m_run->members().size(), std::size_t(1));
        // With the one that reads long results to their end.
        QVERIFY(latest(EventKind::RequestSent, "lead.1")->data["tool_count"] == Json(2));
    }

    void aSubAgentNeverHasMoreToolsThanItsParent_data()
    {
        QTest::addColumn<QByteArray>("parents");
        QTest::addColumn<QByteArray>("asked");
        QTest::addColumn<int>("has"); // with read_result where one may need it; -1 = it is refused
        QTest::newRow("all of all") << QByteArray() << QByteArray(R"(["read_file", "glob"])") << 3;
        QTest::newRow("some") << QByteArray(R"(["delegate_task", "read_file"])")
                              << QByteArray(R"(["read_file", "bash"])") << 1;
        QTest::newRow("none in common") << QByteArray(R"(["delegate_task", "read_file"])")
                                        << QByteArray(R"(["bash", "write_file"])") << 0;
        QTest::newRow("an empty list")
            << QByteArray(R"(["delegate_task", "read_file"])") << QByteArray("[]") << 0;
        QTest::newRow("unknown") << QByteArray(R"(["delegate_task", "read_file"])")
                                 << QByteArray(R"(["read_file", "shell"])") << -1;
        QTest::newRow("unknown of all") << QByteArray() << QByteArray(R"(["shell"])") << -1;
    }
    void aSubAgentNeverHasMoreToolsThanItsParent()
    {
        QFETCH(QByteArray, parents);
        QFETCH(QByteArray, asked);
        QFETCH(int, has);
        Json lead = {{"name", "lead"}};
        if (!parents.isEmpty())
            lead["tools"] = Json::parse(parents.toStdString());
        runtime::RunOptions options;
        options.team = team(
            {{"lead",
              {call("delegate_task",
                    {{"task", "Look."}, {"tools", Json::parse(asked.toStdString())}}),
               {{"text", "Thanks."}}}},
             {"lead.1",
              {call("write_file", {{"path", "made"}, {"content", "x"}}), {{"text", "Seen."}}}}},
            Json::array({lead}), {{"sub_agents", Json::object()}});
        options.approvals = runtime::ApprovalMode::All;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        QVERIFY(!QFile::exists(m_folder->filePath("work/made")));
        const EventPtr request = latest(EventKind::RequestSent, "lead.1");
        if (has < 0) {
            QVERIFY(!request);
            const std::string told = resultOf("delegate_task")["message"]["content"];
            QVERIFY2(told.find("no tool called shell") != std::string::npos, told.c_str());
            return;
        }
        QVERIFY(request);
        QCOMPARE(request->data["tool_count"].get<int>(), has);
    }

    void severalWorkSideBySideAndAnswerInOrder()
    {
        runtime::RunOptions options;
        const Json tasks = {{{"task", "first"}}, {{"task", "second"}}, {{"task", "third"}}};
        options.team =
            team({{"lead", {call("spawn_agents", {{"tasks", tasks}}), {{"text", "All back."}}}},
                  {"lead.1", {{{"text", "late"}, {"delay_ms", 60}}}},
                  {"lead.2", {{{"error", {{"status", 400}, {"message", "cannot"}}}}}},
                  {"lead.3", {{{"text", "early"}}}}},
                 {{{"name", "lead"}}}, {{"sub_agents", Json::object()}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("done")); // the sub-agent's failure is the lead's to deal with
        const Json results =
            Json::parse(resultOf("spawn_agents")["message"]["content"].get<std::string>());
        QCOMPARE(results.size(), std::size_t(3));
        QVERIFY(results[0]["answer"] == Json("late"));
        QVERIFY(results[1]["ok"] == Json(false));
        QVERIFY(results[1]["error"].get<std::string>().find("cannot") != std::string::npos);
        QVERIFY(results[2]["answer"] == Json("early"));
    }

    void subAgentsHaveLimits_data()
    {
        QTest::addColumn<QByteArray>("limits");
        QTest::addColumn<QByteArray>("told");
        QTest::newRow("at once") << QByteArray(R"({"max_parallel": 2})")
                                 << QByteArray("2 may work for one agent at once");
        QTest::newRow("in all") << QByteArray(R"({"max_total": 2})")
                                << QByteArray("0 of the run's 2 sub-agents have been used");
    }
    void subAgentsHaveLimits()
    {
        QFETCH(QByteArray, limits);
        QFETCH(QByteArray, told);
        const Json tasks = {{{"task", "a"}}, {{"task", "b"}}, {{"task", "c"}}};
        start(Json::array({call("spawn_agents", {{"tasks", tasks}}), {{"text", "Then not."}}}),
              runtime::ApprovalMode::None, {{"sub_agents", Json::parse(limits.toStdString())}});
        QCOMPARE(end(), QString("done"));
        const std::string content = resultOf("spawn_agents")["message"]["content"];
        QVERIFY2(content.find(told.toStdString()) != std::string::npos, content.c_str());
        QCOMPARE(count(EventKind::AgentJoined), 0);
    }

    void atTheGreatestDepthThereIsNobodyToDelegateTo()
    {
        runtime::RunOptions options;
        options.team =
            team({{"lead", {call("delegate_task", {{"task", "x"}}), {{"text", "Ok."}}}},
                  {"lead.1", {call("delegate_task", {{"task", "y"}}), {{"text", "By myself."}}}}},
                 {{{"name", "lead"}}}, {{"sub_agents", {{"max_depth", 1}}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::AgentJoined), 1);
        // The first result is the sub-agent's own: there is no such tool for it.
        QVERIFY(resultOf("delegate_task")["how"] == Json("unknown_tool"));
    }

    void withoutThemInTheTeamFileThereAreNone()
    {
        start(Json::array({call("delegate_task", {{"task", "x"}}), {{"text", "Ok."}}}),
              runtime::ApprovalMode::None);
        QCOMPARE(end(), QString("done"));
        QVERIFY(resultOf("delegate_task")["how"] == Json("unknown_tool"));
    }

    void aStoppedLeadStopsItsSubAgents()
    {
        runtime::RunOptions options;
        options.team = team({{"lead", {call("delegate_task", {{"task", "x"}}), {{"text", "Ok."}}}},
                             {"lead.1", {{{"text", "Never."}, {"delay_ms", 60000}}}}},
                            {{{"name", "lead"}}}, {{"sub_agents", Json::object()}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QTRY_VERIFY(latest(EventKind::RequestSent, "lead.1"));
        m_run->cancelAgent("lead");
        QCOMPARE(end(), QString("done"));
        QVERIFY(latest(EventKind::AgentFinished, "lead.1")->data["outcome"] == Json("stopped"));
    }
};

ORRERY_TEST(TestSessions)
#include "tst_sessions.moc"
