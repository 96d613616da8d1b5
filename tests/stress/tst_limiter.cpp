// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/limitergate.h"
#include "tests/stress/duration.h"
#include "tests/support/tsansuppressions.h"
#include "tests/support/testregistry.h"
#include "tests/team/limiterreference.h"

#include <QTest>

#include <condition_variable>
#include <random>
#include <thread>

using namespace orrery;
using namespace orrery::runtime;
using team::RateLimiter;

namespace {

/// Time that runs a thousand times as fast as the real one, so that a window passes in 60 ms.
std::int64_t fastMs()
{
    static const auto start = std::chrono::steady_clock::now();
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now()
                                                                 - start)
        .count();
}

/// An agent that waits for its turn.
struct Caller {
    std::mutex mutex;
    std::condition_variable told;
    std::optional<RateLimiter::Verdict> verdict;
    int answers = 0;
    bool isGone = false;

    /// False if nobody is there any more to use it.
    bool tell(RateLimiter::Verdict given)
    {
        std::lock_guard lock(mutex);
        verdict = std::move(given);
        ++answers;
        told.notify_one();
        return !isGone;
    }
};

/// agent1 to agent3 work for agent0; a token costs the thousandth part of a dollar.
std::vector<std::string> payersOf(const std::string &agent)
{
    return agent >= "agent1" && agent <= "agent3" ? std::vector<std::string>{"agent0"}
                                                  : std::vector<std::string>();
}
double costOf(std::int64_t tokens) { return double(tokens) / 1000; }

/// The limiter as one knows it from what was told, and whether that can be true.
struct ToldLimiter {
    team::LimiterReference reference;

    bool take(const LimiterEvent &event)
    {
        const std::int64_t now = reference.steady(event.atMs);
        reference.prune(now);
        const team::LimiterAsk ask{
            event.agent, event.tokens, costOf(event.tokens), {}, payersOf(event.agent)};
        const auto *open = reference.find(event.reservation);
        switch (event.kind) {
        case EventKind::LimiterAcquired:
            if (reference.refuses(ask, now))
                return false;
            reference.admit(ask, event.reservation, now);
            break;
        case EventKind::LimiterWaiting:
        case EventKind::LimiterDenied:
            if (event.denial->reason != team::LimiterDenial::Reason::Queued
                && reference.refuses(ask, now) != event.denial->reason)
                return false;
            break;
        case EventKind::LimiterSettled:
            if ((open ? open->tokens : 0) != event.tokens)
                return false;
            if (open)
                reference.settle(event.reservation, event.used - event.tokens, 0,
                                 costOf(event.used), now);
            else
                reference.recordNew(event.agent, event.used, costOf(event.used), 1,
                                    event.reservation, now);
            break;
        case EventKind::LimiterExpired:
            if (!open || open->ts > now - reference.config.reservationTtlMs)
                return false;
            reference.late[event.reservation] = open->payers;
            reference.late[event.reservation].erase(open->agent);
            [[fallthrough]];
        default:
            if (!open || !reference.settle(event.reservation, -event.tokens, -1, 0, now))
                return false;
        }
        return reference.tokens() == event.windowTokens
               && reference.requests() == event.windowRequests;
    }
};

} // namespace

class StressLimiter : public QObject
{
    Q_OBJECT

private slots:
    void theWindowNeverHoldsMoreThanItsLimit()
    {
        const test::Duration duration;
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        team::LimiterConfig config;
        config.rpm = 5000;
        config.tpm = 100000;
        config.reservationTtlMs = 70000;
        RateLimiter limiter(config);
        std::atomic<int> admitted{0};
        std::atomic<int> refused{0};
        std::atomic<bool> exceeded{false};
        {
            std::vector<std::jthread> threads;
            for (unsigned t = 0; t < 8; ++t)
                threads.emplace_back([&, t] {
                    std::mt19937 random(seed + t);
                    const std::string agent = "agent" + std::to_string(t);
                    std::vector<team::ReservationId> held;
                    while (!duration.isOver()) {
                        const auto verdict = limiter.acquire(agent, 1 + random() % 500, fastMs());
                        if (verdict.reservation) {
                            ++admitted;
                            held.push_back(verdict.reservation);
                            if (verdict.windowTokens > *config.tpm
                                || verdict.windowRequests > *config.rpm)
                                exceeded = true;
                        } else {
                            ++refused;
                        }
                        if (held.size() > 50 || (!held.empty() && random() % 2)) {
                            const auto id = held.back();
                            held.pop_back();
                            if (random() % 3)
                                limiter.record(agent, random() % 200, 0.001, 1, id, fastMs());
                            else
                                limiter.release(id, fastMs());
                        }
                        if (random() % 100 == 0) {
                            limiter.takeExpired(fastMs());
                            limiter.openReservations();
                            limiter.status(fastMs());
                        }
                    }
                });
        }
        QVERIFY(!exceeded);
        QVERIFY(admitted > 0);
        QVERIFY(refused > 0);
        const auto end = limiter.status(fastMs() + 10'000'000);
        QCOMPARE(end.windowTokens, std::int64_t(0));
        QCOMPARE(end.windowRequests, std::int64_t(0));
        QCOMPARE(end.windowLength, std::size_t(0));
        QCOMPARE(end.openReservations, std::size_t(0));
        QCOMPARE(end.reservedUsd, 0.0);
    }

