// SPDX-License-Identifier: GPL-3.0-or-later
// What an iteration of the agent loop costs beside the model's own time: 20 tools are offered, each answer asks for one,
// the request's body is built, every event goes into a journal on disk, and the context is saved.
#include "core/base/clock.h"
#include "core/llm/messageencode.h"
#include "core/llm/toolschema.h"
#include "core/runtime/agentworker.h"
#include "core/runtime/teamservices.h"

#include <benchmark/benchmark.h>

#include <QCoreApplication>
#include <QEventLoop>
#include <QTemporaryDir>

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

void agentLoop(benchmark::State &state)
{
    static int argc = 1;
    static char name[] = "bench";
    static char *argv[] = {name, nullptr};
    static QCoreApplication app(argc, argv);
    const int iterations = static_cast<int>(state.range(0));
    SystemClock clock;
    QTemporaryDir folder;
    const std::string journal = folder.filePath("j.orrery").toStdString();
    auto writer = store::JournalWriter::open(journal);
    if (!writer) {
        state.SkipWithError(writer.error().message.c_str());
        return;
    }
    for (auto _ : state) {
        runtime::TeamServices services("run_bench", teamOf(iterations), folder.path().toStdString(),
                                       clock, writer->get());
        services.tools.clear();
        for (int i = 0; i < kTools; ++i)
            services.tools.emplace("tool_" + std::to_string(i), tool(i));
        services.contexts = std::move(*store::ContextStore::open(journal));
        services.makeModelClient = [iterations] {
            return std::make_unique<InstantModel>(iterations - 1);
        };
        {
            QEventLoop loop;
            std::stop_source stop;
            runtime::AgentWorker worker(services.team.agents.front(), services, stop.get_token());
            QObject::connect(&worker, &runtime::AgentWorker::becameIdle, &loop, &QEventLoop::quit);
            const auto begin = std::chrono::steady_clock::now();
            worker.begin("Look at everything.");
            loop.exec();
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
            state.SetIterationTime(took.count());
        }
        // What the other threads still have to write is not the loop's time.
        (void)services.contexts->flush(60000);
        (void)(*writer)->flush();
    }
    state.SetItemsProcessed(state.iterations() * iterations);
    state.counters["us_per_iteration"] =
        benchmark::Counter(static_cast<double>(state.iterations() * iterations) / 1e6,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.SetComplexityN(iterations);
}
BENCHMARK(agentLoop)->Arg(50)->Arg(200)->Arg(1000)->Arg(2000)->Complexity()->UseManualTime()->Unit(
    benchmark::kMicrosecond);

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
    state.SetItemsProcessed(state.iterations() * iterations);
    state.counters["us_per_iteration"] =
        benchmark::Counter(static_cast<double>(state.iterations() * iterations) / 1e6,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.SetComplexityN(iterations);
}
BENCHMARK(naiveLoop)->Arg(50)->Arg(200)->Arg(1000)->Complexity()->UseRealTime()->Unit(
    benchmark::kMicrosecond);

} // namespace
