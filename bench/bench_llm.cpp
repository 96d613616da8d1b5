// SPDX-License-Identifier: GPL-3.0-or-later
// Streams and request bodies, beside what the JSON library alone takes for the same bytes.
#include "core/llm/messageencode.h"
#include "core/llm/streamdecode.h"
#include "core/llm/streamframes.h"

#include <benchmark/benchmark.h>

using namespace orrery;
using namespace orrery::llm;

namespace {

std::string stream(std::int64_t chunks)
{
    std::string bytes;
    for (std::int64_t i = 0; i < chunks; ++i)
        bytes +=
            R"(data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]})"
            "\n\n";
    return bytes + "data: [DONE]\n\n";
}

/// From bytes, in pieces of 1,400, to a message.
void streamToMessage(benchmark::State &state)
{
    const std::string bytes = stream(state.range(0));
    for (auto _ : state) {
        SseFrames frames;
        StreamAssembler assembler(WireForm::OpenAi);
        for (std::size_t from = 0; from < bytes.size(); from += 1400)
            for (const Json &item : frames.feed(std::string_view(bytes).substr(from, 1400)))
                for (const StreamEvent &event : decodeChunk(item, WireForm::OpenAi))
                    assembler.add(event);
        benchmark::DoNotOptimize(assembler.take());
    }
    state.SetBytesProcessed(state.iterations() * std::int64_t(bytes.size()));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(streamToMessage)->RangeMultiplier(10)->Range(10, 10'000)->Complexity();

/// The JSON library on the same data, nothing else.
void streamParseOnly(benchmark::State &state)
{
    const std::string line =
        R"({"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]})";
    for (auto _ : state)
        for (std::int64_t i = 0; i < state.range(0); ++i)
            benchmark::DoNotOptimize(Json::parse(line));
    state.SetBytesProcessed(state.iterations() * state.range(0) * std::int64_t(line.size()));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(streamParseOnly)->RangeMultiplier(10)->Range(10, 10'000)->Complexity();

void encodeConversation(benchmark::State &state)
{
    MessageList messages;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        messages.push_back(
            std::make_shared<const Message>(i % 2 ? Message::assistant(std::string(300, 'a'))
                                                  : Message::user(std::string(300, 'u'))));
    for (auto _ : state)
        benchmark::DoNotOptimize(encodeMessages(messages, WireForm::OpenAi)->dump());
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(encodeConversation)->RangeMultiplier(10)->Range(10, 1'000)->Complexity();

} // namespace
