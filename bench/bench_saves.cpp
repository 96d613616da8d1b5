// SPDX-License-Identifier: GPL-3.0-or-later
// What a save of a conversation costs the loop that asks for it, beside writing it down at once.
#include "core/model/contextcodec.h"
#include "core/store/journal.h"

#include <benchmark/benchmark.h>

#include <QTemporaryDir>

#include <atomic>

using namespace orrery;

namespace {

Context contextOf(std::int64_t length)
{
    Context context;
    context.agentName = "coder";
    for (std::int64_t i = 0; i < length; ++i)
        context.add(Message::user("A message of the usual length, with some words in it. "
                                  "It says what was found in the file and what to do next."));
    return context;
}

/// Only what the loop waits for; the writing goes on beside it.
void asyncSave(benchmark::State &state)
{
    QTemporaryDir folder;
    auto store = store::ContextStore::open(folder.filePath("a.orrery").toStdString());
    if (!store) {
        state.SkipWithError(store.error().message.c_str());
        return;
    }
    const Context context = contextOf(state.range(0));
    std::atomic<int> written{0};
    for (auto _ : state) {
        auto snapshot = std::make_shared<const Context>(context);
        (*store)->save(
            "run/coder", [snapshot] { return serializeContext(*snapshot); },
            [&written](const auto &saved) { written += !saved.error; });
    }
    (void)(*store)->close(60000);
    state.counters["written"] = written.load();
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(asyncSave)->RangeMultiplier(10)->Range(10, 10'000)->UseRealTime()->Complexity();

/// The hand-over alone, of something that costs nothing to write down.
void handOver(benchmark::State &state)
{
    QTemporaryDir folder;
    auto store = store::ContextStore::open(folder.filePath("a.orrery").toStdString());
    if (!store) {
        state.SkipWithError(store.error().message.c_str());
        return;
    }
    for (auto _ : state)
        (*store)->save("run/coder", [] { return Json(1); }, {});
    (void)(*store)->close(60000);
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(handOver)->UseRealTime();

void explicitSave(benchmark::State &state)
{
    QTemporaryDir folder;
    auto store = store::ContextStore::open(folder.filePath("a.orrery").toStdString());
    if (!store) {
        state.SkipWithError(store.error().message.c_str());
        return;
    }
    const Context context = contextOf(state.range(0));
    for (auto _ : state) {
        auto snapshot = std::make_shared<const Context>(context);
        if (!(*store)->saveNow(
                "run/coder", [snapshot] { return serializeContext(*snapshot); }, 60000))
            state.SkipWithError("not saved");
    }
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(explicitSave)->RangeMultiplier(10)->Range(10, 10'000)->UseRealTime()->Complexity();

/// The text alone, made on the loop's own thread.
void writeDown(benchmark::State &state)
{
    const Context context = contextOf(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(serializeContext(context).dump());
    state.SetComplexityN(state.range(0));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(writeDown)->RangeMultiplier(10)->Range(10, 10'000)->Complexity();

} // namespace
