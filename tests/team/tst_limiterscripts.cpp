// SPDX-License-Identifier: GPL-3.0-or-later
// Random scripts: the limiter against a model of it that is plainly right, and a concurrent history against its replay.
#include "tests/team/limiterreference.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <algorithm>
#include <random>
#include <thread>

using namespace orrery;
using namespace orrery::team;
using Reason = LimiterDenial::Reason;

namespace {

struct Random {
    explicit Random(unsigned seed) : engine(seed) {}
    int below(int most) { return int(engine() % unsigned(most)); }
    std::mt19937 engine;
};

void compareTotals(const LimiterTotals &a, const LimiterTotals &b)
{
    QCOMPARE(a.tokens, b.tokens);
    QCOMPARE(a.requests, b.requests);
    QCOMPARE(a.costUsd, b.costUsd);
}

void compareStates(const LimiterStatus &a, const LimiterStatus &b)
{
    compareTotals(a.totals, b.totals);
    QCOMPARE(a.agents.size(), b.agents.size());
    for (const auto &[agent, totals] : a.agents) {
        QVERIFY(b.agents.contains(agent));
        compareTotals(totals, b.agents.at(agent));
    }
    QCOMPARE(a.chargedUsd, b.chargedUsd);
    QCOMPARE(a.windowTokens, b.windowTokens);
    QCOMPARE(a.windowRequests, b.windowRequests);
    QCOMPARE(a.windowLength, b.windowLength);
    QCOMPARE(a.openReservations, b.openReservations);
    QCOMPARE(a.reservedUsd, b.reservedUsd);
}

LimiterStatus stateOf(const LimiterReference &reference)
{
    LimiterStatus status{
        reference.totals,     reference.agents,        reference.charged,     reference.tokens(),
        reference.requests(), reference.window.size(), reference.open.size(), 0};
    std::erase_if(status.chargedUsd, [](const auto &each) { return each.second <= 0; });
    std::int64_t reserved = 0;
    for (const auto &each : reference.open)
        reserved += each.nano;
    status.reservedUsd = double(reserved) / 1e9;
    return status;
}

/// One run of 10,000 operations.
class Script
{
public:
    Script(LimiterConfig config, unsigned seed) : m_random(seed), m_limiter(config)
    {
        m_reference.config = config;
    }

    void step(int number)
    {
        m_wall += m_random.below(m_random.below(50) ? 700 : 30000);
        if (m_random.below(400) == 0)
            m_wall -= m_random.below(2) ? 800 : 5'000'000; // the clock is set back
        if (m_random.below(300) == 0)
            changeBudgets();
        switch (m_random.below(12)) {
        case 0: plainRecord(); break;
        case 1: hold(); break;
        case 2:
        case 3: release(); break;
        case 4:
        case 5:
        case 6: settle(); break;
        default: acquire(number);
        }
        if (QTest::currentTestFailed())
            return;
        compareStates(m_limiter.peek(), stateOf(m_reference));
        const auto held = m_limiter.openReservations();
        for (std::size_t i = 0; i < held.size(); ++i) {
            QCOMPARE(held[i].id, m_reference.open[i].id);
            QCOMPARE(held[i].atMs, m_reference.open[i].asked - m_reference.offset);
        }
    }
    int refusals() const { return m_refusals; }

private:
    std::int64_t bringUp(bool expires = true)
    {
        const std::int64_t now = m_reference.steady(m_wall);
        m_reference.prune(now);
        if (expires)
            m_reference.expire(now);
        return now;
    }
    std::string someAgent() { return "agent" + std::to_string(m_random.below(4)); }
    ReservationId someReservation()
    {
        return m_ids[std::size_t(m_random.below(int(m_ids.size())))];
    }

