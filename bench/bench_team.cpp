// SPDX-License-Identifier: GPL-3.0-or-later
// Limiter and claims, each beside the plainest way to do the same.
#include "core/team/claimtable.h"
#include "core/team/ratelimiter.h"

#include <benchmark/benchmark.h>

#include <deque>
#include <mutex>

using namespace orrery::team;

namespace {

LimiterConfig wideOpen()
{
    LimiterConfig config;
    config.rpm = 1'000'000'000;
    config.tpm = 1'000'000'000'000;
    return config;
}

/// Acquire and settle in a window that already holds so many entries.
void limiterAcquireAndSettle(benchmark::State &state)
{
    RateLimiter limiter(wideOpen());
    for (std::int64_t i = 0; i < state.range(0); ++i)
        limiter.record("agent", 10, 0, 1, 0, 1000);
    for (auto _ : state) {
        const auto verdict = limiter.acquire("agent", 10, 1000);
        limiter.record("agent", 10, 0, 1, verdict.reservation, 1000);
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(limiterAcquireAndSettle)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

/// The same two steps on a deque under a mutex, without agents, reservations or explanations.
void limiterBareDeque(benchmark::State &state)
{
    struct Entry {
        std::int64_t ms, tokens;
    };
    std::mutex mutex;
    std::deque<Entry> window;
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        window.push_back({1000, 10});
    for (auto _ : state) {
        for (int step = 0; step < 2; ++step) {
            std::lock_guard lock(mutex);
            while (!window.empty() && window.front().ms <= 1000 - 60000) {
                sum -= window.front().tokens;
                window.pop_front();
            }
            if (step == 0) {
                window.push_back({1000, 10});
                sum += 10;
            }
            benchmark::DoNotOptimize(sum);
        }
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(limiterBareDeque)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

/// Claim and release while so many other claims are held, 10 on each file.
void claimAndRelease(benchmark::State &state)
{
    ClaimTable table;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        table.claim("agent" + std::to_string(i % 10), "src/file" + std::to_string(i / 10) + ".cpp",
                    i % 10 * 100, i % 10 * 100 + 50, 0);
    for (auto _ : state) {
        benchmark::DoNotOptimize(table.claim("me", "src/file5.cpp", 5000, 5050, 1));
        benchmark::DoNotOptimize(table.release("me", "src/file5.cpp", 1));
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(claimAndRelease)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity();

/// The same with one list that is looked through.
void claimAndReleaseInAList(benchmark::State &state)
{
    std::vector<Claim> held;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        held.push_back({"agent" + std::to_string(i % 10),
                        "src/file" + std::to_string(i / 10) + ".cpp", i % 10 * 100,
                        i % 10 * 100 + 50, 0, 300000});
    const std::string file = "src/file5.cpp";
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
