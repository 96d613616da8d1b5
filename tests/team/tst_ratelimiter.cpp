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
