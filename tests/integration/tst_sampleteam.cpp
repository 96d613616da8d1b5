// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/teamfile.h"
#include "core/runtime/teamrun.h"
#include "tests/support/testregistry.h"

#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <optional>

using namespace orrery;

namespace {

const QString kSample = QStringLiteral(ORRERY_SOURCE_DIR "/resources/sample/");

/// The position of an event in the run, so that tests can say what came before what.
using Position = std::optional<std::size_t>;

} // namespace

/// What the sample promises to a newcomer, from one real run of it.
class SampleTeamTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();

    void everyAgentFinishes();
    void theChecksFailAtFirstAndPassAtTheEnd();
    void twoAgentsWantTheSameLines();
    void theResearcherWaitsForTheLimiterAndGoesOn();
    void aMemoryIsStoredAndFoundAgain();
    void whatWasDecidedIsRecordedWithItsReasons();
    void whatIsKnownIsWrittenLinkedAndFound();
    void aDiscoveryReachesTheOthers();
    void messagesAreDeliveredOnce();
    void filesAreEditedInsideClaims();
    void noAgentComesToTheEndOfItsScript();

private:
    template <typename Condition>
    Position find(EventKind kind, Condition condition, std::size_t from = 0) const
    {
        for (std::size_t i = from; i < m_events.size(); ++i) {
            if (m_events[i]->kind == kind && condition(*m_events[i]))
                return i;
        }
        return std::nullopt;
    }

    template <typename Condition>
    std::size_t count(EventKind kind, Condition condition) const
    {
        return std::size_t(
            std::count_if(m_events.begin(), m_events.end(), [&](const EventPtr &event) {
                return event->kind == kind && condition(*event);
            }));
    }

    QTemporaryDir m_workspace;
    std::vector<EventPtr> m_events;
    QString m_outcome;
};

void SampleTeamTest::initTestCase()
{
    const auto team = loadTeamFile((kSample + "team.json").toStdString());
    QVERIFY2(team, team ? "" : team.error().message.c_str());
    runtime::RunOptions options;
    options.team = *team;
    options.workspace = m_workspace.path().toStdString();
    options.journalPath.clear();
    options.approvals = runtime::ApprovalMode::All;
    auto run = runtime::TeamRun::create(std::move(options));
    QVERIFY2(run, run ? "" : run.error().message.c_str());
    const auto events = (*run)->bus().subscribe([] {});
    QSignalSpy finished(run->get(), &runtime::TeamRun::finished);
    (*run)->start();
    QVERIFY(finished.wait(120000));
    m_outcome = finished.first().first().toString();
    m_events = events->drain(SIZE_MAX);
}

void SampleTeamTest::everyAgentFinishes()
{
    QCOMPARE(m_outcome, QStringLiteral("done"));
    for (const char *name : {"lead", "coder", "researcher"}) {
        QVERIFY2(count(EventKind::AgentFinished,
                       [&](const Event &event) {
                           return event.agent == name && event.data.value("outcome", "") == "done";
                       })
                     > 0,
                 name);
    }
    QCOMPARE(count(EventKind::AgentFinished,
                   [](const Event &event) { return event.data.value("outcome", "") != "done"; }),
             std::size_t(0));
}

void SampleTeamTest::theChecksFailAtFirstAndPassAtTheEnd()
{
    const auto ran = [](const char *text) {
        return [text](const Event &event) {
            return event.data.value("tool", "") == "bash"
                   && event.data.value("content", "").find(text) != std::string::npos;
        };
    };
    const Position failed = find(EventKind::ToolFinished, ran("3 of 6 checks failed."));
    QVERIFY(failed);
    QVERIFY(find(EventKind::ToolFinished, ran("All 6 checks passed."), *failed));

    QProcess checks;
    checks.start(QStringLiteral("sh"), {m_workspace.filePath("test.sh")});
    QVERIFY(checks.waitForFinished());
    QVERIFY2(checks.exitCode() == 0, checks.readAll().constData());
    QProcess original;
    original.start(QStringLiteral("sh"), {kSample + "project/test.sh"});
    QVERIFY(original.waitForFinished());
    QCOMPARE(original.exitCode(), 1);
}

void SampleTeamTest::twoAgentsWantTheSameLines()
{
    const auto inReceipt = [](const char *agent) {
        return [agent](const Event &event) {
            return event.agent == agent && event.data.value("file", "") == "src/receipt.cpp";
        };
    };
    const Position held = find(EventKind::ClaimGranted, inReceipt("lead"));
    QVERIFY(held);
    const Position denied = find(EventKind::ClaimDenied, inReceipt("coder"), *held);
    QVERIFY(denied);
    QVERIFY(m_events[*denied]->data.value("holder", "") == "lead");
    const Position released = find(EventKind::ClaimReleased, inReceipt("lead"), *denied);
    QVERIFY(released);
    const Position granted = find(EventKind::ClaimGranted, inReceipt("coder"), *released);
    QVERIFY(granted);
    QVERIFY(find(EventKind::ClaimReleased, inReceipt("coder"), *granted));
}

void SampleTeamTest::theResearcherWaitsForTheLimiterAndGoesOn()
{
    const Position waiting = find(EventKind::LimiterWaiting, [](const Event &event) {
        return event.agent == "researcher" && event.data.value("reason", "") == "tokens"
               && !event.data.value("sentence", "").empty();
    });
    QVERIFY(waiting);
    const Position goesOn = find(
        EventKind::LimiterAcquired, [](const Event &event) { return event.agent == "researcher"; },
        *waiting);
    QVERIFY(goesOn);
    // It waits for another's call to end, not for the window to slide on.
    QVERIFY(m_events[*goesOn]->timeUs - m_events[*waiting]->timeUs < 30'000'000);
}

