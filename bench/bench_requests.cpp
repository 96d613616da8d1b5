// SPDX-License-Identifier: GPL-3.0-or-later
// What a request costs as the history grows, beside encoding all of it each time; tool schemas from the cache.
#include "core/llm/requestencoder.h"
#include "core/llm/toolschemacache.h"
#include "core/runtime/agentrequest.h"

#include <benchmark/benchmark.h>

#include <unordered_map>

using namespace orrery;
using namespace orrery::llm;

namespace {

constexpr const char *kProviders[] = {"openai", "anthropic", "gemini"};

std::shared_ptr<const Message> answer(std::int64_t i)
{
    Message message = Message::assistant("I look at it.");
    ToolCall call;
    call.id = "call_" + std::to_string(i);
    call.name = "read_file";
    call.arguments = {{"path", "src/main.cpp"}, {"from", i}, {"to", i + 40}};
    message.toolCalls = {call};
    return std::make_shared<const Message>(std::move(message));
}

std::shared_ptr<const Message> result(std::int64_t i)
{
    return std::make_shared<const Message>(
        Message::tool("call_" + std::to_string(i), "read_file", std::string(400, 'r')));
}

/// Tools as a run has them, found by their names.
ToolView describe(const std::string &name)
{
    static std::unordered_map<std::string, tools::ToolPtr> known;
    tools::ToolPtr &tool = known[name];
    if (!tool) {
        auto made = std::make_shared<tools::Tool>();
        made->name = name;
        made->description = "Reads a part of a file and gives it back with line numbers.";
        made->parameters = {
            {"type", "object"},
            {"properties",
             {{"path", {{"type", "string"}, {"description", "relative to the workspace"}}},
              {"from", {{"type", "integer"}}},
              {"to", {{"type", "integer"}}}}},
            {"required", {"path"}},
            {"additionalProperties", false}};
        tool = std::move(made);
    }
    return runtime::view(tool);
}

std::vector<std::string> toolNames()
{
    std::vector<std::string> names;
    for (int i = 0; i < 20; ++i)
        names.push_back("tool_" + std::to_string(i));
    return names;
}

ModelRequest requestFor(const char *provider)
{
    static ToolSchemaCache cache(describe);
    ModelRequest request;
    request.provider = provider;
    request.model = "m";
    request.settings = {{"temperature", 0.2}, {"max_tokens", 4000}};
    request.tools = cache.schemas(cache.intern(toolNames()), WireForm::OpenAi);
    return request;
}

/// One iteration (a call and its result are new) after `range` of them.
void nextRequest(benchmark::State &state)
{
    ModelRequest request = requestFor(kProviders[state.range(1)]);
    MessageList &history = request.messages;
    history.push_back(std::make_shared<const Message>(Message::system("be brief")));
    RequestEncoder encoder;
    std::int64_t i = 0;
    const auto step = [&] {
        history.push_back(answer(i));
        history.push_back(result(i));
        ++i;
    };
    while (i < state.range(0))
        step();
    benchmark::DoNotOptimize(encoder.encode(request));
    const MessageList start = history;
    for (auto _ : state) {
        state.PauseTiming();
        // The history is kept at its length, give or take a tenth.
        if (std::int64_t(history.size()) > 2 * state.range(0) + state.range(0) / 5 + 20) {
            history = start;
            benchmark::DoNotOptimize(encoder.encode(request));
        }
        step();
        state.ResumeTiming();
        benchmark::DoNotOptimize(encoder.encode(request));
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(nextRequest)->ArgsProduct({{10, 50, 200, 2000}, {0}})->Complexity(benchmark::oAuto);
BENCHMARK(nextRequest)->ArgsProduct({{50, 2000}, {1, 2}});

/// The same without what was encoded before.
void requestFromScratch(benchmark::State &state)
{
    ModelRequest request = requestFor("openai");
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        request.messages.push_back(answer(i));
        request.messages.push_back(result(i));
    }
    for (auto _ : state) {
        RequestEncoder encoder;
        benchmark::DoNotOptimize(encoder.encode(request));
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}
BENCHMARK(requestFromScratch)->Arg(10)->Arg(50)->Arg(200)->Arg(2000)->Complexity();

void schemasHit(benchmark::State &state)
{
    ToolSchemaCache cache(describe);
    const auto *set = cache.intern(toolNames());
    for (auto _ : state)
        benchmark::DoNotOptimize(cache.schemas(set, WireForm::Anthropic));
}
BENCHMARK(schemasHit);

/// 20 tools put into a list that was not known.
void schemasMiss(benchmark::State &state)
{
    const auto form = static_cast<WireForm>(state.range(0));
    std::optional<ToolSchemaCache> cache;
    for (auto _ : state) {
        state.PauseTiming();
        cache.emplace(describe);
        const auto *set = cache->intern(toolNames());
        state.ResumeTiming();
        benchmark::DoNotOptimize(cache->schemas(set, form));
    }
    state.SetItemsProcessed(state.iterations() * 20);
}
BENCHMARK(schemasMiss)->DenseRange(0, 2);

/// The same, and their JSON text, which the first request of a run needs.
void schemasMissWithText(benchmark::State &state)
{
    const auto form = static_cast<WireForm>(state.range(0));
    std::optional<ToolSchemaCache> cache;
    for (auto _ : state) {
        state.PauseTiming();
        cache.emplace(describe);
        const auto *set = cache->intern(toolNames());
        state.ResumeTiming();
        benchmark::DoNotOptimize(cache->schemas(set, form)->text().data());
    }
    state.SetItemsProcessed(state.iterations() * 20);
}
BENCHMARK(schemasMissWithText)->DenseRange(0, 2);

/// The reference: the schemas as JSON trees, each a copy of what the tool says.
void schemasAsTrees(benchmark::State &state)
{
    const auto form = static_cast<WireForm>(state.range(0));
    const auto names = toolNames();
    for (auto _ : state) {
        Json list = Json::array();
        for (const std::string &name : names)
            list.push_back(toolSchema(describe(name), form));
        benchmark::DoNotOptimize(list);
    }
    state.SetItemsProcessed(state.iterations() * 20);
}
BENCHMARK(schemasAsTrees)->DenseRange(0, 2);

} // namespace
