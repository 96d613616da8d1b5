// SPDX-License-Identifier: GPL-3.0-or-later
// Two hundred agents at work, with a window too small for them, whose run is destroyed, closed, stopped or disturbed at a
// random moment: nothing may outlive what it points to. ORRERY_STRESS_ROUNDS: rounds of each row, 5 without it;
// ORRERY_STRESS_SEED: of the first round.
#include "tests/support/replyclient.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"
#include "tests/support/tsansuppressions.h"

#include <atomic>
#include <random>
#include <set>

using namespace orrery;
using orrery::testing::ReplyClient;

namespace {

constexpr int kAgentsAtOnce = 200;

int roundsOfRuns()
{
    const int given = qEnvironmentVariableIntValue("ORRERY_STRESS_ROUNDS");
    return given > 0 ? given : 5;
}

std::string nameOf(int agent) { return "agent" + std::to_string(agent); }

/// What a model says next: by chance, but the same for a seed and a number.
Result<llm::ModelReply> nextReply(unsigned seed, unsigned number)
{
    std::minstd_rand random(seed + 7919 * number);
    random.discard(3);
    const auto other = nameOf(static_cast<int>(random() % kAgentsAtOnce));
    switch (random() % 9) {
    case 0: return ReplyClient::text("Done.");
    case 1: return ReplyClient::calling("call_0", "list_team", Json::object());
    case 2:
        return ReplyClient::calling("call_0", "peer_message",
                                    {{"to", other}, {"message", "Well?"}});
    case 3:
        return ReplyClient::calling(
            "call_0", "claim_region",
            {{"file", "a.txt"}, {"start_line", random() % 50 + 1}, {"end_line", 60}});
    case 4:
        return ReplyClient::calling("call_0", "write_file",
                                    {{"path", other + ".txt"}, {"content", "x\n"}});
    case 5: return ReplyClient::calling("call_0", "remember", {{"content", "Of " + other}});
    case 6: {
        Error error = makeError(ErrorCode::Server, "busy");
        error.httpStatus = random() % 2 ? 503 : 429;
        error.retryable = true;
        error.fromProvider = true;
        error.retryAfterMs = 5;
        return fail(std::move(error));
    }
    case 7: return ReplyClient::calling("call_0", "delegate_task", {{"task", "Help."}});
    default: return ReplyClient::calling("call_0", "recall", {{"query", "of whom"}});
    }
}

} // namespace

class TestTeamRuns : public QObject, private RunProbe
{
    Q_OBJECT

private:
    std::atomic<unsigned> m_asked{0};

    void startTeam(unsigned seed, int threads)
    {
        runtime::RunOptions options;
        options.team.name = "Many";
        options.team.threads = threads;
        options.team.limits.tpm = 40000;
        options.team.limits.policy = LimitPolicy::Wait;
        options.team.memory.inject = 2;
        options.team.memory.reflect = seed % 3 == 0;
        options.team.subAgents.maxDepth = 1;
        options.team.subAgents.maxTotal = 40;
        for (int i = 0; i < kAgentsAtOnce; ++i) {
            AgentSpec agent;
            agent.name = nameOf(i);
            agent.model = i % 5 ? "custom:one" : "custom2:two";
            agent.baseUrl = "http://127.0.0.1:9";
            if (i % 7 == 0)
                agent.fallback = {{"custom3:three", "http://127.0.0.1:9", ""}};
            agent.parallelToolCalls = i % 2 == 0;
            options.team.agents.push_back(std::move(agent));
        }
        options.approvals = seed % 2 ? runtime::ApprovalMode::All : runtime::ApprovalMode::Ask;
        options.workspace = m_folder->filePath("work").toStdString();
        if (seed % 4 == 0)
            options.journalPath = m_folder->filePath("run.orrery").toStdString();
        options.makeModelClient = [this, seed] {
            return std::make_unique<ReplyClient>(
                [this, seed](const llm::ModelRequest &) { return nextReply(seed, m_asked++); },
                static_cast<int>(seed % 3));
        };
        start(std::move(options));
    }

    /// Something that a person may do.
    void disturb(std::mt19937 &random)
    {
        const std::string agent = nameOf(static_cast<int>(random() % kAgentsAtOnce));
        switch (random() % 8) {
        case 0: m_run->pause(); break;
        case 1: m_run->resume(); break;
        case 2: m_run->interruptAgent(agent, "Something else."); break;
        case 3: m_run->cancelAgent(agent); break;
        case 4: m_run->sendToAgent(agent, "And?"); break;
        case 5: m_run->removeAgent(agent); break;
        case 6: m_run->pauseAgent(agent); break;
        case 7:
            for (const EventPtr &event : seen())
                if (event->kind == EventKind::ApprovalRequested && random() % 2)
                    m_run->resolveApproval(
                        event->data["approval"],
                        {runtime::ApprovalDecision::Verdict::Approve, {}, {}, false});
            break;
        }
    }

private slots:
    void nothingOutlivesARun_data()
    {
        QTest::addColumn<int>("threads");
        QTest::newRow("one thread") << 1;
        QTest::newRow("four threads") << 4;
    }
    void nothingOutlivesARun()
    {
        QFETCH(int, threads);
        const unsigned first = qEnvironmentVariableIsSet("ORRERY_STRESS_SEED")
                                   ? qEnvironmentVariable("ORRERY_STRESS_SEED").toUInt()
                                   : std::random_device()();
        qInfo("seed %u", first);
        for (int round = 0; round < roundsOfRuns(); ++round) {
            const unsigned seed = first + static_cast<unsigned>(round);
            std::mt19937 random(seed);
            freshFolder();
            m_asked = 0;
            startTeam(seed, threads);
            for (int steps = static_cast<int>(random() % 6); steps > 0; --steps) {
                QTest::qWait(static_cast<int>(random() % 20));
                disturb(random);
            }
            switch (random() % 4) {
            case 0: break; // destroyed as it is
            case 1: m_run->stopNow(); break;
            case 2: {
                m_run->stop();
                QVERIFY2(QTest::qWaitFor([this] { return !m_run->isActive(); }, 20000),
                         qPrintable(QStringLiteral("seed %1 does not stop").arg(seed)));
                QVERIFY(latest(EventKind::RunFinished)->data["outcome"] == "stopped");
                break;
            }
            case 3: {
                QSignalSpy closed(m_run.get(), &runtime::TeamRun::closed);
                m_run->close();
                QVERIFY2(closed.wait(20000),
                         qPrintable(QStringLiteral("seed %1 does not close").arg(seed)));
                break;
            }
            }
            m_run.reset();
            // Every part of the window that was taken has been given back or used.
            std::set<std::uint64_t> open;
            for (const EventPtr &event : seen())
                if (event->kind == EventKind::LimiterAcquired)
                    open.insert(event->data["reservation"].get<std::uint64_t>());
            for (const EventPtr &event : m_seen)
                if (event->kind == EventKind::LimiterSettled
                    || event->kind == EventKind::LimiterReleased)
                    open.erase(event->data["reservation"].get<std::uint64_t>());
            QVERIFY2(open.empty(), qPrintable(QStringLiteral("seed %1: %2 reservations are open")
                                                  .arg(seed)
                                                  .arg(open.size())));
            QVERIFY(count(EventKind::RunFinished) >= 1);
        }
    }
};

ORRERY_TEST(TestTeamRuns)
#include "tst_teamruns.moc"
