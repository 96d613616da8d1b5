// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/conversationmodel.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>

using namespace orrery;
using namespace orrery::ui;

using Tester = QAbstractItemModelTester;
using Model = ConversationModel;

namespace {

/// `kind title [status]: text (thinking)`
QStringList talk(const Model &model)
{
    static const char *const kinds[] = {"System", "User",  "Peer",    "Assistant",
                                        "Tool",   "Limit", "Warning", "Error"};
    QStringList lines;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex at = model.index(row);
        QString line = QString::fromLatin1(kinds[at.data(Model::KindRole).toInt()]) + ' '
                       + at.data(Model::TitleRole).toString();
        if (const QString status = at.data(Model::StatusRole).toString(); !status.isEmpty())
            line += " [" + status + ']';
        line += ": " + at.data(Model::TextRole).toString();
        if (const QString thinking = at.data(Model::ThinkingRole).toString(); !thinking.isEmpty())
            line += " (" + thinking + ')';
        lines << line;
    }
    return lines;
}

Json assistant(const char *text) { return {{"role", "assistant"}, {"content", text}}; }

} // namespace

class TestConversationModel : public QObject
{
    Q_OBJECT
private:
    static Story &say(Story &story, const char *agent, const char *call, const char *text,
                      const char *field = "text")
    {
        return story.add(EventKind::ModelDelta, agent, {{"call", call}, {field, text}});
    }

private slots:
    void streamsAnAnswerIntoOneItem()
    {
        AgentRoster roster;
        Model model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        Story story;
        story.start();
        story.add(EventKind::AgentStarted, "lead",
                  {{"role", "leads"}, {"model", "m"}, {"prompt", "Fix it"}});
        story.message("lead", {{"role", "user"}, {"content", "Fix it"}});
        story.add(EventKind::RequestSent, "lead", {{"call", "r1"}});
        say(story, "lead", "r1", "hmm", "thinking");
        say(story, "lead", "r1", "I ");
        model.apply(story.take());
        QCOMPARE(talk(model), QStringList({"System started · leads · m: ", "User user: Fix it",
                                           "Assistant assistant [streaming]: I  (hmm)"}));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        for (int i = 0; i < 500; ++i)
            say(story, "lead", "r1", "x");
        model.apply(story.take());
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 2);
        QCOMPARE(changed[0][1].toModelIndex().row(), 2);
        QCOMPARE(model.index(2).data(Model::TextRole).toString(), "I " + QString(500, 'x'));
        story.add(EventKind::ResponseReceived, "lead", {{"call", "r1"}}, 12'400'000);
        story.message("lead", assistant("I am done."));
        model.apply(story.take());
        QCOMPARE(talk(model).last(), QString("Assistant assistant [12.4 s]: I am done. (hmm)"));
        QCOMPARE(model.rowCount(), 3);
        story.add(EventKind::RequestSent, "lead", {{"call", "r2"}});
        story.add(EventKind::ResponseReceived, "lead", {{"call", "r2"}}, 830'000);
        story.message("lead", assistant("Without streaming."));
        model.apply(story.take());
        QCOMPARE(talk(model).last(), QString("Assistant assistant [830 ms]: Without streaming."));
    }

