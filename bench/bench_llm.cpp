// SPDX-License-Identifier: GPL-3.0-or-later
// From the bytes of a stream to deltas; messages and tools to a provider's form. Each beside the plain way: a tree for
// every chunk, a whole tree dumped.
#include "core/llm/messageencode.h"
#include "core/llm/chunkdecode.h"
#include "core/llm/replyreader.h"
#include "core/llm/streamframes.h"
#include "core/llm/toolschema.h"

#include <benchmark/benchmark.h>

using namespace orrery;
using namespace orrery::llm;

namespace {

enum class Framing { ServerSentEvents, JsonArray };

struct Stream {
    const char *name;
    WireForm form;
    Framing framing;
    std::string start, chunk, end; ///< chunk: one small delta, as the provider sends it
};

const std::vector<Stream> &streams()
{
    static const std::vector<Stream> all = {
        {"openai", WireForm::OpenAi, Framing::ServerSentEvents, "",
         R"(data: {"id":"chatcmpl-CK8PzB1w3Xq0aYtRkVn5e7HdLmUsG","object":"chat.completion.chunk","created":1780944344,"model":"gpt-4.1-mini-2025-04-14","service_tier":"default","system_fingerprint":"fp_8b330d02d0","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}],"usage":null})"
         "\n\n",
         "data: [DONE]\n\n"},
        {"anthropic", WireForm::Anthropic, Framing::ServerSentEvents,
         R"(event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"usage":{"input_tokens":15,"output_tokens":3}}})"
         "\n\n",
         R"(event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" The next words"}  })"
         "\n\n",
         "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"},
        {"gemini", WireForm::Gemini, Framing::ServerSentEvents, "",
         R"(data: {"candidates": [{"content": {"parts": [{"text": " The next words of a longer answer,\nand a few more."}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 64,"candidatesTokenCount": 5,"totalTokenCount": 69,"promptTokensDetails": [{"modality": "TEXT","tokenCount": 64}]},"modelVersion": "gemini-2.5-flash","responseId": "11peaOXwBPH_2PgPh_z--AY"})"
         "\r\n\r\n",
         ""},
        {"gemini-array", WireForm::Gemini, Framing::JsonArray, "[",
         R"({
  "candidates": [
    {
      "content": {
        "parts": [
          {
            "text": " The next words of a longer answer,\nand a few more."
          }
        ],
        "role": "model"
      },
      "index": 0
    }
  ],
  "usageMetadata": {
    "promptTokenCount": 64,
    "candidatesTokenCount": 5,
    "totalTokenCount": 69
  },
  "modelVersion": "gemini-2.5-flash"
}
,
)",
         "]"},
        {"openai-tools", WireForm::OpenAi, Framing::ServerSentEvents, "",
         R"(data: {"id":"chatcmpl-CK8PzB1w3Xq0aYtRkVn5e7HdLmUsG","object":"chat.completion.chunk","created":1780944344,"model":"gpt-4.1-mini-2025-04-14","service_tier":"default","system_fingerprint":"fp_8b330d02d0","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city"}}]},"logprobs":null,"finish_reason":null}]})"
         "\n\n",
         "data: [DONE]\n\n"},
    };
    return all;
}

std::string bytesOf(const Stream &stream, std::int64_t chunks)
{
    std::string bytes = stream.start;
    for (std::int64_t i = 0; i < chunks; ++i)
        bytes += stream.chunk;
    return bytes + stream.end;
}

/// Calls `feed` with the bytes of a stream and the size of the pieces in which they come.
template <typename Feed>
void feedInPieces(benchmark::State &state, const Stream &stream, std::size_t piece, Feed feed)
{
    const std::string bytes = bytesOf(stream, state.range(0));
    for (auto _ : state)
        feed(bytes, piece);
    state.SetBytesProcessed(state.iterations() * std::int64_t(bytes.size()));
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}

void sseToDeltas(benchmark::State &state, const Stream &stream, std::size_t piece)
{
    std::vector<ModelDelta> deltas;
    feedInPieces(state, stream, piece, [&](std::string_view bytes, std::size_t size) {
        ReplyReader::Expected expected;
        expected.profile.form = stream.form;
        ReplyReader reader(std::move(expected), "host");
        for (std::size_t from = 0; from < bytes.size(); from += size) {
            deltas.clear();
            reader.feed(bytes.substr(from, size), deltas);
            benchmark::DoNotOptimize(deltas.data());
        }
    });
}

/// The plain way: a tree for every chunk.
template <typename Frames>
void treePerChunk(benchmark::State &state, const Stream &stream, std::size_t piece)
{
    feedInPieces(state, stream, piece, [&](std::string_view bytes, std::size_t size) {
        Frames frames;
        for (std::size_t from = 0; from < bytes.size(); from += size) {
            frames.add(bytes.substr(from, size));
            for (std::string_view data; frames.next(data);)
                benchmark::DoNotOptimize(decodeChunk(itemOf(data), stream.form));
        }
    });
}