    /// Replayed one by one, what is told is at each step what can have happened, with the window as it was.
    void whatIsToldIsInTheOrderOfTheTable()
    {
        const test::Duration duration;
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        team::LimiterConfig config;
        config.rpm = 60;
        config.tpm = 9000;
        config.reservationTtlMs = 9000;
        config.agentBudgetsUsd["agent0"] = 15;
        std::vector<LimiterEvent> events;
        std::atomic<int> outOfNumber{0};
        LimiterGate gate(config, LimitPolicy::Refuse,
                         [&](std::uint64_t number, const LimiterEvent &event) {
                             events.push_back(event);
                             outOfNumber += number != events.size();
                         });
        {
            std::vector<std::jthread> threads;
            for (unsigned t = 0; t < 8; ++t)
                threads.emplace_back([&, t] {
                    std::mt19937 random(seed + t);
                    const std::string agent = "agent" + std::to_string(t);
                    std::vector<team::ReservationId> held;
                    for (int step = 0; step < 8000 && !duration.isOver(); ++step) {
                        const auto tokens = std::int64_t(1 + random() % 300);
                        const auto verdict =
                            gate.acquire({agent, tokens, costOf(tokens), {}, payersOf(agent)},
                                         fastMs(), {})
                                .verdict;
                        if (verdict.reservation)
                            held.push_back(verdict.reservation);
                        if (held.empty() || random() % 3 == 0)
                            continue;
                        const auto id = held.back();
                        held.pop_back();
                        const auto used = std::int64_t(random() % 200);
                        if (random() % 3)
                            gate.record(agent, used, costOf(used), id, fastMs());
                        else
                            gate.release(id, fastMs());
                    }
                });
            threads.emplace_back([&] {
                while (!duration.isOver()) {
                    gate.pump(fastMs());
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                }
            });
        }
        gate.pump(fastMs() + 100000);
        QCOMPARE(outOfNumber.load(), 0);
        ToldLimiter told;
        told.reference.config = config;
        std::map<EventKind, int> kinds;
        for (std::size_t i = 0; i < events.size(); ++i) {
            ++kinds[events[i].kind];
            QVERIFY2(told.take(events[i]), qPrintable(QString("event %1, %2 of %3")
                                                          .arg(i)
                                                          .arg(toString(events[i].kind).data())
                                                          .arg(events[i].agent.c_str())));
        }
        QCOMPARE(kinds.size(), std::size_t(5)); // all but those of queues and providers
        const auto end = gate.limiter().peek();
        QCOMPARE(end.openReservations, std::size_t(0));
        QCOMPARE(end.totals.tokens, told.reference.totals.tokens);
        QCOMPARE(end.totals.costUsd, told.reference.totals.costUsd);
        QCOMPARE(end.chargedUsd.at("agent0"), told.reference.charged.at("agent0"));
    }

    void everyCallThatWaitsIsAnsweredOnce()
    {
        const test::Duration duration;
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        team::LimiterConfig config;
        config.rpm = 40;
        config.tpm = 5000;
        LimiterGate gate(config, LimitPolicy::Wait);
        std::atomic<int> calls{0};
        std::atomic<int> waited{0};
        std::atomic<int> cancelled{0};
        std::atomic<int> twice{0};
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < 8; ++t)
            threads.emplace_back([&, t] {
                std::mt19937 random(seed + t);
                const std::string agent = "agent" + std::to_string(t);
                while (!duration.isOver()) {
                    ++calls;
                    const auto caller = std::make_shared<Caller>();
                    const auto ask = [&] {
                        return team::LimiterAsk{
                            agent, 1 + int(random() % 1500), {}, "p" + std::to_string(t % 2)};
                    };
                    auto outcome =
                        gate.acquire(ask(), fastMs(), [&, caller](RateLimiter::Verdict given) {
                            const auto id = given.reservation;
                            if (!caller->tell(std::move(given)) && id)
                                gate.release(id, fastMs());
                        });
                    auto reservation = outcome.verdict.reservation;
                    if (outcome.ticket) {
                        ++waited;
                        std::unique_lock lock(caller->mutex);
                        const bool gaveUp = random() % 4 == 0;
                        const auto patience = gaveUp ? std::chrono::milliseconds(5)
                                                     : std::chrono::milliseconds(60000);
                        if (!caller->told.wait_for(lock, patience,
                                                   [&] { return caller->answers > 0; })) {
                            lock.unlock();
                            gate.cancel(outcome.ticket, fastMs());
                            lock.lock();
                            ++cancelled;
                            if (!gaveUp)
                                qFatal("a call was never answered");
                        }
                        if (caller->answers > 1)
                            ++twice;
                        // The answer may have come while it was being cancelled, or come yet.
                        caller->isGone = true;
                        reservation = caller->verdict ? caller->verdict->reservation : 0;
                    }
                    if (!reservation)
                        continue;
                    if (random() % 3)
                        gate.record(agent, random() % 800, 0, reservation, fastMs());
                    else
                        gate.release(reservation, fastMs());
                    if (random() % 50 == 0)
                        gate.penalise("p0", fastMs() + 3000, "p0 wants a pause.", fastMs());
                }
            });
        // Time makes room too: somebody has to look.
        std::jthread ticker([&](std::stop_token stop) {
            while (!stop.stop_requested()) {
                gate.pump(fastMs());
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        });
        threads.clear();
        ticker.request_stop();
        ticker.join();
        QCOMPARE(twice.load(), 0);
        QVERIFY(waited > 0);
        QCOMPARE(gate.limiter().peek().openReservations, std::size_t(0));
        QVERIFY(!gate.pump(fastMs())); // nobody waits any more
    }
};

ORRERY_TEST(StressLimiter)
#include "tst_limiter.moc"
