// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/ratelimiter.h"

#include <QTest>

#include <random>
#include <thread>

using namespace orrery;
using namespace orrery::team;

namespace {

/// The sliding window said plainly: a list that is added up each time.
struct Reference {
    struct Entry {
        std::int64_t ts, tokens, requests;
    };
    struct Open {
        ReservationId id;
        std::int64_t ts, tokens;
    };
    std::int64_t rpm, tpm, ttl;
    std::vector<Entry> window;
    std::vector<Open> open;
    ReservationId last = 0;

    void prune(std::int64_t now)
    {
        std::erase_if(window, [now](const Entry &e) { return e.ts <= now - 60000; });
    }
    void settle(const Open &held, std::int64_t tokens, std::int64_t requests, std::int64_t now)
    {
        if ((tokens != 0 || requests != 0) && held.ts > now - 60000)
            window.push_back({held.ts, tokens, requests});
    }
    void expire(std::int64_t now)
    {
        for (std::size_t i = 0; i < open.size();) {
            if (open[i].ts > now - ttl) {
                ++i;
                continue;
            }
            settle(open[i], -open[i].tokens, -1, now);
            open.erase(open.begin() + std::ptrdiff_t(i));
        }
    }
    std::int64_t tokens() const
    {
        std::int64_t sum = 0;
        for (const Entry &e : window)
            sum += e.tokens;
        return sum;
    }
    std::int64_t requests() const
    {
        std::int64_t sum = 0;
        for (const Entry &e : window)
            sum += e.requests;
        return sum;
    }
    ReservationId acquire(std::int64_t wanted, std::int64_t now)
    {
        prune(now);
        expire(now);
        if (requests() + 1 > rpm || tokens() + wanted > tpm)
            return 0;
        window.push_back({now, wanted, 1});
        open.push_back({++last, now, wanted});
        return last;
    }
    std::optional<Open> take(ReservationId id)
    {
        for (std::size_t i = 0; i < open.size(); ++i)
            if (open[i].id == id) {
                const Open found = open[i];
                open.erase(open.begin() + std::ptrdiff_t(i));
                return found;
            }
        return std::nullopt;
    }
};

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
    void agreesWithTheReference()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto pick = [&](int most) { return int(random() % unsigned(most)); };
        for (int round = 0; round < 30; ++round) {
            const std::int64_t ttl = round % 2 ? 20000 : 90000;
            RateLimiter limiter(config(12, 1000, ttl));
            Reference reference{12, 1000, ttl, {}, {}};
            std::vector<ReservationId> ids{0};
            std::int64_t now = 0;
            for (int step = 0; step < 400; ++step) {
                now += pick(9000);
                const int what = pick(4);
                if (what < 2) {
                    const int tokens = pick(300);
                    const auto verdict =
                        limiter.acquire("a" + std::to_string(pick(3)), tokens, now);
                    QCOMPARE(verdict.reservation, reference.acquire(tokens, now));
                    if (verdict.reservation)
                        ids.push_back(verdict.reservation);
                    else
                        QVERIFY(!verdict.denial->sentence.empty());
                } else {
                    const ReservationId id = ids[std::size_t(pick(int(ids.size())))];
                    reference.prune(now);
                    if (what == 2) {
                        const int tokens = pick(300);
                        reference.expire(now);
                        limiter.record("x", tokens, 0.01, 1, id, now);
                        if (const auto held = reference.take(id))
                            reference.settle(*held, tokens - held->tokens, 0, now);
                        else
                            reference.window.push_back({now, tokens, 1});
                    } else {
                        const auto held = reference.take(id);
                        QCOMPARE(limiter.release(id, now), held.has_value());
                        if (held)
                            reference.settle(*held, -held->tokens, -1, now);
                    }
                }
                const LimiterStatus status = limiter.peek();
                QCOMPARE(status.windowTokens, reference.tokens());
                QCOMPARE(status.windowRequests, reference.requests());
                QCOMPARE(status.openReservations, reference.open.size());
            }
        }
    }

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

QTEST_GUILESS_MAIN(TestRateLimiter)
#include "tst_ratelimiter.moc"
