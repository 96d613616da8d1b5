// SPDX-License-Identifier: GPL-3.0-or-later
// What a snapshot of a conversation costs, beside a vector of the same pointers; and updates of the deps.
#include "core/model/context.h"
#include "core/model/contextupdate.h"

#include <benchmark/benchmark.h>

using namespace orrery;

namespace {

using Vector = std::vector<MessageLog::value_type>;

template <typename List>
List conversation(std::int64_t length)
{
    List list;
    for (std::int64_t i = 0; i < length; ++i)
        list.push_back(std::make_shared<const Message>(Message::user("hello")));
    return list;
}

template <typename List>
void snapshot(benchmark::State &state)
{
    const List list = conversation<List>(state.range(0));
    for (auto _ : state) {
        List copy = list;
        benchmark::DoNotOptimize(copy);
    }
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(snapshot<MessageLog>)->RangeMultiplier(10)->Range(40, 40'000)->Complexity();
BENCHMARK(snapshot<Vector>)->RangeMultiplier(10)->Range(40, 40'000)->Complexity();

/// An iteration of the agent loop: two messages, each followed by a snapshot that is kept for a while.
template <typename List>
void appendAndSnapshot(benchmark::State &state)
{
    const auto message = std::make_shared<const Message>(Message::user("hello"));
    for (auto _ : state) {
        List list;
        List kept;
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            list.push_back(message);
            kept = list;
        }
        benchmark::DoNotOptimize(kept);
    }
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(appendAndSnapshot<MessageLog>)->RangeMultiplier(10)->Range(40, 4'000)->Complexity();
BENCHMARK(appendAndSnapshot<Vector>)->RangeMultiplier(10)->Range(40, 4'000)->Complexity();

template <typename List>
void readAll(benchmark::State &state)
{
    const List list = conversation<List>(state.range(0));
    for (auto _ : state) {
        std::size_t sum = 0;
        for (const auto &message : list)
            sum += message->toolCalls.size();
        benchmark::DoNotOptimize(sum);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(readAll<MessageLog>)->Arg(4'000);
BENCHMARK(readAll<Vector>)->Arg(4'000);

/// So many appended updates, built and applied, as a tool that collects things gives them.
void appendUpdates(benchmark::State &state)
{
    for (auto _ : state) {
        Json deps = Json::object();
        ContextUpdate update;
        for (std::int64_t i = 0; i < state.range(0); ++i)
            update.append("found", i);
        benchmark::DoNotOptimize(update.applyTo(deps));
    }
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(appendUpdates)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();

/// The same where each step makes a new list.
void appendUpdatesByCopy(benchmark::State &state)
{
    for (auto _ : state) {
        Json deps = {{"found", Json::array()}};
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            Json longer = deps["found"];
            longer.push_back(i);
            deps["found"] = std::move(longer);
        }
        benchmark::DoNotOptimize(deps);
    }
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(appendUpdatesByCopy)->RangeMultiplier(10)->Range(100, 1'000)->Complexity();

} // namespace
