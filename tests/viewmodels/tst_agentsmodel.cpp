// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/agentsmodel.h"
#include "ui/viewmodels/approvalsmodel.h"
#include "ui/viewmodels/runstatus.h"
#include "ui/viewmodels/toolsubject.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>

using namespace orrery;
using namespace orrery::ui;

using Tester = QAbstractItemModelTester;

class TestAgentsModel : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { qputenv("TZ", "UTC"); }

    void showsEachAgentOnce()
    {
        AgentRoster roster;
        AgentsModel model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        Story story;
        story.start();
        model.apply(story.take());
        QCOMPARE(rowsOf(model),
                 QStringList({"lead | lead | scripted:lead | Idle | — | 0 | — | ",
                              "coder | coder | scripted:coder | Idle | — | 0 | — | "}));
        story.add(EventKind::AgentStarted, "helper", {{"role", "helps"}, {"model", "openai:x"}});
        story.add(EventKind::IterationStarted, "lead", {{"n", 3}}).state("lead", "thinking");
        story.add(
            EventKind::ResponseReceived, "lead",
            {{"usage", {{"input_tokens", 1200}, {"output_tokens", 300}}}, {"cost_usd", 0.0021}});
        story.add(EventKind::ResponseReceived, "coder",
                  {{"usage", {{"input_tokens", 10}, {"output_tokens", 5}}}, {"cost_usd", nullptr}});
        story.state("coder", "tool", "edit_file");
        model.apply(story.take());
        QCOMPARE(rowsOf(model),
                 QStringList({"lead | lead | scripted:lead | Thinking | 3 | 1.5k | $0.0021 | ",
                              "coder | coder | scripted:coder | Tool | — | 15 | — | edit_file",
                              "helper | helps | openai:x | Idle | — | 0 | — | "}));
        QCOMPARE(model.index(0, 0).data(AgentsModel::TokensInRole).toInt(), 1200);
        QCOMPARE(model.index(2, 0).data(AgentsModel::ColorIndexRole).toInt(), 2);
        QCOMPARE(model.index(2, 0).data(AgentsModel::MonogramRole).toString(), QString("HE"));
        QCOMPARE(model.rowOf("coder"), 1);
        QCOMPARE(model.rowOf("nobody"), -1);
    }

    void tellsWhyAnAgentWaitsAndForHowLong()
    {
        AgentRoster roster;
        AgentsModel model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        Story story;
        story.start();
        story.add(EventKind::LimiterWaiting, "lead",
                  {{"sentence", "lead waits for coder's tokens."},
                   {"fits_at_ms", Story::startMs + 17000}});
        story.state("lead", "waiting_rate", "lead waits for coder's tokens.");
        story.add(EventKind::ClaimDenied, "coder",
                  {{"file", "src/a.py"},
                   {"start", 40},
                   {"end", 88},
                   {"holder", "lead"},
                   {"expires_in_ms", 133000}});
        story.state("coder", "waiting_claim");
        model.apply(story.take());
        model.setNow(Story::startMs);
        QCOMPARE(cellsOf(model, AgentsModel::State),
                 QStringList({"Waiting: rate limit", "Waiting: claim"}));
        QCOMPARE(cellsOf(model, AgentsModel::Activity),
                 QStringList({"0:17 · lead waits for coder's tokens.",
                              "waits for src/a.py:40–88 (lead, 2:13)"}));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.setNow(Story::startMs + 10000);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(cellsOf(model, AgentsModel::Activity),
                 QStringList({"0:07 · lead waits for coder's tokens.",
                              "waits for src/a.py:40–88 (lead, 2:03)"}));
        story.add(EventKind::LimiterAcquired, "lead").state("lead", "thinking");
        story.state("coder", "waiting_approval", "bash");
        model.apply(story.take());
        QCOMPARE(cellsOf(model, AgentsModel::Activity),
                 QStringList({"", "bash waits for approval"}));
    }

    void tellsInAFewWordsWhatACardHasRoomFor()
    {
        AgentRoster roster;
        AgentsModel model(roster);
        Story story;
        story.start();
        story.add(EventKind::LimiterWaiting, "lead",
                  {{"reason", "tokens"},
                   {"tokens", 30000},
                   {"limit", 60000},
                   {"window_tokens", 38698},
                   {"sentence", "lead's call needs 30,000 tokens, and so on."}});
        story.state("lead", "waiting_rate").state("coder", "tool", "edit_file");
        story.message("reader", {{"role", "assistant"}, {"content", "I look first."}});
        story.state("reader", "thinking");
        story.add(EventKind::ToolStarted, "coder",
                  {{"tool", "edit_file"}, {"args", {{"path", "src/a.cpp"}, {"new", "x"}}}});
        model.apply(story.take());
        QCOMPARE(cellsOf(model, AgentsModel::Activity),
                 QStringList({"needs 30k tokens; 38.7k of 60k are in use",
                              QStringLiteral("edit_file · src/a.cpp"),
                              QStringLiteral("“I look first.”")}));
        const QString whole = model.index(0, 0).data(Qt::AccessibleTextRole).toString();
        QVERIFY2(whole.contains("lead's call needs 30,000 tokens, and so on."), qPrintable(whole));
        QVERIFY2(whole.contains("Waiting: rate limit"), qPrintable(whole));
        QCOMPARE(model.index(0, 0).data(Qt::ToolTipRole).toString(), whole);
    }

    void namesWhatAToolCallIsAbout_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QString>("subject");
        QTest::newRow("path") << QByteArray(R"({"old":"a","path":"src/a.cpp"})") << "src/a.cpp";
        QTest::newRow("lines") << QByteArray(R"({"file":"b.h","start_line":5,"end_line":8})")
                               << QStringLiteral("b.h 5–8");
        QTest::newRow("first line")
            << QByteArray(R"({"command":"make\nmake test"})") << QStringLiteral("make …");
        QTest::newRow("nothing") << QByteArray(R"({"n":3})") << "";
        QTest::newRow("no object") << QByteArray("[1]") << "";
    }
    void namesWhatAToolCallIsAbout()
    {
        QFETCH(QByteArray, arguments);
        const Json json = Json::parse(arguments.toStdString());
        QTEST(toolSubject(Fields(json)), "subject");
    }

    void endsWithTheOutcome()
    {
        AgentRoster roster;
        AgentsModel model(roster);
        Story story;
        story.start();
        story.add(EventKind::AgentFinished, "lead",
                  {{"outcome", "done"}, {"output", "All checks pass."}, {"error", nullptr}});
        story.add(EventKind::AgentFinished, "coder",
                  {{"outcome", "failed"}, {"error", "The key was refused"}});
        model.apply(story.take());
        QCOMPARE(cellsOf(model, AgentsModel::State), QStringList({"Done", "Failed"}));
        QCOMPARE(cellsOf(model, AgentsModel::Activity),
                 QStringList({"All checks pass.", "The key was refused"}));
        QCOMPARE(cellsOf(model, 0, AgentsModel::LastErrorRole),
                 QStringList({"", "The key was refused"}));
        story.start();
        model.apply(story.take());
        QCOMPARE(cellsOf(model, AgentsModel::State), QStringList({"Idle", "Idle"}));
    }

    void tellsTheViewsOncePerBatch()
    {
        AgentRoster roster;
        AgentsModel model(roster);
        Story story;
        model.apply(story.start().take());
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        for (int i = 0; i < 100; ++i)
            story.state("lead", "thinking")
                .state("coder", "tool")
                .state("new" + std::to_string(i % 3), "idle");
        model.apply(story.take());
        QCOMPARE(changed.size(), 1);
        QCOMPARE(inserted.size(), 1);
        QCOMPARE(model.rowCount(), 5);
    }

    void statusFollowsTheRun()
    {
        RunStatus status;
        QCOMPARE(status.stateWord(), QString("Idle"));
        Story story;
        story.start().state("lead", "thinking").state("coder", "waiting_rate");
        story.add(EventKind::LimiterWaiting, "coder",
                  {{"sentence", "coder waits."}, {"fits_at_ms", Story::startMs + 5000}});
        story.add(EventKind::ApprovalRequested, "lead", {{"call", "c1"}, {"tool", "bash"}});
        story.waitMs(1000).add(
            EventKind::ResponseReceived, "lead",
            {{"usage", {{"input_tokens", 900}, {"output_tokens", 100}}}, {"cost_usd", 0.25}});
        QSignalSpy changed(&status, &RunStatus::changed);
        status.apply(story.take());
        QCOMPARE(changed.size(), 1);
        QCOMPARE(status.stateWord(), QString("Running"));
        QCOMPARE(status.team(), QString("repair"));
        QCOMPARE(status.isScripted(), true);
        QCOMPARE(status.sandbox(), QString("bubblewrap"));
        QCOMPARE(status.running(), 1);
        QCOMPARE(status.throttled(), 1);
        QCOMPARE(status.throttledUntilMs().value(), Story::startMs + 5000);
        QCOMPARE(status.waitingApproval(), 1);
        QCOMPARE(status.tokens(), qint64(1000));
        QCOMPARE(status.costText(), QString("$0.2500"));
        QCOMPARE(status.tokensPerMinute(Story::startMs + 60999), qint64(1000));
        QCOMPARE(status.tokensPerMinute(Story::startMs + 61000), qint64(0));
        QCOMPARE(status.tpm().value(), qint64(10000));
        QVERIFY(!status.budgetUsd());
        story.add(EventKind::ResponseReceived, "lead", {{"cost_usd", nullptr}});
        story.add(EventKind::ApprovalResolved, "lead", {{"call", "c1"}})
            .add(EventKind::RunPaused, "person");
        status.apply(story.take());
        QCOMPARE(status.costText(), QString("$0.2500 + unpriced"));
        QCOMPARE(status.waitingApproval(), 0);
        QVERIFY(status.isPaused());
        story.add(EventKind::SaveFailed, "lead", {{"message", "disk full"}});
        story.add(EventKind::RunFinished, "",
                  {{"outcome", "stopped"}, {"reason", "by the person"}});
        status.apply(story.take());
        QCOMPARE(status.stateWord(), QString("Stopped"));
        QCOMPARE(status.reason(), QString("by the person"));
        QCOMPARE(status.saveProblem(), QString("disk full"));
        status.endOfJournal();
        QCOMPARE(status.stateWord(), QString("Stopped"));
    }

    void aJournalWithoutAnEndWasInterrupted()
    {
        RunStatus status;
        Story story;
        status.apply(story.start().waitMs(1234).state("lead", "thinking").take());
        status.endOfJournal();
        QCOMPARE(status.stateWord(), QString("Interrupted"));
        QCOMPARE(status.reason(), QString("ended unexpectedly after event 2 at 22:13:21.234"));
    }

    void approvalsLeaveWhenResolved()
    {
        AgentRoster roster;
        ApprovalsModel model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        QSignalSpy count(&model, &ApprovalsModel::countChanged);
        const auto ask = [](Story &story, const char *agent, const char *call) {
            story.add(EventKind::ApprovalRequested, agent,
                      {{"call", call},
                       {"tool", "bash"},
                       {"args", {{"command", "make"}}},
                       {"reason", "asks"}});
        };
        Story story;
        story.start();
        ask(story, "lead", "c1");
        ask(story, "coder", "c1");
        ask(story, "coder", "c2");
        ask(story, "coder", "gone at once");
        story.add(EventKind::ApprovalResolved, "coder",
                  {{"call", "gone at once"}, {"decision", "approve"}});
        model.apply(story.take());
        model.setNow(Story::startMs + 3000);
        QCOMPARE(rowsOf(model),
                 QStringList({"lead | bash | {\"command\":\"make\"} | asks | 0:03",
                              "coder | bash | {\"command\":\"make\"} | asks | 0:03",
                              "coder | bash | {\"command\":\"make\"} | asks | 0:03"}));
        story.add(EventKind::ApprovalResolved, "coder", {{"call", "c1"}, {"decision", "reject"}});
        model.apply(story.take());
        QCOMPARE(cellsOf(model, 0, ApprovalsModel::CallRole), QStringList({"c1", "c2"}));
        QCOMPARE(cellsOf(model, 0), QStringList({"lead", "coder"}));
        story.add(EventKind::AgentFinished, "coder", {{"outcome", "stopped"}});
        model.apply(story.take());
        QCOMPARE(cellsOf(model, 0), QStringList({"lead"}));
        story.add(EventKind::RunFinished, "");
        model.apply(story.take());
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(count.size(), 4);
    }
};

ORRERY_TEST(TestAgentsModel)
#include "tst_agentsmodel.moc"
