// SPDX-License-Identifier: GPL-3.0-or-later
// What an event costs its publisher, without and with a journal on disk, and how many a second become durable.
#include "core/base/clock.h"
#include "core/runtime/eventbus.h"
#include "core/store/journal.h"

#include <benchmark/benchmark.h>

#include <QTemporaryDir>

using namespace orrery;

namespace {

Event piece()
{
    Event event;
    event.kind = EventKind::ModelDelta;
    event.run = "run_1";
    event.agent = "coder";
    event.data = {{"call", "c1"}, {"text", "some words of an answer"}};
    return event;
}

void publishWithoutJournal(benchmark::State &state)
{
    SystemClock clock;
    runtime::EventBus bus(clock, nullptr);
    for (auto _ : state)
        benchmark::DoNotOptimize(bus.publish(piece()));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(publishWithoutJournal);

/// Until everything is on disk.
void publishDurably(benchmark::State &state)
{
    QTemporaryDir folder;
    SystemClock clock;
    auto writer = store::JournalWriter::open(folder.filePath("j.orrery").toStdString());
    if (!writer) {
        state.SkipWithError(writer.error().message.c_str());
        return;
    }
    runtime::EventBus bus(clock, writer->get());
    for (auto _ : state) {
        for (std::int64_t i = 0; i < state.range(0); ++i)
            bus.publish(piece());
        if (auto done = (*writer)->flush(); !done) {
            state.SkipWithError(done.error().message.c_str());
            return;
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(publishDurably)->Arg(10'000)->Arg(100'000)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace
