// SPDX-License-Identifier: GPL-3.0-or-later
// What the limiter says and does, case by case; tst_limiterscripts.cpp has the random ones.
#include "core/team/ratelimiter.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <thread>

using namespace orrery;
using namespace orrery::team;

namespace {

LimiterConfig config(std::int64_t rpm, std::int64_t tpm, std::int64_t ttl = 300000)
{
    LimiterConfig made;
    made.rpm = rpm;
    made.tpm = tpm;
    made.reservationTtlMs = ttl;
    return made;
}

} // namespace

class TestRateLimiter : public QObject
{
    Q_OBJECT

private slots:
    void saysWhenACallFitsAndItThenDoes()
    {
        RateLimiter limiter(config(100, 1000));
        limiter.acquire("lead", 600, 0);
        limiter.acquire("coder", 300, 10000);
        const auto refused = limiter.acquire("coder", 500, 20000);
        QVERIFY(refused.denial);
        QVERIFY(refused.denial->reason == LimiterDenial::Reason::Tokens);
        QCOMPARE(refused.denial->fitsAtMs.value(), std::int64_t(60000));
        QVERIFY2(refused.denial->sentence.find("lead") != std::string::npos,
                 refused.denial->sentence.c_str());
        QVERIFY(!limiter.acquire("coder", 500, 59999).reservation);
        QVERIFY(limiter.acquire("coder", 500, 60000).reservation != 0);
    }

    void theLastOneThatFitsGoes()
    {
        RateLimiter limiter(config(3, 1000));
        QVERIFY(limiter.acquire("a", 1000, 0).reservation); // all of it
        const auto full = limiter.acquire("a", 1, 1);
        QCOMPARE(toString(full.denial->reason), "tokens");
        QCOMPARE(full.denial->limit, std::int64_t(1000));
        QCOMPARE(full.denial->windowTokens, std::int64_t(1000));
        QCOMPARE(full.denial->windowRequests, std::int64_t(1));
        QVERIFY(limiter.acquire("a", 0, 1).reservation);
        const auto last = limiter.acquire("a", 0, 1);
        QVERIFY(last.reservation);
        QCOMPARE(last.windowRequests, std::int64_t(3));
        QCOMPARE(last.windowTokens, std::int64_t(1000));
        const auto many = limiter.acquire("a", 0, 2);
        QCOMPARE(toString(many.denial->reason), "requests");
        QCOMPARE(many.denial->limit, std::int64_t(3));
        QCOMPARE(many.denial->fitsAtMs.value(), std::int64_t(60000));
        QCOMPARE(toString(limiter.acquire("a", 1001, 2).denial->reason), "too_large");
        QVERIFY(!limiter.acquire("a", 0, 59999).reservation);
        QVERIFY(limiter.acquire("a", 1000, 60000).reservation);
    }