/// Named SseToDeltas/PROVIDER/PIECE/CHUNKS.
const bool streamsAreRegistered = [] {
    for (const Stream &stream : streams()) {
        for (const std::size_t piece : {16'384, 1'460, 1}) {
            const std::string tail = std::string(stream.name) + "/" + std::to_string(piece);
            const auto tree = stream.framing == Framing::JsonArray ? treePerChunk<JsonArrayFrames>
                                                                   : treePerChunk<SseFrames>;
            benchmark::RegisterBenchmark(
                ("SseToDeltas/" + tail).c_str(),
                [&stream, piece](benchmark::State &state) { sseToDeltas(state, stream, piece); })
                ->RangeMultiplier(10)
                ->Range(10, 10'000)
                ->Complexity();
            benchmark::RegisterBenchmark(
                ("SseToDeltasTree/" + tail).c_str(),
                [&stream, piece, tree](benchmark::State &state) { tree(state, stream, piece); })
                ->RangeMultiplier(10)
                ->Range(10, 10'000)
                ->Complexity();
        }
    }
    return true;
}();

/// The Responses API, by the reader that agents use.
void responsesToDeltas(benchmark::State &state)
{
    static const Stream stream = {
        "openai-responses",
        WireForm::Responses,
        Framing::ServerSentEvents,
        "",
        R"(event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":12,"item_id":"msg_01830d662ab3856501693c321345c88190b0de00f3b9975691","output_index":0,"content_index":0,"delta":" word","logprobs":[],"obfuscation":"xXxv2CE8Q5J"})"
        "\n\n",
        "event: response.completed\ndata: "
        "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n"};
    feedInPieces(state, stream, 16'384, [](std::string_view bytes, std::size_t size) {
        ReplyReader::Expected expected;
        expected.profile.form = WireForm::Responses;
        ReplyReader reader(std::move(expected), "");
        std::vector<ModelDelta> deltas;
        for (std::size_t from = 0; from < bytes.size(); from += size) {
            deltas.clear();
            reader.feed(bytes.substr(from, size), deltas);
            benchmark::DoNotOptimize(deltas.data());
        }
        benchmark::DoNotOptimize(reader.take());
    });
}
BENCHMARK(responsesToDeltas)
    ->Name("SseToDeltas/openai-responses/16384")
    ->RangeMultiplier(10)
    ->Range(10, 10'000)
    ->Complexity();

MessageList messagesOf(std::int64_t size)
{
    MessageList messages;
    for (std::int64_t i = 0; i < size; ++i)
        messages.push_back(
            std::make_shared<const Message>(i % 2 ? Message::assistant(std::string(300, 'a'))
                                                  : Message::user(std::string(300, 'u'))));
    return messages;
}

void EncodeMessages(benchmark::State &state, WireForm form)
{
    const MessageList messages = messagesOf(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(encodeMessages(messages, form)->dump());
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK_CAPTURE(EncodeMessages, openai, WireForm::OpenAi)
    ->RangeMultiplier(10)
    ->Range(10, 1'000)
    ->Complexity();
BENCHMARK_CAPTURE(EncodeMessages, anthropic, WireForm::Anthropic)
    ->RangeMultiplier(10)
    ->Range(10, 1'000)
    ->Complexity();
BENCHMARK_CAPTURE(EncodeMessages, gemini, WireForm::Gemini)
    ->RangeMultiplier(10)
    ->Range(10, 1'000)
    ->Complexity();

/// The JSON library alone: a tree that is already there, written.
void EncodeMessagesDumpOnly(benchmark::State &state)
{
    const Json tree = *encodeMessages(messagesOf(state.range(0)), WireForm::OpenAi);
    for (auto _ : state)
        benchmark::DoNotOptimize(tree.dump());
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(EncodeMessagesDumpOnly)->RangeMultiplier(10)->Range(10, 1'000)->Complexity();

/// As a file-editing tool describes itself.
Json toolNamed(std::int64_t number)
{
    return {{"name", "edit_file_" + std::to_string(number)},
            {"description", "Replaces a range of lines in a file of the workspace."},
            {"parameters",
             {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"type", "object"},
              {"properties",
               {{"path", {{"type", "string"}, {"description", "Relative to the workspace."}}},
                {"start", {{"type", "integer"}, {"description", "The first line, from 1."}}},
                {"end", {{"type", "integer"}, {"description", "The last line."}}},
                {"edits",
                 {{"type", "array"},
                  {"items",
                   {{"type", "object"},
                    {"properties", {{"old", {{"type", "string"}}}, {"new", {{"type", "string"}}}}},
                    {"additionalProperties", false}}}}}}},
              {"required", {"path", "start", "end"}},
              {"additionalProperties", false}}}};
}

void ConvertTools(benchmark::State &state, WireForm form)
{
    std::vector<Json> tools;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        tools.push_back(toolNamed(i));
    for (auto _ : state)
        for (const Json &tool : tools)
            benchmark::DoNotOptimize(toolSchema(tool, form));
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK_CAPTURE(ConvertTools, openai, WireForm::OpenAi)->Arg(2)->Arg(20)->Arg(200)->Complexity();
BENCHMARK_CAPTURE(ConvertTools, anthropic, WireForm::Anthropic)
    ->Arg(2)
    ->Arg(20)
    ->Arg(200)
    ->Complexity();
BENCHMARK_CAPTURE(ConvertTools, gemini, WireForm::Gemini)->Arg(2)->Arg(20)->Arg(200)->Complexity();

/// What copying the same trees costs.
void ConvertToolsCopyOnly(benchmark::State &state)
{
    std::vector<Json> tools;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        tools.push_back(toolNamed(i));
    for (auto _ : state)
        benchmark::DoNotOptimize(std::vector<Json>(tools));
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}
BENCHMARK(ConvertToolsCopyOnly)->Arg(2)->Arg(20)->Arg(200)->Complexity();

} // namespace
