// SPDX-License-Identifier: GPL-3.0-or-later
// What an iteration of the agent loop costs beside the model's own time: 20 tools are offered, each answer asks for one,
// the request's body is built, every event goes into a journal on disk, and the context is saved.
#include "core/base/clock.h"
#include "core/llm/messageencode.h"
#include "core/llm/toolschema.h"
#include "core/runtime/agentworker.h"
#include "core/runtime/teamservices.h"
#include "tests/support/allocationcount.h"

#include <benchmark/benchmark.h>

#include <QCoreApplication>
#include <QEventLoop>
#include <QTemporaryDir>

#include <algorithm>
#include <chrono>

using namespace orrery;

namespace {

constexpr int kTools = 20;

Json parameters()
{
    return Json::parse(R"({"type":"object","required":["path"],"properties":{
        "path":{"type":"string","description":"Path in the workspace"},
        "start_line":{"type":"integer","description":"First line, from 1"},
        "end_line":{"type":"integer","description":"Last line, included"},
        "mode":{"type":"string","enum":["read","write"],"description":"What for"}}})");
}

tools::ToolPtr tool(int number)
{
    auto tool = std::make_shared<tools::Tool>();
    tool->name = "tool_" + std::to_string(number);
    tool->description = "Looks at a part of a file and says what is in it.";
    tool->parameters = parameters();
    tool->isQuick = true;
    tool->run = [](const Json &, tools::ToolContext &) {
        return tools::ToolResult::success("The part has 12 lines; nothing in it is unusual.");
    };
    return tool;
}

Message callOf(int iteration)
{
    Message message = Message::assistant("I look at the next part.");
    ToolCall call;
    call.id = "call_" + std::to_string(iteration);
    call.name = "tool_" + std::to_string(iteration % kTools);
    call.arguments = {{"path", "src/part.cpp"}, {"start_line", iteration}};
    message.toolCalls.push_back(std::move(call));
    return message;
}

/// Answers at once, from the event loop as a client does: `calls` times with a call of a tool, then with a text.
class InstantModel final : public llm::ModelClient
{
public:
    explicit InstantModel(int calls) : m_calls(calls) {}

    std::unique_ptr<llm::ModelCall> start(llm::ModelRequest request,
                                          llm::ModelHandlers handlers) override
    {
        benchmark::DoNotOptimize(request.body->size());
        llm::ModelReply reply;
        reply.message = m_calls > 0 ? callOf(m_calls) : Message::assistant("Done.");
        --m_calls;
        reply.usage.requests = 1;
        reply.usage.inputTokens = 100;
        reply.usage.outputTokens = 20;
        reply.usage.totalTokens = 120;
        QMetaObject::invokeMethod(
            &m_context,
            [reply = std::move(reply), done = std::move(handlers.onDone)]() mutable {
                done(std::move(reply));
            },
            Qt::QueuedConnection);
        return std::make_unique<Call>();
    }

private:
    struct Call final : llm::ModelCall {
        void abort() override {}
    };
    QObject m_context;
    int m_calls;
};

TeamSpec teamOf(int iterations)
{
    TeamSpec team;
    team.name = "bench";
    AgentSpec agent;
    agent.name = "solo";
    agent.model = "openai:bench";
    agent.instructions = "You look at files, part by part.";
    agent.maxIterations = iterations + 1;
    agent.stream = false;
    team.agents = {agent};
    return team;
}

using Seconds = std::chrono::duration<double>;
using SteadyClock = std::chrono::steady_clock;

/// One agent with a journal on disk, from opening the journal to the last byte on disk.
class Run
{
public:
    static Result<std::unique_ptr<Run>> open(const std::string &folder, int iterations)
    {
        // Each run goes on where the one before has ended, as when a person runs a team again.
        const std::string path = folder + "/j.orrery";
        auto journal = store::JournalWriter::open(path);
        if (!journal)
            return fail(journal.error());
        auto right = (*journal)->right();
        auto run = std::unique_ptr<Run>(new Run(folder, std::move(*journal), iterations));
        auto contexts = store::ContextStore::open(path, std::move(right));
        if (!contexts)
            return fail(contexts.error());
        run->m_services.contexts = std::move(*contexts);
        return run;
    }

    /// What the loop took, from the first prompt to the answer.
    Seconds loop()
    {
        QEventLoop loop;
        std::stop_source stop;
        runtime::AgentWorker worker(m_services.team.agents.front(), m_services, stop.get_token());
        QObject::connect(&worker, &runtime::AgentWorker::becameIdle, &loop, &QEventLoop::quit);
        const std::size_t before = orrery::testing::t_allocations;
        const auto begin = SteadyClock::now();
        worker.begin("Look at everything.");
        loop.exec();
        const Seconds took = SteadyClock::now() - begin;
        m_allocations = orrery::testing::t_allocations - before;
        return took;
    }
    /// Of the loop, on its own thread: the writers' are not counted.
    std::size_t allocations() const { return m_allocations; }