    void aRefusalIsToldInWords()
    {
        RateLimiter limiter(config(100, 1'234'567));
        const auto first = limiter.acquire("lead", 1'000'000, 0);
        limiter.acquire("coder", 200'000, 999);
        limiter.acquire("a", 999, 2000);
        limiter.record("lead", 999'000, 0, 1, first.reservation, 3000);
        const auto refused = limiter.acquire("tester", 40'000, 3001);
        QCOMPARE(refused.denial->sentence,
                 std::string("tester's call needs 40,000 tokens. The window holds 1,199,999 of "
                             "1,234,567: lead 999,000, coder 200,000 (200,000 only reserved), a "
                             "999 (999 only reserved). It fits in 57 s, when lead's 999,000 leave, "
                             "or as soon as a reservation is settled for less."));
        QCOMPARE(limiter.acquire("tester", 2'000'000, 3001).denial->sentence,
                 std::string("tester's call needs 2,000,000 tokens, more than the whole window of "
                             "1,234,567."));
        RateLimiter requests(config(2, 1000));
        requests.acquire("b", 1, 0);
        requests.acquire("a", 1, 1);
        QCOMPARE(requests.acquire("c", 1, 2).denial->sentence,
                 std::string("c's call needs a request. The window holds 2 of 2: a 1, b 1. It fits "
                             "in 60 s, or as soon as a reservation is settled for less."));
    }

    void amountsAreToldInCentsOrPartsOfThem()
    {
        LimiterConfig given;
        given.agentBudgetsUsd = {{"a", 0.01}, {"b", 0.009}};
        RateLimiter limiter(given);
        limiter.record("a", 1, 0.01, 1, 0, 0);
        limiter.record("b", 1, 0.0095, 1, 0, 0);
        QCOMPARE(limiter.acquire("a", 1, 1).denial->sentence,
                 std::string("a's budget of $0.01 is used up ($0.01)."));
        QCOMPARE(limiter.acquire("b", 1, 1).denial->sentence,
                 std::string("b's budget of $0.009000 is used up ($0.009500)."));
    }

    void whatIsGivenBackEarlyMakesRoomEarly()
    {
        RateLimiter limiter(config(100, 1000, 20000));
        limiter.acquire("a", 400, 0);
        const auto settled = limiter.acquire("b", 400, 0);
        limiter.record("b", 400, 0, 1, settled.reservation, 10);
        QCOMPARE(limiter.acquire("c", 600, 100).denial->fitsAtMs.value(), std::int64_t(20000));
        QCOMPARE(limiter.acquire("c", 601, 100).denial->fitsAtMs.value(), std::int64_t(60000));
        QVERIFY(!limiter.acquire("c", 600, 19999).reservation);
        QVERIFY(limiter.acquire("c", 600, 20000).reservation);
    }

    void aReservationIsFoundWhileItIsOpen()
    {
        RateLimiter limiter(config(100, 1000));
        const auto first = limiter.acquire("a", 10, 5);
        const auto second = limiter.acquire("b", 20, 6);
        QCOMPARE(limiter.find(second.reservation)->agent, std::string("b"));
        QCOMPARE(limiter.find(second.reservation)->tokens, std::int64_t(20));
        QCOMPARE(limiter.find(first.reservation)->atMs, std::int64_t(5));
        QCOMPARE(limiter.steadyMs(), std::int64_t(6));
        limiter.release(first.reservation, 7);
        QVERIFY(!limiter.find(first.reservation));
        QVERIFY(!limiter.find(0) && !limiter.find(999));
        QCOMPARE(limiter.openReservations().size(), std::size_t(1));
    }

    void aCallLargerThanTheWindowNeverFits()
    {
        RateLimiter limiter(config(100, 1000));
        const auto refused = limiter.acquire("a", 1001, 0);
        QVERIFY(refused.denial && refused.denial->reason == LimiterDenial::Reason::TooLarge);
        QVERIFY(!refused.denial->fitsAtMs);
    }

    void budgetsEndCalls()
    {
        LimiterConfig given;
        given.budgetUsd = 1.0;
        given.perAgentBudgetUsd = 0.4;
        RateLimiter limiter(given);
        const auto first = limiter.acquire("a", 10, 0);
        limiter.record("a", 10, 0.5, 1, first.reservation, 1);
        QVERIFY(limiter.acquire("a", 1, 2).denial->reason == LimiterDenial::Reason::AgentBudget);
        QVERIFY(limiter.acquire("b", 1, 2).reservation != 0);
        limiter.record("b", 1, 0.6, 1, 0, 3);
        QVERIFY(limiter.acquire("c", 1, 4).denial->reason == LimiterDenial::Reason::Budget);
    }

    void anAgentMayHaveABudgetOfItsOwn()
    {
        LimiterConfig given;
        given.perAgentBudgetUsd = 1.0;
        given.agentBudgetsUsd["coder"] = 0.2;
        RateLimiter limiter(given);
        limiter.record("coder", 10, 0.5, 1, 0, 0);
        limiter.record("lead", 10, 0.5, 1, 0, 0);
        const auto refused = limiter.acquire("coder", 1, 1);
        QVERIFY(refused.denial && refused.denial->reason == LimiterDenial::Reason::AgentBudget);
        QCOMPARE(refused.denial->sentence,
                 std::string("coder's budget of $0.20 is used up ($0.50)."));
        QVERIFY(limiter.acquire("lead", 1, 1).reservation);
        QVERIFY(!limiter.acquire({"lead", 1, 0.6, {}}, 1).reservation);
    }

    void anEstimatedCostIsReservedUntilTheCallIsSettled()
    {
        LimiterConfig given;
        given.budgetUsd = 1.0;
        RateLimiter limiter(given);
        const auto ask = [](const char *agent, double cost) {
            return LimiterAsk{agent, 10, cost, {}};
        };
        const auto first = limiter.acquire(ask("a", 0.6), 0);
        QVERIFY(first.reservation);
        const auto refused = limiter.acquire(ask("b", 0.5), 1000);
        QVERIFY(refused.denial && refused.denial->reason == LimiterDenial::Reason::Budget);
        QCOMPARE(refused.denial->spentUsd, 0.0);
        QCOMPARE(refused.denial->reservedUsd, 0.6);
        QCOMPARE(refused.denial->estimateUsd.value(), 0.5);
        // Nothing else happens: the reservation expires.
        QCOMPARE(refused.denial->fitsAtMs.value(), given.reservationTtlMs);
        QVERIFY(limiter.acquire(ask("b", 0.4), 1000).reservation); // exactly what is left
        QVERIFY(!limiter.acquire(ask("c", 0.000001), 1000).reservation);
        limiter.record("a", 10, 0.2, 1, first.reservation, 2000);
        QVERIFY(limiter.acquire(ask("c", 0.4), 2000).reservation);
        QCOMPARE(limiter.budgetLeft().value(), 0.8); // reserved is not spent
        // More than the whole budget never fits.
        QVERIFY(!limiter.acquire(ask("d", 1.5), 2000).denial->fitsAtMs);
    }

    void aSubAgentSpendsWhatItsParentsHave()
    {
        LimiterConfig given;
        given.agentBudgetsUsd = {{"lead", 1.0}, {"lead.1", 0.9}};
        RateLimiter limiter(given);
        const auto ask = [](const char *agent, double cost, std::vector<std::string> payers) {
            return LimiterAsk{agent, 10, cost, {}, std::move(payers)};
        };
        const auto grandchild = limiter.acquire(ask("lead.1.1", 0.5, {"lead.1", "lead"}), 0);
        QVERIFY(grandchild.reservation);
        // Reserved for the one, so it is not there for the others.
        const auto own = limiter.acquire(ask("lead", 0.6, {}), 1);
        QVERIFY(own.denial && own.denial->reason == LimiterDenial::Reason::AgentBudget);
        QCOMPARE(own.denial->budgetOf, std::string("lead"));
        QCOMPARE(own.denial->reservedUsd, 0.5);
        QCOMPARE(own.denial->fitsAtMs.value(), given.reservationTtlMs);
        const auto child = limiter.acquire(ask("lead.1", 0.45, {"lead"}), 2);
        QVERIFY(child.denial);
        QCOMPARE(child.denial->budgetOf, std::string("lead.1"));
        const auto sibling = limiter.acquire(ask("lead.2", 0.55, {"lead"}), 3);
        QVERIFY(sibling.denial);
        QCOMPARE(sibling.denial->sentence,
                 std::string("lead's budget of $1.00, from which lead.2 lives too, has no room for "
                             "a call of about $0.55: $0.00 are spent and $0.50 are reserved by "
                             "calls under way. It fits in 300 s, or as soon as a call under way "
                             "costs less."));
        QVERIFY(limiter.acquire(ask("other", 5, {}), 4).reservation); // it has none
        // What it was for more than it had asked for is paid by all of them.
        limiter.record("lead.1.1", 10, 0.8, 1, grandchild.reservation, 5);
        const auto after = limiter.acquire(ask("lead", 0.21, {}), 6);
        QVERIFY(after.denial);
        QCOMPARE(after.denial->spentUsd, 0.8);
        QCOMPARE(after.denial->reservedUsd, 0.0);
        QVERIFY(!after.denial->fitsAtMs);
        QVERIFY(limiter.acquire(ask("lead", 0.2, {}), 7).reservation);
        // Their own totals stay their own.
        const LimiterStatus status = limiter.peek();
        QCOMPARE(status.agents.at("lead").costUsd, 0.0);
        QCOMPARE(status.agents.at("lead.1.1").costUsd, 0.8);
        QVERIFY(!status.agents.contains("lead.1"));
        QCOMPARE(status.chargedUsd.at("lead.1"), 0.8);
        QCOMPARE(status.totals.costUsd, 0.8);
    }

    void whatParentsHaveReservedComesBackToThem_data()
    {
        QTest::addColumn<bool>("expires");
        QTest::newRow("released") << false;
        QTest::newRow("expired") << true;
    }
    void whatParentsHaveReservedComesBackToThem()
    {
        QFETCH(bool, expires);
        LimiterConfig given;
        given.agentBudgetsUsd["lead"] = 1.0;
        given.reservationTtlMs = 1000;
        RateLimiter limiter(given);
        const LimiterAsk all{"lead.1", 10, 1.0, {}, {"lead"}};
        const auto first = limiter.acquire(all, 0);
        QVERIFY(first.reservation);
        QVERIFY(!limiter.acquire(all, 999).reservation);
        if (expires)
            QCOMPARE(limiter.takeExpired(1000).size(), std::size_t(1));
        else
            limiter.release(first.reservation, 999);
        QVERIFY(!limiter.check(all, 1000));
        // It comes late, and is paid by the same; once.
        limiter.record("lead.1", 10, 0.4, 1, first.reservation, 1001);
        limiter.record("lead.1", 10, 0.4, 1, first.reservation, 1002);
        const auto charged = limiter.peek().chargedUsd;
        QCOMPARE(charged.at("lead.1"), 0.8);
        QCOMPARE(charged.contains("lead") ? charged.at("lead") : 0.0, expires ? 0.4 : 0.0);
    }

    void nobodyPaysTwiceForOneCall()
    {
        LimiterConfig given;
        given.agentBudgetsUsd = {{"lead", 1.0}, {"lead.1", 1.0}};
        RateLimiter limiter(given);
        const LimiterAsk ask{"lead.1", 10, 0.5, {}, {"lead", "lead.1", "lead"}};
        const auto first = limiter.acquire(ask, 0);
        QVERIFY(limiter.acquire(ask, 0).reservation);
        QCOMPARE(limiter.acquire(ask, 0).denial->reservedUsd, 1.0);
        limiter.record("lead.1", 10, 0.5, 1, first.reservation, 1);
        QCOMPARE(limiter.peek().chargedUsd.at("lead"), 0.5);
        QCOMPARE(limiter.peek().chargedUsd.at("lead.1"), 0.5);
    }

    void aNewcomersBudgetIsSetWhenItComes()
    {
        RateLimiter limiter{LimiterConfig()};
        limiter.record("late", 10, 0.3, 1, 0, 0);
        limiter.setAgentBudget("late", 0.5);
        QVERIFY(!limiter.acquire({"late", 10, 0.25, {}}, 1).reservation);
        QVERIFY(limiter.acquire({"late", 10, 0.2, {}}, 1).reservation);
        QVERIFY(limiter.acquire({"early", 10, 5.0, {}}, 1).reservation);
        limiter.setAgentBudget("late", 1.0);
        QVERIFY(limiter.acquire({"late", 10, 0.25, {}}, 1).reservation);
        limiter.setAgentBudget("late", std::numeric_limits<double>::quiet_NaN());
        QVERIFY(!limiter.acquire({"late", 10, {}, {}}, 1).reservation);
    }

    void whatWasSpentEarlierCountsAgainstEveryBudgetAndNoWindow()
    {
        LimiterConfig given = config(100, 1000);
        given.budgetUsd = 1.0;
        given.agentBudgetsUsd["lead"] = 0.8;
        RateLimiter limiter(given);
        limiter.addSpent("lead.1", 0.5, 5000, 7, {"lead"});
        limiter.addSpent("lead.1", std::numeric_limits<double>::infinity(), 0, 0);
        const LimiterStatus status = limiter.status(0);
        QCOMPARE(status.windowTokens, std::int64_t(0));
        QCOMPARE(status.windowRequests, std::int64_t(0));
        QCOMPARE(status.windowLength, std::size_t(0));
        QCOMPARE(status.totals.costUsd, 0.5);
        QCOMPARE(status.agents.at("lead.1").tokens, std::int64_t(5000));
        QCOMPARE(status.agents.at("lead.1").requests, std::int64_t(7));
        QCOMPARE(limiter.budgetLeft().value(), 0.5);
        QCOMPARE(limiter.acquire({"lead", 10, 0.31, {}}, 0).denial->budgetOf, std::string("lead"));
        QVERIFY(limiter.acquire({"lead", 10, 0.3, {}}, 0).reservation);
        const auto team = limiter.acquire({"other", 10, 0.21, {}}, 0);
        QVERIFY(team.denial && team.denial->reason == LimiterDenial::Reason::Budget);
        QVERIFY(limiter.acquire({"other", 10, 0.2, {}}, 0).reservation);
    }

    void withoutAnEstimateOnlyWhatIsSpentCounts()
    {
        LimiterConfig given;
        given.budgetUsd = 1.0;
        RateLimiter limiter(given);
        QVERIFY(limiter.acquire({"a", 10, 1.0, {}}, 0).reservation);
        QVERIFY(limiter.acquire("b", 10, 0).reservation);
    }

    void aProvidersPauseHoldsItsCallsOnly()
    {
        RateLimiter limiter(config(100, 1000));
        limiter.penalise("openai", 31000, "openai answered with 429.", 1000);
        limiter.penalise("openai", 21000, "An earlier end counts for nothing.", 1000);
        const auto held = limiter.acquire({"a", 10, {}, "openai"}, 2000);
        QVERIFY(held.denial && held.denial->reason == LimiterDenial::Reason::Provider);
        QCOMPARE(held.denial->fitsAtMs.value(), std::int64_t(31000));
        QCOMPARE(held.denial->sentence, std::string("openai answered with 429. It fits in 29 s."));
        QVERIFY(limiter.acquire({"a", 10, {}, "ollama"}, 2000).reservation);
        QVERIFY(!limiter.acquire({"a", 10, {}, "openai"}, 30999).reservation);
        QVERIFY(limiter.acquire({"a", 10, {}, "openai"}, 31000).reservation);
        limiter.penalise("openai", 61000, "openai cannot be reached.", 31000);
        QVERIFY(!limiter.lift("ollama", 32000));
        QVERIFY(!limiter.acquire({"a", 10, {}, "openai"}, 32000).reservation);
        QVERIFY(limiter.lift("openai", 32000));
        QVERIFY(!limiter.lift("openai", 32000));
        QVERIFY(limiter.acquire({"a", 10, {}, "openai"}, 32000).reservation);
    }

    void aClockThatIsSetBackLetsNothingMoreThrough()
    {
        RateLimiter limiter(config(100, 1000));
        QVERIFY(limiter.acquire("a", 1000, 10'000'000).reservation);
        const auto refused = limiter.acquire("a", 1, 1'000'000); // set back by 2.5 hours
        QVERIFY(refused.denial);
        QCOMPARE(refused.denial->fitsAtMs.value(), std::int64_t(1'060'000)); // on the new clock
        QVERIFY(!limiter.acquire("a", 1, 1'059'999).reservation);
        QVERIFY(limiter.acquire("a", 1000, 1'060'000).reservation);
    }

    void tellsOfReservationsThatExpiredThoughNobodyAskedSince()
    {
        RateLimiter limiter(config(100, 1000, 5000));
        const auto first = limiter.acquire("a", 700, 0);
        QVERIFY(limiter.takeExpired(4999).empty());
        const auto expired = limiter.takeExpired(5000);
        QCOMPARE(expired.size(), std::size_t(1));
        QCOMPARE(expired.front().id, first.reservation);
        QCOMPARE(expired.front().tokens, std::int64_t(700));
        QCOMPARE(limiter.peek().windowTokens, std::int64_t(0));
        QVERIFY(limiter.takeExpired(6000).empty());
        QCOMPARE(limiter.release(first.reservation, 6000), std::uint64_t(0));
    }

    void askingChangesNothing()
    {
        RateLimiter limiter(config(1, 1000));
        QVERIFY(!limiter.check({"a", 10, {}, {}}, 0));
        QVERIFY(limiter.acquire("a", 10, 0).reservation);
        const auto why = limiter.check({"a", 10, {}, {}}, 1);
        QVERIFY(why && why->reason == LimiterDenial::Reason::Requests);
        QCOMPARE(limiter.peek().windowLength, std::size_t(1));
    }

    void figuresBeyondReasonDoNoHarm()
    {
        RateLimiter limiter(config(100, 1000));
        QVERIFY(!limiter.acquire("a", INT64_MAX, 0).reservation);
        limiter.record("a", INT64_MAX, std::numeric_limits<double>::quiet_NaN(), 1, 0, 0);
        limiter.record("a", INT64_MAX, 0.5, 1, 0, 0);
        QVERIFY(!limiter.acquire("a", 1, 0).reservation);
        QCOMPARE(limiter.peek().totals.costUsd, 0.5);
        QVERIFY(limiter.acquire("a", 1, 60000).reservation);
    }

    /// Eight sub-agents of one parent, all at once, some of whose calls expire, fail or cost nothing.
    void manyThreadsNeverSpendMoreThanTheirParentHas()
    {
        LimiterConfig given;
        given.agentBudgetsUsd["lead"] = 1.0;
        given.reservationTtlMs = 50;
        RateLimiter limiter(given);
        std::atomic<std::int64_t> clock{0};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i)
                threads.emplace_back([&, agent = "lead." + std::to_string(i)] {
                    for (int n = 0; n < 2000; ++n) {
                        const LimiterAsk ask{agent, 10, 0.01, {}, {"lead"}};
                        const auto verdict = limiter.acquire(ask, clock.fetch_add(1));
                        if (!verdict.reservation || n % 7 == 0)
                            continue; // refused, or never told of again
                        if (n % 3)
                            limiter.release(verdict.reservation, clock.fetch_add(1));
                        else if (const auto open = limiter.find(verdict.reservation))
                            limiter.record(agent, 10, 0.001, 1, open->id, clock.fetch_add(1));
                    }
                });
        }
        const LimiterStatus status = limiter.status(clock + 1000);
        QCOMPARE(status.openReservations, std::size_t(0));
        QCOMPARE(status.reservedUsd, 0.0);
        QVERIFY(status.chargedUsd.at("lead") > 0.5);
        // Each may have had one call under way that expired before it was told of.
        QVERIFY2(status.chargedUsd.at("lead") <= 1.0 + 8 * 0.001 + 1e-9,
                 qPrintable(QString::number(status.chargedUsd.at("lead"))));
        QVERIFY(!limiter.acquire({"lead.1", 10, 1.0, {}, {"lead"}}, clock + 1000).reservation);
    }

    void manyThreadsNeverExceedTheLimit()
    {
        RateLimiter limiter(config(100000, 1000));
        std::atomic<int> admitted{0};
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i)
                threads.emplace_back([&] {
                    for (int n = 0; n < 500; ++n)
                        if (limiter.acquire("a", 10, 1000).reservation)
                            ++admitted;
                });
        }
        QCOMPARE(admitted.load(), 100);
        QCOMPARE(limiter.peek().windowTokens, std::int64_t(1000));
    }
};

ORRERY_TEST(TestRateLimiter)
#include "tst_ratelimiter.moc"
