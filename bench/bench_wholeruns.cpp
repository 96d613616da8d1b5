// SPDX-License-Identifier: GPL-3.0-or-later
// Whole runs over HTTP on loopback, as a person would start them: a team of one agent that reads a small file in each
// iteration, with a journal on disk. The server's own time is not counted in `cpu_ms_per_iteration`.
#include "bench/benchserver.h"
#include "core/runtime/teamrun.h"

#include <benchmark/benchmark.h>

#include <QCoreApplication>
#include <QDir>
#include <QEventLoop>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <chrono>

using namespace orrery;
using bench::Wire;

namespace {

QByteArray wholeAnswer(const QByteArray &delta, const QByteArray &reason)
{
    return bench::chunked(
        "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" + delta
        + ",\"finish_reason\":null}]}\n\n\x1e"
          "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},"
          "\"finish_reason\":\""
        + reason
        + "\"}]}\n\n\x1e"
          "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":100,"
          "\"completion_tokens\":20,\"total_tokens\":120}}\n\n\x1e"
          "data: [DONE]\n\n");
}

/// Lets the agent read the file `calls` times, then ends its turn. Who offers no tools wants a summary.
class ReadingModel
{
public:
    explicit ReadingModel(int calls) : m_calls(calls) {}

    QByteArray operator()(const QByteArray &body)
    {
        if (!body.contains("\"tools\":"))
            return wholeAnswer(R"({"content":"The file was read many times."})", "stop");
        if (m_calls-- <= 0)
            return wholeAnswer(R"({"content":"Done."})", "stop");
        const QByteArray id = QByteArray::number(m_calls);
        return wholeAnswer(R"({"content":"I look at it.","tool_calls":[{"index":0,"id":"call_)" + id
                               + R"(","type":"function","function":{"name":"read_file",)"
                                 R"("arguments":"{\"path\":\"part.txt\"}"}}]})",
                           "tool_calls");
    }

private:
    int m_calls;
};

void writeFile(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (file.open(QIODevice::WriteOnly))
        file.write(content);
}

runtime::RunOptions optionsOf(const QTemporaryDir &folder, const bench::Server &server,
                              int iterations, std::int64_t contextTokens)
{
    runtime::RunOptions options;
    options.team.name = "bench";
    AgentSpec agent;
    agent.name = "solo";
    agent.model = "custom:m";
    agent.baseUrl = server.baseUrl();
    agent.caFile = folder.filePath("ca.pem").toStdString();
    agent.instructions = "You look at files, part by part.";
    agent.maxIterations = iterations + 1;
    agent.loopGuard.limit = iterations + 1;
    agent.context.maxTokens = contextTokens;
    options.team.agents = {agent};
    options.task = "Look at everything.";
    options.workspace = folder.filePath("work").toStdString();
    options.journalPath = folder.filePath("j.orrery").toStdString();
    options.approvals = runtime::ApprovalMode::None;
    return options;
}

/// From opening the journal until the last byte is on disk. What it ended with, or why it could not begin.
std::string runOnce(runtime::RunOptions options, int &compactions)
{
    auto run = runtime::TeamRun::create(std::move(options));
    if (!run)
        return run.error().message;
    QEventLoop loop;
    std::string outcome;
    QObject::connect(run->get(), &runtime::TeamRun::finished, &loop,
                     [&](const QString &how, const QString &reason) {
                         outcome = (how == "done" ? how : how + ": " + reason).toStdString();
                         loop.quit();
                     });
    const auto events = (*run)->bus().subscribe([] {});
    (*run)->start();
    loop.exec();
    for (const EventPtr &event : events->drain(SIZE_MAX))
        compactions += event->kind == EventKind::ContextCompacted ? 1 : 0;
    return outcome;
}

/// With `contextTokens` the conversation is shortened before it is as long as that.
void httpWholeRun(benchmark::State &state, Wire wire, std::int64_t contextTokens)
{
    using Steady = std::chrono::steady_clock;
    static int argc = 1;
    static char name[] = "bench";
    static char *argv[] = {name, nullptr};
    const auto app =
        QCoreApplication::instance() ? nullptr : std::make_unique<QCoreApplication>(argc, argv);
    const int iterations = static_cast<int>(state.range(0));
    double cpu = 0;
    double wall = 0;
    int compactions = 0;
    bench::Listener::Pauses pauses;
    for (auto _ : state) {
        QTemporaryDir folder;
        QDir(folder.path()).mkdir("work");
        writeFile(folder.filePath("ca.pem"), orrery::testing::kTestCertificate);
        writeFile(folder.filePath("work/part.txt"), QByteArray("A line of a file.\n").repeated(40));
        bench::Server server(wire, ReadingModel(iterations - 1));
        const double cpuBefore = server.otherSeconds();
        const auto begin = Steady::now();
        const std::string outcome =
            runOnce(optionsOf(folder, server, iterations, contextTokens), compactions);
        const double took = std::chrono::duration<double>(Steady::now() - begin).count();
        cpu += server.otherSeconds() - cpuBefore;
        if (outcome != "done") {
            state.SkipWithError(outcome.c_str());
            return;
        }
        wall += took;
        state.SetIterationTime(took);
        const auto fresh = server.takePauses();
        pauses.longest = std::max(pauses.longest, fresh.longest);
        pauses.over35ms += fresh.over35ms;
    }
    const double all = double(state.iterations()) * iterations;
    state.counters["cpu_ms_per_iteration"] = 1e3 * cpu / all;
    state.counters["wall_ms_per_iteration"] = 1e3 * wall / all;
    state.counters["longest_pause_ms"] = 1e3 * pauses.longest;
    state.counters["pauses_over_35_ms"] = pauses.over35ms;
    state.counters["compactions"] = double(compactions) / double(state.iterations());
}
BENCHMARK_CAPTURE(httpWholeRun, plain, Wire::Plain, 0)
    ->Arg(1)
    ->Arg(20)
    ->Arg(200)
    ->Arg(1000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(httpWholeRun, tls, Wire::Tls, 0)
    ->Arg(1)
    ->Arg(20)
    ->Arg(200)
    ->Arg(1000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
// The longest conversation is reached within the first of these, so that the others show whether the rest costs the same.
BENCHMARK_CAPTURE(httpWholeRun, compacted, Wire::Plain, 32000)
    ->Arg(200)
    ->Arg(1000)
    ->Arg(2000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

} // namespace