    Result<void> flush()
    {
        if (auto saved = m_services.contexts->flush(60000); !saved)
            return saved;
        return m_journal->flush();
    }

private:
    Run(const std::string &folder, std::unique_ptr<store::JournalWriter> journal, int iterations)
        : m_journal(std::move(journal)),
          m_services("run_bench", teamOf(iterations), folder, m_clock, m_journal.get())
    {
        m_services.tools.clear();
        for (int i = 0; i < kTools; ++i)
            m_services.tools.add({tool(i)});
        m_services.makeModelClient = [iterations] {
            return std::make_unique<InstantModel>(iterations - 1);
        };
    }

    SystemClock m_clock;
    std::unique_ptr<store::JournalWriter> m_journal;
    runtime::TeamServices m_services;
    std::size_t m_allocations = 0;
};

QCoreApplication &application()
{
    static int argc = 1;
    static char name[] = "bench";
    static char *argv[] = {name, nullptr};
    static QCoreApplication app(argc, argv);
    return app;
}

void countIterations(benchmark::State &state, int iterations)
{
    state.SetItemsProcessed(state.iterations() * iterations);
    state.counters["us_per_iteration"] =
        benchmark::Counter(static_cast<double>(state.iterations() * iterations) / 1e6,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.SetComplexityN(iterations);
}

/// The iterations of an agent that has been built: what the targets are about. `best_us_per_iteration` is of the fastest
/// run, which other load on the machine has disturbed least; `allocations` are those of an iteration.
void agentLoop(benchmark::State &state)
{
    application();
    const int iterations = static_cast<int>(state.range(0));
    QTemporaryDir folder;
    Seconds best = Seconds::max();
    std::size_t allocations = 0;
    for (auto _ : state) {
        auto run = Run::open(folder.path().toStdString(), iterations);
        if (!run) {
            state.SkipWithError(run.error().message.c_str());
            return;
        }
        const Seconds took = (*run)->loop();
        state.SetIterationTime(took.count());
        best = std::min(best, took);
        allocations += (*run)->allocations();
        // What the other threads still have to write is not the loop's time.
        if (const auto written = (*run)->flush(); !written) {
            state.SkipWithError(written.error().message.c_str());
            return;
        }
    }
    countIterations(state, iterations);
    state.counters["best_us_per_iteration"] = 1e6 * best.count() / iterations;
    state.counters["allocations"] =
        static_cast<double>(allocations) / static_cast<double>(state.iterations() * iterations);
}
BENCHMARK(agentLoop)->Arg(50)->Arg(200)->Arg(1000)->Arg(2000)->Complexity()->UseManualTime()->Unit(
    benchmark::kMicrosecond);

/// The same with all that a run does once: opening the journal, making the agent, getting everything onto the disk and
/// closing the file. With 1 iteration it is nearly nothing but that.
void wholeRun(benchmark::State &state)
{
    application();
    const int iterations = static_cast<int>(state.range(0));
    QTemporaryDir folder;
    for (auto _ : state) {
        auto run = Run::open(folder.path().toStdString(), iterations);
        if (run) {
            (*run)->loop();
            (void)(*run)->flush();
        }
    }
    countIterations(state, iterations);
}
BENCHMARK(wholeRun)->Arg(1)->Arg(50)->Arg(1000)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// The reference: what a loop costs that converts the tools and encodes the whole history anew for each request, and
/// does nothing else. No events, no journal, no saves.
void naiveLoop(benchmark::State &state)
{
    const int iterations = static_cast<int>(state.range(0));
    std::vector<tools::ToolPtr> offered;
    for (int i = 0; i < kTools; ++i)
        offered.push_back(tool(i));
    for (auto _ : state) {
        llm::MessageList messages;
        messages.push_back(std::make_shared<Message>(Message::user("Look at everything.")));
        for (int i = 0; i < iterations; ++i) {
            Json body = {{"model", "bench"}, {"tools", Json::array()}};
            for (const auto &one : offered)
                body["tools"].push_back(llm::toolSchema({{"name", one->name},
                                                         {"description", one->description},
                                                         {"parameters", one->parameters}},
                                                        llm::WireForm::OpenAi));
            body["messages"] = *llm::encodeMessages(messages, llm::WireForm::OpenAi);
            benchmark::DoNotOptimize(body.dump());
            messages.push_back(std::make_shared<Message>(callOf(i)));
            messages.push_back(std::make_shared<Message>(
                Message::tool("call_" + std::to_string(i), "tool_1",
                              "The part has 12 lines; nothing in it is unusual.")));
        }
    }
    countIterations(state, iterations);
}
BENCHMARK(naiveLoop)->Arg(50)->Arg(200)->Arg(1000)->Complexity()->UseRealTime()->Unit(
    benchmark::kMicrosecond);

} // namespace