    void showsAToolCallFromTheRequestToTheResult()
    {
        AgentRoster roster;
        Model model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        Story story;
        const Json bash = {
            {"call", "c1"}, {"tool", "bash"}, {"args", {{"command", "make test"}, {"n", 2}}}};
        story.add(EventKind::ApprovalRequested, "coder", bash);
        model.apply(story.take());
        QCOMPARE(talk(model), QStringList({"Tool bash [waiting for approval]: "}));
        QCOMPARE(model.index(0).data(Model::ArgumentLinesRole).toString(),
                 QString("command: make test\nn: 2"));
        QCOMPARE(model.index(0).data(Model::ArgumentsRole).toString(),
                 QString("{\n  \"command\": \"make test\",\n  \"n\": 2\n}"));
        story.add(EventKind::ApprovalResolved, "coder", {{"call", "c1"}, {"decision", "approve"}});
        story.add(EventKind::ToolStarted, "coder", bash);
        model.apply(story.take());
        QCOMPARE(talk(model), QStringList({"Tool bash [running]: "}));
        story.add(EventKind::ToolFinished, "coder",
                  {{"call", "c1"}, {"tool", "bash"}, {"ok", true}, {"content", "passed"}},
                  3'200'000);
        story.message(
            "coder",
            {{"role", "tool"}, {"tool_call_id", "c1"}, {"name", "bash"}, {"content", "passed"}});
        // The same id again, as some models number their calls anew in each answer.
        story.add(EventKind::ToolStarted, "coder", bash);
        story.add(EventKind::ToolFinished, "coder",
                  {{"call", "c1"}, {"ok", false}, {"content", "no"}}, 1000);
        story.add(EventKind::ApprovalRequested, "coder",
                  {{"call", "c2"}, {"tool", "write_file"}, {"args", Json::object()}});
        story.add(EventKind::ApprovalResolved, "coder",
                  {{"call", "c2"}, {"decision", "reject"}, {"note", "not there"}});
        story.message("coder", {{"role", "tool"},
                                {"tool_call_id", "c2"},
                                {"name", "write_file"},
                                {"content", "was rejected"}});
        story.message("coder", {{"role", "tool"},
                                {"tool_call_id", "c3"},
                                {"name", "fly"},
                                {"content", "Tool not found: fly"}});
        story.add(EventKind::ToolStarted, "coder", {{"call", "c4"}, {"tool", "grep"}});
        story.message("coder",
                      {{"role", "tool"}, {"tool_call_id", "c4"}, {"content", "was interrupted"}});
        model.apply(story.take());
        QCOMPARE(talk(model),
                 QStringList({"Tool bash [ok · 3.2 s]: passed", "Tool bash [failed · 1 ms]: no",
                              "Tool write_file [denied]: not there",
                              "Tool fly [failed]: Tool not found: fly",
                              "Tool grep [failed]: was interrupted"}));
    }

    void toolsWithoutIdsAreToldApart()
    {
        AgentRoster roster;
        Model model(roster);
        Story story;
        story.add(EventKind::ToolStarted, "a", {{"tool", "one"}});
        story.add(EventKind::ToolStarted, "a", {{"tool", "two"}});
        story.add(EventKind::ToolFinished, "a", {{"tool", "two"}, {"ok", true}, {"content", "2"}},
                  1000, 2);
        story.add(EventKind::ToolFinished, "a", {{"tool", "one"}, {"ok", true}, {"content", "1"}},
                  1000, 1);
        model.apply(story.take());
        QCOMPARE(talk(model), QStringList({"Tool one [ok · 1 ms]: 1", "Tool two [ok · 1 ms]: 2"}));
    }

    void aPeersMessageIsShownOnce()
    {
        AgentRoster roster;
        Model model(roster);
        Story story;
        story.add(EventKind::PeerMessageDelivered, "coder",
                  {{"from", "lead"}, {"text", "Look at b.py"}});
        story.message("coder", {{"role", "user"}, {"content", "Message from lead: Look at b.py"}});
        story.add(EventKind::PeerMessageDelivered, "coder",
                  {{"from", "person"}, {"text", "Hurry"}});
        story.message("coder", {{"role", "user"}, {"content", "Hurry"}});
        story.message("coder", {{"role", "user"}, {"content", "Hurry"}});
        model.apply(story.take());
        QCOMPARE(talk(model), QStringList({"Peer from lead: Look at b.py", "User you: Hurry",
                                           "User user: Hurry"}));
    }