    void acquire(int number)
    {
        LimiterAsk ask{someAgent(), m_random.below(m_random.below(20) ? 300 : 3000), {}, "p"};
        ask.provider += std::to_string(m_random.below(3));
        if (m_random.below(2))
            ask.costUsd = m_random.below(30) / 100.0;
        ask.payers = payersOf(ask.agent);
        const std::int64_t now = bringUp();
        const auto expected = m_reference.refuses(ask, now);
        const auto verdict = m_limiter.acquire(ask, m_wall);
        QCOMPARE(verdict.denial != nullptr, expected.has_value());
        if (!expected) {
            QVERIFY(verdict.reservation > m_lastId);
            m_lastId = verdict.reservation;
            m_reference.admit(ask, verdict.reservation, now);
            m_reference.open.back().asked = std::min(now, m_wall + m_reference.offset);
            m_ids.push_back(verdict.reservation);
            const auto &config = m_reference.config;
            QVERIFY(!config.tpm || m_reference.tokens() <= *config.tpm);
            QVERIFY(!config.rpm || m_reference.requests() <= *config.rpm);
            return;
        }
        const LimiterDenial &denial = *verdict.denial;
        QCOMPARE(toString(denial.reason), toString(*expected));
        QVERIFY(!denial.sentence.empty());
        if (denial.reason == Reason::AgentBudget) {
            QCOMPARE(denial.budgetOf, m_reference.refusingBudget(ask).value());
            QVERIFY(denial.sentence.starts_with(denial.budgetOf + "'s budget of $"));
        }
        if (denial.reason == Reason::Tokens || denial.reason == Reason::Requests) {
            const auto holders = m_reference.holders();
            QCOMPARE(denial.holders.size(), holders.size());
            for (const Holder &holder : denial.holders) {
                QVERIFY(holders.contains(holder.agent));
                QCOMPARE(holder.tokens, holders.at(holder.agent).tokens);
                QCOMPARE(holder.reserved, holders.at(holder.agent).reserved);
                QCOMPARE(holder.requests, holders.at(holder.agent).requests);
            }
        }
        // What counts less than nothing makes the window fuller as it leaves: no single time then.
        if (++m_refusals % 4 == 0 && now - m_negativeMs > 60000)
            QVERIFY2(denial.fitsAtMs == m_reference.fitsAt(ask),
                     qPrintable(QString("step %1: %2, but %3")
                                    .arg(number)
                                    .arg(denial.fitsAtMs.value_or(-1))
                                    .arg(m_reference.fitsAt(ask).value_or(-1))));
    }
    void settle()
    {
        const ReservationId id = someReservation();
        const int tokens = m_random.below(300);
        const double cost = m_random.below(20) / 100.0;
        const std::int64_t now = bringUp();
        m_limiter.record("somebody", tokens, cost, 1, id, m_wall);
        if (const auto *held = m_reference.find(id)) {
            m_reference.settle(id, tokens - held->tokens, 0, cost, now);
        } else {
            m_reference.recordNew("somebody", tokens, cost, 1, id, now);
        }
    }
    void release()
    {
        const ReservationId id = someReservation();
        const std::int64_t now = bringUp(false);
        const auto *held = m_reference.find(id);
        QCOMPARE(m_limiter.release(id, m_wall) != 0, held != nullptr);
        if (held)
            m_reference.settle(id, -held->tokens, -1, 0, now);
        else
            m_reference.late.erase(id);
    }
    void plainRecord()
    {
        const int tokens = m_random.below(20) ? m_random.below(100) : -m_random.below(50);
        const int requests = m_random.below(2);
        const std::string agent = someAgent();
        const std::int64_t now = bringUp();
        if (tokens < 0)
            m_negativeMs = now;
        m_limiter.record(agent, tokens, 0.01, requests, 0, m_wall);
        m_reference.recordNew(agent, tokens, 0.01, requests, 0, now);
    }
    /// Somebody comes with a budget, or with what it spent in an earlier run.
    void changeBudgets()
    {
        const std::string agent = someAgent();
        if (m_random.below(2)) {
            auto &budgets = m_reference.config.agentBudgetsUsd;
            const double spent = m_reference.charged[agent];
            budgets[agent] = spent + m_random.below(400) / 100.0;
            m_limiter.setAgentBudget(agent, budgets[agent]);
        } else {
            const double cost = m_random.below(200) / 100.0;
            const auto payers = payersOf(agent);
            m_limiter.addSpent(agent, cost, 50, 2, payers);
            m_reference.charge(LimiterReference::everybody(agent, payers), cost);
            m_reference.book(agent, 50, 2, cost);
        }
    }
    /// agent3 works for agent2, which works for agent0; sometimes it is told awkwardly.
    std::vector<std::string> payersOf(const std::string &agent)
    {
        if (agent == "agent3")
            return m_random.below(5)
                       ? std::vector<std::string>{"agent2", "agent0"}
                       : std::vector<std::string>{"agent2", "agent3", "agent0", "agent2"};
        return agent == "agent2" ? std::vector<std::string>{"agent0"} : std::vector<std::string>();
    }
    void hold()
    {
        const std::string provider = "p" + std::to_string(m_random.below(3));
        const std::int64_t now = bringUp();
        const int pause = m_random.below(4000);
        m_limiter.penalise(provider, m_wall + pause, provider + " wants a pause.", m_wall);
        auto &until = m_reference.holds[provider];
        until = std::max(until, now + pause);
    }

    Random m_random;
    RateLimiter m_limiter;
    LimiterReference m_reference;
    ReservationId m_lastId = 0;
    std::vector<ReservationId> m_ids{0, 12345};
    std::int64_t m_wall = 10'000'000;
    std::int64_t m_negativeMs = 0;
    int m_refusals = 0;
};

} // namespace

