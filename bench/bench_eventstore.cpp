// SPDX-License-Identifier: GPL-3.0-or-later
// How long it takes until the end of a journal is there, and all of it; what it takes in memory; and what a state at a place
// costs. Beside each its growth with the number of events.
#include "core/state/statetimeline.h"
#include "core/store/eventloader.h"

#include <benchmark/benchmark.h>

#include <QTemporaryDir>

#include <chrono>
#include <fstream>
#include <map>
#include <random>
#include <unistd.h>

using namespace orrery;

namespace {

using Clock = std::chrono::steady_clock;

double msSince(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double residentMb()
{
    std::ifstream file("/proc/self/statm");
    double all = 0;
    double resident = 0;
    file >> all >> resident;
    return resident * double(::sysconf(_SC_PAGESIZE)) / 1e6;
}

std::string someWords(std::mt19937 &random, int most)
{
    std::string text;
    for (int i = 1 + int(random() % unsigned(most)); i > 0; --i)
        text += "word" + std::to_string(random() % 100) + " ";
    return text;
}

/// One of a run in which 20 agents stream, use tools, wait and hold claims, in the proportions that such runs have.
Event eventOfRun(std::uint64_t seq, std::mt19937 &random)
{
    Event event;
    event.seq = seq;
    event.timeUs = 1'750'000'000'000'000 + std::int64_t(seq) * 2000;
    event.run = "run_1";
    event.agent = "agent" + std::to_string(seq / 50 % 20);
    const std::string call = "call_" + std::to_string(seq / 25);
    const std::string file = "src/file" + std::to_string(seq / 50 % 40) + ".cpp";
    const auto is = [&](EventKind kind, Json data) {
        event.kind = kind;
        event.data = std::move(data);
    };
    if (seq == 1) {
        is(EventKind::RunStarted, {{"team", "t"}, {"task", "x"}});
        return event;
    }
    switch (seq % 25) {
    case 0: is(EventKind::IterationStarted, {{"n", seq / 500}}); break;
    case 1: is(EventKind::AgentState, {{"state", "thinking"}}); break;
    case 2:
        is(EventKind::LimiterAcquired, {{"reservation", seq / 25},
                                        {"tokens", 4000},
                                        {"window_tokens", random() % 90000},
                                        {"window_requests", 12}});
        break;
    case 3:
        is(EventKind::RequestSent, {{"call", call},
                                    {"provider", "p"},
                                    {"model", "m"},
                                    {"message_count", 40},
                                    {"tokens_est", 4000}});
        break;
    case 15:
        is(EventKind::ResponseReceived,
           {{"call", call},
            {"finish_reason", "stop"},
            {"usage", {{"input_tokens", 4000}, {"output_tokens", 200}}},
            {"cost_usd", 0.0123},
            {"ttft_ms", 400}});
        break;
    case 16:
        is(EventKind::LimiterSettled, {{"reservation", seq / 25},
                                       {"tokens_est", 4000},
                                       {"tokens_actual", 4200},
                                       {"window_tokens", 50000},
                                       {"window_requests", 12}});
        break;
    case 17:
        is(EventKind::MessageAdded,
           {{"message", {{"role", "assistant"}, {"content", someWords(random, 150)}}}});
        break;
    case 18:
        is(EventKind::ToolRequested,
           {{"call", call}, {"tool", "edit_file"}, {"args", {{"path", file}}}});
        break;
    case 19:
        is(EventKind::ToolStarted,
           {{"call", call}, {"tool", "edit_file"}, {"args", {{"path", file}}}});
        break;
    case 20:
        is(EventKind::ClaimGranted, {{"file", file},
                                     {"start", 1},
                                     {"end", 40},
                                     {"expires_at_ms", event.timeUs / 1000 + 300000}});
        break;
    case 21:
        is(EventKind::FileEdited,
           {{"file", file}, {"start", 1}, {"end", 4}, {"inside_claim", true}, {"call", call}});
        break;
    case 22: is(EventKind::ClaimReleased, {{"file", file}, {"start", 1}, {"end", 40}}); break;
    case 23:
        is(EventKind::ToolFinished, {{"call", call},
                                     {"tool", "edit_file"},
                                     {"ok", true},
                                     {"content", someWords(random, 60)}});
        break;
    case 24:
        is(EventKind::MessageAdded,
           {{"message",
             {{"role", "tool"}, {"content", someWords(random, 60)}, {"tool_call_id", call}}},
            {"tool", "edit_file"}});
        break;
    default: is(EventKind::ModelDelta, {{"call", call}, {"text", someWords(random, 6)}}); break;
    }
    return event;
}

/// Made once a size, and removed at the end.
const std::string &journalOf(std::uint64_t count)
{
    static QTemporaryDir folder;
    static std::map<std::uint64_t, std::string> made;
    auto [place, isNew] =
        made.try_emplace(count, folder.filePath(QString::number(count)).toStdString());
    if (!isNew)
        return place->second;
    std::mt19937 random(1);
    auto writer = store::JournalWriter::open(place->second);
    for (std::uint64_t seq = 1; writer && seq <= count; ++seq) {
        (*writer)->append(std::make_shared<const Event>(eventOfRun(seq, random)));
        if (seq % 20000 == 0)
            (void)(*writer)->flush();
    }
    return place->second;
}

void openJournal(benchmark::State &state)
{
    const std::string &file = journalOf(std::uint64_t(state.range(0)));
    double tail = 0;
    double megabytes = 0;
    for (auto _ : state) {
        const double before = residentMb();
        store::EventStore events;
        const auto start = Clock::now();
        std::atomic<double> tailMs = 0;
        auto loader = store::EventLoader::open(file, events, [&] {
            if (tailMs == 0 && events.snapshot().lastSeq() == std::uint64_t(state.range(0)))
                tailMs = msSince(start);
        });
        if (!loader || !(*loader)->waitUntilWhole(100000)) {
            state.SkipWithError("it cannot be read");
            return;
        }
        state.SetIterationTime(msSince(start) / 1000);
        tail += tailMs;
        megabytes = residentMb() - before;
    }
    state.counters["tail_ms"] = benchmark::Counter(tail, benchmark::Counter::kAvgIterations);
    state.counters["MB"] = megabytes;
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(openJournal)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// Any place, when the states on the way have been kept.
void stateAtPlace(benchmark::State &state)
{
    const auto count = std::uint64_t(state.range(0));
    store::EventStore events;
    auto loader = store::EventLoader::open(journalOf(count), events);
    if (!loader || !(*loader)->waitUntilWhole(100000)) {
        state.SkipWithError("it cannot be read");
        return;
    }
    const store::EventSnapshot snapshot = events.snapshot();
    state::StateTimeline timeline([&](std::uint64_t seq) { return events.payload(seq); });
    const double before = residentMb();
    const auto start = Clock::now();
    timeline.extend(snapshot);
    state.counters["prepare_ms"] = msSince(start);
    state.counters["MB"] = residentMb() - before;
    std::mt19937_64 random(2);
    double worst = 0;
    for (auto _ : state) {
        const auto asked = Clock::now();
        benchmark::DoNotOptimize(timeline.at(snapshot, 1 + random() % count));
        worst = std::max(worst, msSince(asked));
    }
    state.counters["worst_ms"] = worst;
}
BENCHMARK(stateAtPlace)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

} // namespace
