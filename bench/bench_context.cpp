// SPDX-License-Identifier: GPL-3.0-or-later
// What a snapshot of a conversation costs, beside a vector of the same pointers.
#include "core/model/context.h"

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

} // namespace