class TestLimiterScripts : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithTheReference_data()
    {
        QTest::addColumn<int>("rpm");
        QTest::addColumn<int>("tpm");
        QTest::addColumn<double>("budget");
        QTest::addColumn<double>("agentBudget");
        QTest::addColumn<int>("ttl");
        QTest::newRow("requests and tokens") << 12 << 1500 << 0.0 << 0.0 << 90000;
        QTest::newRow("tokens") << 0 << 2000 << 0.0 << 0.0 << 300000;
        QTest::newRow("requests") << 9 << 0 << 0.0 << 0.0 << 300000;
        QTest::newRow("reservations expire in the window") << 12 << 1500 << 0.0 << 0.0 << 20000;
        QTest::newRow("at once") << 12 << 1500 << 0.0 << 0.0 << 0;
        QTest::newRow("budget") << 30 << 5000 << 300.0 << 0.0 << 90000;
        QTest::newRow("agents' budgets") << 30 << 5000 << 0.0 << 80.0 << 90000;
        QTest::newRow("small budgets") << 30 << 5000 << 3.0 << 1.0 << 40000;
        QTest::newRow("all") << 12 << 1500 << 200.0 << 60.0 << 45000;
        QTest::newRow("nothing") << 0 << 0 << 0.0 << 0.0 << 300000;
    }
    void agreesWithTheReference()
    {
        QFETCH(int, rpm);
        QFETCH(int, tpm);
        QFETCH(double, budget);
        QFETCH(double, agentBudget);
        QFETCH(int, ttl);
        LimiterConfig config;
        if (rpm)
            config.rpm = rpm;
        if (tpm)
            config.tpm = tpm;
        if (budget > 0)
            config.budgetUsd = budget;
        if (agentBudget > 0)
            config.perAgentBudgetUsd = agentBudget;
        config.reservationTtlMs = ttl;
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        Script script(config, seed);
        for (int number = 0; number < test::rounds(10000) && !QTest::currentTestFailed(); ++number)
            script.step(number);
        QVERIFY(script.refusals() > 100);
    }

    void aConcurrentHistoryIsAnOrderOfItsSteps()
    {
        struct Step {
            std::uint64_t sequence;
            enum { Acquire, Settle, Release } what;
            std::string agent;
            std::int64_t tokens, now;
            ReservationId id; ///< given by an acquire, 0 = refused
        };
        LimiterConfig config;
        config.rpm = 200;
        config.tpm = 20000;
        config.reservationTtlMs = 1'000'000'000; // what expires has no place in the order
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        RateLimiter limiter(config);
        std::atomic<std::int64_t> clock{1000};
        std::vector<std::vector<Step>> histories(8);
        {
            std::vector<std::jthread> threads;
            for (unsigned t = 0; t < 8; ++t)
                threads.emplace_back([&, t] {
                    Random random(seed + t);
                    std::vector<ReservationId> held;
                    const std::string agent = "agent" + std::to_string(t % 5);
                    for (int i = 0; i < 5000; ++i) {
                        const std::int64_t now = clock.fetch_add(random.below(20));
                        Step step{0, Step::Acquire, agent, random.below(500), now, 0};
                        if (held.empty() || random.below(2)) {
                            const auto verdict = limiter.acquire(agent, step.tokens, now);
                            step.sequence = verdict.sequence;
                            step.id = verdict.reservation;
                            if (step.id)
                                held.push_back(step.id);
                        } else {
                            const auto at = held.begin() + random.below(int(held.size()));
                            step.id = *at;
                            held.erase(at);
                            step.what = random.below(3) ? Step::Settle : Step::Release;
                            step.sequence =
                                step.what == Step::Settle
                                    ? limiter.record(agent, step.tokens, 0.01, 1, step.id, now)
                                    : limiter.release(step.id, now);
                        }
                        histories[t].push_back(step);
                    }
                });
        }
        std::vector<Step> history;
        for (const auto &each : histories)
            history.insert(history.end(), each.begin(), each.end());
        std::sort(history.begin(), history.end(),
                  [](const Step &a, const Step &b) { return a.sequence < b.sequence; });
        RateLimiter replay(config);
        int refused = 0;
        for (const Step &step : history) {
            if (step.what == Step::Acquire) {
                QCOMPARE(replay.acquire(step.agent, step.tokens, step.now).reservation, step.id);
                refused += step.id == 0;
            } else if (step.what == Step::Settle) {
                QCOMPARE(replay.record(step.agent, step.tokens, 0.01, 1, step.id, step.now),
                         step.sequence);
            } else {
                QCOMPARE(replay.release(step.id, step.now), step.sequence);
            }
        }
        QVERIFY(refused > 0);
        compareStates(limiter.peek(), replay.peek());
        const auto a = limiter.openReservations();
        const auto b = replay.openReservations();
        QCOMPARE(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            QCOMPARE(a[i].id, b[i].id);
            QCOMPARE(a[i].atMs, b[i].atMs);
            QCOMPARE(a[i].agent, b[i].agent);
        }
    }
};

ORRERY_TEST(TestLimiterScripts)
#include "tst_limiterscripts.moc"