    void noticesTellOfLimitsAndErrors()
    {
        AgentRoster roster;
        Model model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        Story story;
        story.add(EventKind::LimiterWaiting, "coder",
                  {{"sentence", "Wait."}, {"fits_at_ms", Story::startMs + 9000}});
        model.apply(story.take());
        QCOMPARE(talk(model), QStringList({"Limit rate limit [waiting]: Wait."}));
        QCOMPARE(model.index(0).data(Model::FitsAtMsRole).toLongLong(), Story::startMs + 9000);
        story.waitMs(500).add(EventKind::LimiterWaiting, "coder", {{"sentence", "Wait a bit."}});
        story.waitMs(8500).add(EventKind::LimiterAcquired, "coder", {{"reservation", 1}});
        say(story, "coder", "r1", "I was cut");
        story.add(EventKind::RequestFailed, "coder",
                  {{"call", "r1"},
                   {"message", "Connection reset"},
                   {"retry_in_ms", 2000},
                   {"attempt", 1}});
        story.add(EventKind::RequestFailed, "coder",
                  {{"call", "r1"}, {"message", "The key was refused"}, {"detail", "401"}});
        story.add(EventKind::AgentFinished, "coder",
                  {{"outcome", "failed"}, {"error", "The key was refused"}});
        story.add(EventKind::Warning, "coder", {{"code", "x"}, {"message", "Careful"}});
        story.add(EventKind::AgentFinished, "coder",
                  {{"outcome", "stopped"}, {"error", "Stopped by the person"}});
        model.apply(story.take());
        QCOMPARE(
            talk(model),
            QStringList({"Limit rate limit [waited 9.0 s]: Wait a bit.",
                         "Assistant assistant: I was cut",
                         "Error request failed: Connection reset\nAttempt 1; tries again in 2.0 s.",
                         "Error request failed: The key was refused\n401",
                         "Warning warning: Careful", "Warning stopped: Stopped by the person"}));
        QVERIFY(!model.index(0).data(Model::FitsAtMsRole).isValid());
    }

    void tellsWhatHooksModelsAndOutputTypesDid()
    {
        AgentRoster roster;
        Model model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        Story story;
        const auto hooks = [&](const char *decision, const char *tool, Json reason) {
            story.add(EventKind::HookDecided, "coder",
                      {{"point", "pre_tool_use"},
                       {"decision", decision},
                       {"tool", tool},
                       {"reason", std::move(reason)}});
        };
        hooks("allow", "glob", nullptr);
        hooks("deny", "bash", "not today");
        story.add(EventKind::MessageAdded, "coder",
                  {{"message",
                    {{"role", "tool"},
                     {"tool_call_id", "c1"},
                     {"name", "bash"},
                     {"content", "Tool call was denied by hook: not today"}}},
                   {"how", "denied"},
                   {"tool", "bash"}});
        hooks("modify", "grep", nullptr);
        story.add(EventKind::RequestFailed, "coder",
                  {{"call", "r1"}, {"message", "Overloaded"}, {"fallback", "anthropic:b"}});
        story.add(EventKind::ModelSwitched, "coder", {{"from", "openai:a"}, {"to", "anthropic:b"}});
        story.add(EventKind::OutputRejected, "coder", {{"message", "It is not one of: yes, no"}});
        model.apply(story.take());
        QCOMPARE(talk(model),
                 QStringList({"Warning hook: refused bash: not today",
                              "Tool bash [denied]: Tool call was denied by hook: not today",
                              "Warning hook: changed grep",
                              "Error request failed: Overloaded\nAsks anthropic:b instead.",
                              "Warning other model: anthropic:b answers from now on, in place of "
                              "openai:a.",
                              "Warning answer not accepted: It is not one of: yes, no"}));
    }

    void followsTheSelectedAgent()
    {
        AgentRoster roster;
        Model model(roster);
        Tester tester(&model, Tester::FailureReportingMode::QtTest);
        Story story;
        for (int i = 0; i < 3; ++i) {
            story.message("lead", assistant("L"));
            story.message("coder", assistant("C"));
        }
        model.apply(story.take());
        QCOMPARE(model.rowCount(), 6);
        model.setAgent("coder");
        QCOMPARE(cellsOf(model, 0, Model::TextRole), QStringList({"C", "C", "C"}));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        say(story, "lead", "r", "unseen");
        model.apply(story.take());
        QCOMPARE(changed.size() + inserted.size(), 0);
        say(story, "coder", "r", "seen");
        model.apply(story.take());
        QCOMPARE(inserted.size(), 1);
        say(story, "coder", "r", "!");
        model.apply(story.take());
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 3);
        model.setAgent("nobody");
        QCOMPARE(model.rowCount(), 0);
        model.setAgent({});
        QCOMPARE(cellsOf(model, 0, Model::TextRole),
                 QStringList({"L", "C", "L", "C", "L", "C", "unseen", "seen!"}));
        QSet<QString> keys;
        for (const QString &key : cellsOf(model, 0, Model::KeyRole))
            keys << key;
        QCOMPARE(keys.size(), 8);
    }
};

ORRERY_TEST(TestConversationModel)
#include "tst_conversationmodel.moc"
