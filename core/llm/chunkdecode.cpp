// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/chunkdecode.h"

#include "core/base/utf8.h"
#include "core/llm/contentblocks.h"
#include "core/llm/usagedecode.h"

#include <algorithm>

// The rules are written once, for a Value that is a TreeValue or a FlatValue: they cannot differ.
namespace orrery::llm {
namespace {

using Kind = StreamEvent::Kind;
using Events = std::vector<StreamEvent>;

void addText(Events &events, Kind kind, std::string text)
{
    events.emplace_back();
    events.back().kind = kind;
    events.back().text = std::move(text);
}

void addValue(Events &events, Kind kind, Json value)
{
    events.emplace_back();
    events.back().kind = kind;
    events.back().value = std::move(value);
}

template <typename Value>
void addText(Events &events, Kind kind, Value text)
{
    if (text.isString() && !text.isEmpty())
        addText(events, kind, text.text());
}

template <typename Value>
void addUsage(Events &events, Value value, WireForm form)
{
    if (!value.isObject())
        return;
    const auto usage = decodeUsage(value, form);
    if (!usage)
        return;
    events.emplace_back();
    events.back().kind = Kind::Usage;
    events.back().usage = *usage;
}

template <typename Value>
void addError(Events &events, Value error)
{
    const Value message = error.at("message");
    addValue(events, Kind::Error,
             message.isString() ? message.toJson() : Json(error.toJson().dump()));
}

template <typename Value>
std::string wordOr(Value value, const char *otherwise)
{
    return value.isString() ? value.text() : otherwise;
}

template <typename Value>
void addOpenAiMessage(Events &events, Value message)
{
    const Value reasoning = message.at("reasoning_content");
    const bool isSet = reasoning.isString() && !reasoning.isEmpty();
    addText(events, Kind::ThinkingDelta, isSet ? reasoning : message.at("reasoning"));
    addText(events, Kind::TextDelta, message.at("refusal"));
    const Value content = message.at("content");
    addText(events, Kind::TextDelta, content);
    if (content.isArray())
        readContentBlocks(
            content, [&](Value text) { addText(events, Kind::TextDelta, text); },
            [&](Value text) { addText(events, Kind::ThinkingDelta, text); });
    if (const Value calls = message.at("tool_calls"); calls.isArray() && !calls.isEmpty())
        addValue(events, Kind::ToolCallDelta, calls.toJson());
}

template <typename Value>
void decodeOpenAi(Value chunk, Events &events)
{
    const Value choice = firstChoice(chunk);
    const Value finish = choice.at("finish_reason");
    const Value delta = choice.at("delta");
    const Value message = choice.at("message");
    // Some servers repeat all of the message beside the piece of it.
    if (!message.isNull() && (!delta.isObject() || delta.isEmpty())) {
        addOpenAiMessage(events, message);
        addText(events, Kind::Finish, wordOr(finish, "stop"));
        return;
    }
    addOpenAiMessage(events, delta);
    if (finish.isString())
        addText(events, Kind::Finish, finish.text());
    addUsage(events, chunk.at("usage"), WireForm::OpenAi);
}

template <typename Value>
void decodeAnthropicMessage(Value message, Events &events)
{
    message.at("content").each([&](Value block) {
        const Value type = block.at("type");
        if (type.is("text")) {
            addText(events, Kind::TextDelta, block.at("text"));
        } else if (type.is("thinking")) {
            addText(events, Kind::ThinkingDelta, block.at("thinking"));
        } else if (type.is("tool_use")) {
            Json call = Json::object();
            for (const char *key : {"id", "name", "input"})
                call.emplace(key, block.at(key).toJson());
            addValue(events, Kind::ToolCallDelta, std::move(call));
        }
    });
    addText(events, Kind::Finish, wordOr(message.at("stop_reason"), "end_turn"));
}

Json callPiece(const char *phase, Json index)
{
    Json piece = Json::object();
    piece.emplace("_index", std::move(index));
    piece.emplace("_phase", phase);
    return piece;
}

template <typename Value>
void decodeAnthropicStart(Value chunk, Events &events)
{
    const Value block = chunk.at("content_block");
    // Some servers send all of a block at its start.
    if (block.at("type").is("text"))
        addText(events, Kind::TextDelta, block.at("text"));
    else if (block.at("type").is("thinking"))
        addText(events, Kind::ThinkingDelta, block.at("thinking"));
    if (!block.at("type").is("tool_use") || !block.at("id").exists() || !block.at("name").exists())
        return;
    Json piece = callPiece("start", chunk.at("index").toJson());
    piece.emplace("id", block.at("id").toJson());
    piece.emplace("name", block.at("name").toJson());
    if (const Value input = block.at("input"); input.isObject() && !input.isEmpty())
        piece.emplace("input", input.toJson());
    addValue(events, Kind::ToolCallDelta, std::move(piece));
}

template <typename Value>
void decodeAnthropicDelta(Value chunk, Events &events)
{
    const Value delta = chunk.at("delta");
    if (delta.at("type").is("input_json_delta")) {
        Json piece = callPiece("partial", chunk.at("index").toJson());
        piece.emplace("partial_json", delta.at("partial_json").toJson());
        addValue(events, Kind::ToolCallDelta, std::move(piece));
    }
    // Pieces without text count too: they are how an empty answer differs from none.
    if (const Value text = delta.at("text"); text.isString())
        addText(events, Kind::TextDelta, text.text());
    if (const Value text = delta.at("thinking"); text.isString())
        addText(events, Kind::ThinkingDelta, text.text());
}

template <typename Value>
void decodeAnthropic(Value chunk, Events &events)
{
    const Value type = chunk.at("type");
    if (type.is("content_block_delta")) {
        decodeAnthropicDelta(chunk, events);
    } else if (type.is("content_block_start")) {
        decodeAnthropicStart(chunk, events);
    } else if (type.is("content_block_stop")) {
        addValue(events, Kind::ToolCallDelta, callPiece("stop", chunk.at("index").toJson()));
    } else if (type.is("message_start")) {
        addUsage(events, chunk.at("message").at("usage"), WireForm::Anthropic);
    } else if (type.is("message_delta")) {
        addUsage(events, chunk.at("usage"), WireForm::Anthropic);
        if (const Value reason = chunk.at("delta").at("stop_reason"); reason.isString())
            addText(events, Kind::Finish, reason.text());
    } else if (type.is("error")) {
        addError(events, chunk.at("error"));
    } else if (chunk.at("content").isArray()) {
        decodeAnthropicMessage(chunk, events);
    }
}

std::string geminiFinish(std::string word)
{
    if (word == "MAX_TOKENS")
        return "length";
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return word;
}

template <typename Value>
void addGeminiPart(Events &events, Value part)
{
    if (const Value text = part.at("text"); text.isString()) {
        std::string words = text.text();
        const bool isWords = !isBlank(words);
        if (!words.empty())
            addText(events, part.at("thought").isTrue() ? Kind::ThinkingDelta : Kind::TextDelta,
                    std::move(words));
        if (isWords)
            return;
    }
    const Value function = part.at("functionCall");
    if (const Value partial = function.at("partialArgs"); partial.isArray()) {
        addValue(events, Kind::ToolCallDelta, Json{{"partial_args", partial.toJson()}});
        return;
    }
    if (!function.at("name").isString())
        return;
    const Value arguments = function.at("args");
    Json call = Json::object();
    call.emplace("name", function.at("name").toJson());
    call.emplace("arguments", arguments.exists() ? arguments.toJson() : Json::object());
    if (const Value id = function.at("id"); id.isString() && !id.isEmpty())
        call.emplace("id", id.toJson());
    const Value signature = part.at("thoughtSignature");
    if (signature.isString() && !signature.isEmpty())
        call["metadata"] = {{"thought_signature", signature.toJson()}};
    addValue(events, Kind::ToolCallDelta, std::move(call));
}

template <typename Value>
void decodeGemini(Value chunk, Events &events)
{
    if (const Value error = chunk.at("error"); error.isObject()) {
        addError(events, error);
        return;
    }
    const Value candidates = chunk.at("candidates");
    if (!candidates.isArray())
        return;
    const std::size_t before = events.size();
    const Value candidate = candidates.first();
    if (const Value parts = candidate.at("content").at("parts"); parts.isArray())
        parts.each([&](Value part) { addGeminiPart(events, part); });
    if (const Value reason = candidate.at("finishReason"); !reason.isNull())
        addText(events, Kind::Finish, geminiFinish(wordOr(reason, "stop")));
    if (events.size() == before && !candidates.isEmpty())
        events.emplace_back();
    addUsage(events, chunk.at("usageMetadata"), WireForm::Gemini);
}

template <typename Value>
void decode(Value chunk, WireForm form, Events &events)
{
    const std::size_t before = events.size();
    switch (form) {
    case WireForm::OpenAi: decodeOpenAi(chunk, events); break;
    case WireForm::Anthropic: decodeAnthropic(chunk, events); break;
    case WireForm::Gemini: decodeGemini(chunk, events); break;
    case WireForm::Responses: break; // see ResponsesReader
    }
    if (events.size() == before)
        events.emplace_back();
}

} // namespace

void decodeChunk(TreeValue chunk, WireForm form, Events &events) { decode(chunk, form, events); }

void decodeChunk(FlatValue chunk, WireForm form, Events &events) { decode(chunk, form, events); }

std::vector<StreamEvent> decodeChunk(const Json &item, WireForm form)
{
    Events events;
    const TreeValue chunk(item);
    if (const TreeValue done = chunk.at("$stream_done"); done.exists())
        addText(events, Kind::Finish, wordOr(done, "stop"));
    else if (const TreeValue error = chunk.at("$stream_error"); error.exists())
        addValue(events, Kind::Error, error.toJson());
    else
        decode(chunk, form, events);
    return events;
}

} // namespace orrery::llm