void SampleTeamTest::aMemoryIsStoredAndFoundAgain()
{
    const auto finds = [](bool any) {
        return [any](const Event &event) {
            return event.agent == "researcher" && event.data.at("results").empty() != any;
        };
    };
    const Position nothing = find(EventKind::MemorySearched, finds(false));
    QVERIFY(nothing);
    const Position stored = find(
        EventKind::MemoryStored, [](const Event &) { return true; }, *nothing);
    QVERIFY(stored);
    const Position found = find(EventKind::MemorySearched, finds(true), *stored);
    QVERIFY(found);
    const Json &best = m_events[*found]->data.at("results").at(0);
    QVERIFY(best.value("content", "").find("half away from zero") != std::string::npos);
}

void SampleTeamTest::whatWasDecidedIsRecordedWithItsReasons()
{
    const auto records = [](const char *type, const char *agent) {
        return [type, agent](const Event &event) {
            return event.agent == agent && event.data.at("node").value("type", "") == type;
        };
    };
    const Position goal = find(EventKind::DecisionRecorded, records("goal", "lead"));
    QVERIFY(goal);
    const Position decision =
        find(EventKind::DecisionRecorded, records("decision", "coder"), *goal);
    QVERIFY(decision);
    QVERIFY(!m_events[*decision]->data.at("node").value("rationale", "").empty());
    const Position outcome =
        find(EventKind::DecisionRecorded, records("outcome", "lead"), *decision);
    QVERIFY(outcome);
    QVERIFY(find(
        EventKind::DecisionUpdated,
        [&](const Event &event) {
            return event.data.at("node").at("id") == m_events[*goal]->data.at("node").at("id")
                   && event.data.at("node").at("status") == "completed";
        },
        *outcome));
    // Every node but the goal follows from another.
    const auto any = [](const Event &) { return true; };
    QCOMPARE(count(EventKind::DecisionLinked, any) + 1, count(EventKind::DecisionRecorded, any));
}

void SampleTeamTest::whatIsKnownIsWrittenLinkedAndFound()
{
    const Position entry = find(EventKind::KnowledgeSaved, [](const Event &event) {
        return event.data.contains("entry")
               && event.data.at("entry").value("slug", "") == "rounding-rule";
    });
    QVERIFY(entry);
    QVERIFY(find(
        EventKind::KnowledgeLinked, [](const Event &) { return true; }, *entry));
    const Position found = find(
        EventKind::KnowledgeSearched,
        [](const Event &event) { return !event.data.at("results").empty(); }, *entry);
    QVERIFY(found);
    QVERIFY(m_events[*found]->data.at("results").at(0).value("slug", "") == "rounding-rule");
    QVERIFY(find(EventKind::KnowledgeSaved, [](const Event &event) {
        return event.data.contains("document")
               && event.data.at("document").value("status", "") == "compiled";
    }));
    // No call of these tools went wrong.
    QCOMPARE(count(EventKind::ToolFinished,
                   [](const Event &event) {
                       const std::string tool = event.data.value("tool", "");
                       return (tool.starts_with("kb_") || tool.find("decision") != tool.npos
                               || tool == "add_goal" || tool == "record_outcome")
                              && !event.data.value("ok", false);
                   }),
             std::size_t(0));
}

void SampleTeamTest::aDiscoveryReachesTheOthers()
{
    const Position shared =
        find(EventKind::DiscoveryShared, [](const Event &event) { return event.agent == "lead"; });
    QVERIFY(shared);
    for (const char *name : {"coder", "researcher"}) {
        QVERIFY2(find(
                     EventKind::PeerMessageDelivered,
                     [&](const Event &event) {
                         return event.agent == name
                                && event.data.value("text", "").starts_with("Discovery (Cause)");
                     },
                     *shared),
                 name);
    }
}

void SampleTeamTest::messagesAreDeliveredOnce()
{
    const auto to = [](const char *agent, const char *from) {
        return [agent, from](const Event &event) {
            return event.agent == agent && event.data.value("from", "") == from;
        };
    };
    QCOMPARE(count(EventKind::PeerMessageDelivered, to("lead", "coder")), std::size_t(2));
    QCOMPARE(count(EventKind::PeerMessageDelivered, to("coder", "researcher")), std::size_t(1));
    // The discovery and the request.
    QCOMPARE(count(EventKind::PeerMessageDelivered, to("coder", "lead")), std::size_t(2));
    QCOMPARE(count(EventKind::PeerMessageDelivered, to("researcher", "lead")), std::size_t(2));
}

void SampleTeamTest::filesAreEditedInsideClaims()
{
    QCOMPARE(count(EventKind::FileEdited, [](const Event &) { return true; }), std::size_t(3));
    QCOMPARE(count(EventKind::FileEdited,
                   [](const Event &event) { return !event.data.value("inside_claim", false); }),
             std::size_t(0));
}

void SampleTeamTest::noAgentComesToTheEndOfItsScript()
{
    QFile script(kSample + "script.json");
    QVERIFY(script.open(QIODevice::ReadOnly));
    const Json agents = Json::parse(script.readAll().toStdString()).at("agents");
    for (const auto &[name, agent] : agents.items()) {
        const std::string last = agent.at("steps").back().at("text");
        QVERIFY2(find(EventKind::AgentFinished,
                      [&, &who = name](const Event &event) {
                          return event.agent == who && event.data.value("output", "") == last;
                      }),
                 name.c_str());
    }
}

ORRERY_TEST(SampleTeamTest)
#include "tst_sampleteam.moc"
