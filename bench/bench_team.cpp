// SPDX-License-Identifier: GPL-3.0-or-later
// Limiter and claims, each beside the plainest way to do the same.
#include "core/team/claimtable.h"
#include "core/team/ratelimiter.h"
#include "core/team/slidingwindow.h"

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

using namespace orrery::team;

namespace {

LimiterConfig wideOpen()
{
    LimiterConfig config;
    config.rpm = 1'000'000'000;
    config.tpm = 1'000'000'000'000;
    return config;
}

/// What the threads of one benchmark share; the first makes it and ends it.
template <typename T>
std::unique_ptr<T> shared;

/// Times of calls that come so evenly that the window always holds `entries`: each comes as another leaves.
class EvenTimes
{
public:
    explicit EvenTimes(std::int64_t entries) : m_entries(entries) {}
    std::int64_t next() { return m_count++ * SlidingWindow::lengthMs / m_entries; }

private:
    std::int64_t m_entries;
    std::int64_t m_count = 0;
};

void callOnce(RateLimiter &limiter, const std::string &agent, std::int64_t nowMs)
{
    const auto verdict = limiter.acquire(agent, 10, nowMs);
    limiter.record(agent, 12, 0, 1, verdict.reservation, nowMs);
}

/// Acquire and settle in a window that holds so many entries.
void limiterAcquireAndSettle(benchmark::State &state)
{
    RateLimiter limiter(wideOpen());
    EvenTimes times(state.range(0));
    for (std::int64_t i = 0; i < state.range(0); ++i)
        callOnce(limiter, "agent", times.next());
    for (auto _ : state)
        callOnce(limiter, "agent", times.next());
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(limiterAcquireAndSettle)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

/// The same by a sub-agent of a sub-agent, whose calls its parents pay.
void limiterPaidByParents(benchmark::State &state)
{
    LimiterConfig config = wideOpen();
    config.agentBudgetsUsd["agent"] = 1e8;
    RateLimiter limiter(config);
    EvenTimes times(state.range(0));
    const LimiterAsk ask{"agent.1.1", 10, 0.000001, {}, {"agent.1", "agent"}};
    const auto call = [&](std::int64_t nowMs) {
        const auto verdict = limiter.acquire(ask, nowMs);
        limiter.record(ask.agent, 12, 0.000001, 1, verdict.reservation, nowMs);
    };
    for (std::int64_t i = 0; i < state.range(0); ++i)
        call(times.next());
    for (auto _ : state)
        call(times.next());
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(limiterPaidByParents)->RangeMultiplier(100)->Range(100, 1'000'000)->Complexity();

/// The same as the first on a deque under a mutex, without agents, reservations or explanations.
struct BareDeque {
    struct Entry {
        std::int64_t ms, tokens;
    };
    std::mutex mutex;
    std::deque<Entry> window;
    std::int64_t sum = 0;

    void step(bool isAcquire, std::int64_t nowMs)
    {
        std::lock_guard lock(mutex);
        while (!window.empty() && window.front().ms <= nowMs - SlidingWindow::lengthMs) {
            sum -= window.front().tokens;
            window.pop_front();
        }
        if (isAcquire)
            window.push_back({nowMs, 10});
        else
            window.back().tokens += 2;
        sum += isAcquire ? 10 : 2;
        benchmark::DoNotOptimize(sum);
    }
    void callOnce(std::int64_t nowMs)
    {
        step(true, nowMs);
        step(false, nowMs);
    }
};

void limiterBareDeque(benchmark::State &state)
{
    BareDeque bare;
    EvenTimes times(state.range(0));
    for (std::int64_t i = 0; i < state.range(0); ++i)
        bare.callOnce(times.next());
    for (auto _ : state)
        bare.callOnce(times.next());
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(limiterBareDeque)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

/// The time of several threads. The first of them moves it on as if all called equally often: then the window goes on
/// to hold as many entries as at the start. With more threads than processors they do not, and it breathes.
class CommonTime
{
public:
    static std::int64_t now() { return nowMs.load(std::memory_order_relaxed); }

    CommonTime(const benchmark::State &state)
        : m_moves(state.thread_index() == 0),
          m_msPerCall(static_cast<double>(state.threads()) * SlidingWindow::lengthMs
                      / static_cast<double>(state.range(0)))
    {}
    std::int64_t next()
    {
        if (m_moves && ++m_calls % 64 == 0)
            nowMs.store(SlidingWindow::lengthMs
                            + static_cast<std::int64_t>(static_cast<double>(m_calls) * m_msPerCall),
                        std::memory_order_relaxed);
        return now();
    }
    /// Before the others start.
    template <typename Call>
    static void fill(std::int64_t entries, Call call)
    {
        for (std::int64_t i = 0; i < entries; ++i)
            call(i * SlidingWindow::lengthMs / entries);
        nowMs = SlidingWindow::lengthMs;
    }

private:
    alignas(64) inline static std::atomic<std::int64_t> nowMs;
    const bool m_moves;
    const double m_msPerCall;
    std::int64_t m_calls = 0;
};

/// Threads that all call at once, each for its own agent.
void limiterByThreads(benchmark::State &state)
{
    if (state.thread_index() == 0) {
        shared<RateLimiter> = std::make_unique<RateLimiter>(wideOpen());
        CommonTime::fill(state.range(0), [](std::int64_t nowMs) {
            callOnce(*shared<RateLimiter>, "agent", nowMs);
        });
    }
    const std::string agent = "agent" + std::to_string(state.thread_index());
    CommonTime time(state);
    for (auto _ : state)
        callOnce(*shared<RateLimiter>, agent, time.next());
    if (state.thread_index() == 0)
        state.counters["entries"] =
            static_cast<double>(shared<RateLimiter>->window(time.now()).requests);
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(limiterByThreads)->Arg(100'000)->ThreadRange(1, 16)->UseRealTime();

void limiterBareDequeByThreads(benchmark::State &state)
{
    if (state.thread_index() == 0) {
        shared<BareDeque> = std::make_unique<BareDeque>();
        CommonTime::fill(state.range(0),
                         [](std::int64_t nowMs) { shared<BareDeque>->callOnce(nowMs); });
    }
    CommonTime time(state);
    for (auto _ : state)
        shared<BareDeque>->callOnce(time.next());
    if (state.thread_index() == 0)
        state.counters["entries"] = static_cast<double>(shared<BareDeque>->window.size());
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(limiterBareDequeByThreads)->Arg(100'000)->ThreadRange(1, 16)->UseRealTime();

/// The same by adding the window up each time.
void limiterAddingUp(benchmark::State &state)
{
    struct Entry {
        std::int64_t ms, tokens;
        std::string agent;
    };
    std::vector<Entry> window(static_cast<std::size_t>(state.range(0)), {1000, 10, "agent"});
    for (auto _ : state) {
        std::int64_t tokens = 0;
        for (const Entry &entry : window)
            tokens += entry.ms > 1000 - 60000 ? entry.tokens : 0;
        benchmark::DoNotOptimize(tokens);
        window.push_back({1000, 10, "agent"});
        window.push_back({1000, 2, "agent"});
        window.pop_back();
        window.pop_back();
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(limiterAddingUp)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

/// A refusal, with who is in the way and when it fits: only when a third of the window has left.
void limiterRefusal(benchmark::State &state)
{
    LimiterConfig config;
    config.tpm = state.range(0) * 10;
    RateLimiter limiter(config);
    for (std::int64_t i = 0; i < state.range(0); ++i)
        limiter.record("agent" + std::to_string(i % 10), 10, 0, 1, 0,
                       1000 + i * 59000 / state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(limiter.acquire("me", *config.tpm / 3, 60000));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(limiterRefusal)->RangeMultiplier(10)->Range(100, 1'000'000);

/// So many claims, 10 on each file.
/// As long for every number: from 16 bytes on a name costs each copy an allocation, and then growth would be that.
std::string fileOf(std::int64_t number)
{
    const std::string digits = std::to_string(number);
    return "f/" + std::string(7 - digits.size(), '0') + digits + ".cpp";
}

void fill(ClaimTable &table, std::int64_t count, std::int64_t nowMs = 0)
{
    for (std::int64_t i = 0; i < count; ++i)
        table.claim("agent" + std::to_string(i % 10), fileOf(i / 10), i % 10 * 100,
                    i % 10 * 100 + 50, nowMs);
}

/// Claim and release while so many other claims are held.
void claimAndRelease(benchmark::State &state)
{
    ClaimTable table;
    fill(table, state.range(0));
    const std::string file = fileOf(5);
    for (auto _ : state) {
        benchmark::DoNotOptimize(table.claim("me", file, 5000, 5050, 1));
        benchmark::DoNotOptimize(table.release("me", file, 1));
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(claimAndRelease)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

/// The same all over the files, as the caches see it.
void claimAndReleaseAnywhere(benchmark::State &state)
{
    ClaimTable table;
    fill(table, state.range(0));
    std::vector<std::string> files;
    for (std::int64_t i = 0; i < 4096; ++i)
        files.push_back(fileOf(i * 7919 % (state.range(0) / 10)));
    std::size_t next = 0;
    for (auto _ : state) {
        const std::string &file = files[next++ % files.size()];
        benchmark::DoNotOptimize(table.claim("me", file, 5000, 5050, 1));
        benchmark::DoNotOptimize(table.release("me", file, 1));
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(claimAndReleaseAnywhere)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

void claimConflict(benchmark::State &state)
{
    ClaimTable table;
    fill(table, state.range(0));
    const std::string file = fileOf(5);
    for (auto _ : state)
        benchmark::DoNotOptimize(table.claim("me", file, 510, 520, 1));
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(claimConflict)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

/// An edit above the ten claims on a file, and one that takes it back, while so many claims are held.
void claimMove(benchmark::State &state)
{
    ClaimTable table;
    fill(table, state.range(0));
    const std::string file = fileOf(5);
    for (auto _ : state) {
        benchmark::DoNotOptimize(table.move(file, {{1, 0, 3}}, "me", 1));
        benchmark::DoNotOptimize(table.move(file, {{1, 3, 0}}, "me", 1));
    }
    state.SetItemsProcessed(state.iterations() * 20);
    state.SetComplexityN(state.range(0));
}
BENCHMARK(claimMove)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

/// The slowest single claim and the slowest expire() while so many claims expire at once.
void claimStallAtExpiry(benchmark::State &state)
{
    using Clock = std::chrono::steady_clock;
    double slowestClaim = 0;
    double slowestExpire = 0;
    std::size_t told = 0;
    const auto timed = [](double &slowest, const auto &step) {
        const auto start = Clock::now();
        step();
        slowest = std::max(slowest, std::chrono::duration<double>(Clock::now() - start).count());
    };
    for (auto _ : state) {
        state.PauseTiming();
        ClaimTable table(1000);
        fill(table, state.range(0));
        state.ResumeTiming();
        for (std::int64_t i = 0;; ++i) {
            timed(slowestClaim, [&] { (void)table.claim("me", "src/mine.cpp", i, i, 2000); });
            std::size_t size = 0;
            timed(slowestExpire, [&] { size = table.expire(2000).size(); });
            told += size;
            if (size == 0)
                break;
        }
    }
    state.counters["slowest_claim_us"] = slowestClaim * 1e6;
    state.counters["slowest_expire_us"] = slowestExpire * 1e6;
    state.SetItemsProcessed(static_cast<std::int64_t>(told));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(claimStallAtExpiry)
    ->RangeMultiplier(10)
    ->Range(10'000, 1'000'000)
    ->Unit(benchmark::kMillisecond)
    ->Complexity();

/// Claim and release while another thread reads all claims again and again.
void claimAndReleaseBesideAReader(benchmark::State &state)
{
    ClaimTable table;
    fill(table, state.range(0));
    std::atomic<int> snapshots{0};
    std::jthread reader([&](std::stop_token stop) {
        for (; !stop.stop_requested(); ++snapshots)
            benchmark::DoNotOptimize(table.snapshot(1));
    });
    const std::string file = fileOf(5);
    for (auto _ : state) {
        benchmark::DoNotOptimize(table.claim("me", file, 5000, 5050, 1));
        benchmark::DoNotOptimize(table.release("me", file, 1));
    }
    reader.request_stop();
    reader.join();
    state.counters["snapshots"] = snapshots.load();
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(claimAndReleaseBesideAReader)->RangeMultiplier(10)->Range(100, 1'000'000)->UseRealTime();

void claimSnapshot(benchmark::State &state)
{
    ClaimTable table;
    fill(table, state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(table.snapshot(1));
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(claimSnapshot)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();

/// The plainest way to the same: to copy a list of them.
void claimListCopy(benchmark::State &state)
{
    ClaimTable table;
    fill(table, state.range(0));
    const std::vector<Claim> list = table.snapshot(1);
    for (auto _ : state)
        benchmark::DoNotOptimize(std::vector<Claim>(list));
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(claimListCopy)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();

/// Claim and release with one list that is looked through.
void claimAndReleaseInAList(benchmark::State &state)
{
    std::vector<Claim> held;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        held.push_back({"agent" + std::to_string(i % 10), fileOf(i / 10), i % 10 * 100,
                        i % 10 * 100 + 50, 0, 300000});
    const std::string file = fileOf(5);
    for (auto _ : state) {
        bool isFree = true;
        for (const Claim &claim : held)
            isFree = isFree
                     && !(claim.deadlineMs > 1 && claim.file == file && claim.start <= 5050
                          && claim.end >= 5000);
        held.push_back({"me", file, 5000, 5050, 1, 300001});
        held.pop_back();
        benchmark::DoNotOptimize(isFree);
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(claimAndReleaseInAList)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();

} // namespace
