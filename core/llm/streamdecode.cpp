// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/streamdecode.h"

#include "core/base/utf8.h"
#include "core/llm/responsedecode.h"

#include <algorithm>

namespace orrery::llm {
namespace {

using Kind = StreamEvent::Kind;
using Events = std::vector<StreamEvent>;

const Json &at(const Json &object, const char *key)
{
    static const Json none;
    if (!object.is_object())
        return none;
    const auto it = object.find(key);
    return it == object.end() ? none : *it;
}

const Json &firstOf(const Json &list)
{
    static const Json none;
    return list.is_array() && !list.empty() ? list[0] : none;
}

StreamEvent textEvent(Kind kind, std::string text) { return {kind, std::move(text), {}, {}}; }

StreamEvent valueEvent(Kind kind, Json value) { return {kind, {}, std::move(value), {}}; }

void addText(Events &events, Kind kind, const Json &text)
{
    if (text.is_string() && text != "")
        events.push_back(textEvent(kind, text.get<std::string>()));
}

void addUsage(Events &events, const Json &json, WireForm form)
{
    if (!json.is_object())
        return;
    StreamEvent event{Kind::Usage, {}, {}, {}};
    if (auto usage = decodeUsage(json, form))
        event.usage = *usage;
    else
        return;
    events.push_back(std::move(event));
}

StreamEvent errorEvent(const Json &error)
{
    const Json &message = at(error, "message");
    return valueEvent(Kind::Error, message.is_string() ? message : Json(error.dump()));
}

void addReasoning(Events &events, const Json &from)
{
    const Json &first = at(from, "reasoning_content");
    addText(events, Kind::ThinkingDelta,
            first.is_string() && first != "" ? first : at(from, "reasoning"));
}

void addOpenAiMessage(Events &events, const Json &message)
{
    addReasoning(events, message);
    addText(events, Kind::TextDelta, at(message, "content"));
    if (const Json &calls = at(message, "tool_calls"); calls.is_array() && !calls.empty())
        events.push_back(valueEvent(Kind::ToolCallDelta, calls));
}

Events decodeOpenAi(const Json &chunk)
{
    Events events;
    const Json &choice = firstOf(at(chunk, "choices"));
    const Json &finish = at(choice, "finish_reason");
    if (const Json &message = at(choice, "message"); !message.is_null()) {
        addOpenAiMessage(events, message);
        events.push_back(
            textEvent(Kind::Finish, finish.is_string() ? finish.get<std::string>() : "stop"));
        return events;
    }
    addOpenAiMessage(events, at(choice, "delta"));
    if (finish.is_string())
        events.push_back(textEvent(Kind::Finish, finish.get<std::string>()));
    addUsage(events, at(chunk, "usage"), WireForm::OpenAi);
    return events;
}

Events decodeAnthropicMessage(const Json &message)
{
    Events events;
    for (const Json &block : message["content"]) {
        const Json &type = at(block, "type");
        if (type == "text")
            addText(events, Kind::TextDelta, at(block, "text"));
        else if (type == "thinking")
            addText(events, Kind::ThinkingDelta, at(block, "thinking"));
        else if (type == "tool_use")
            events.push_back(valueEvent(Kind::ToolCallDelta, {{"id", at(block, "id")},
                                                              {"name", at(block, "name")},
                                                              {"input", at(block, "input")}}));
    }
    const Json &reason = at(message, "stop_reason");
    events.push_back(
        textEvent(Kind::Finish, reason.is_string() ? reason.get<std::string>() : "end_turn"));
    return events;
}

Events decodeAnthropic(const Json &chunk)
{
    Events events;
    const Json &type = at(chunk, "type");
    const Json &index = at(chunk, "index");
    if (type == "content_block_start") {
        const Json &block = at(chunk, "content_block");
        if (at(block, "type") == "tool_use" && block.contains("id") && block.contains("name"))
            events.push_back(valueEvent(Kind::ToolCallDelta, {{"_index", index},
                                                              {"_phase", "start"},
                                                              {"id", at(block, "id")},
                                                              {"name", at(block, "name")}}));
    } else if (type == "content_block_delta") {
        const Json &delta = at(chunk, "delta");
        if (at(delta, "type") == "input_json_delta")
            events.push_back(
                valueEvent(Kind::ToolCallDelta, {{"_index", index},
                                                 {"_phase", "partial"},
                                                 {"partial_json", at(delta, "partial_json")}}));
        // Pieces without text count too: they are how an empty answer differs from none.
        if (const Json &text = at(delta, "text"); text.is_string())
            events.push_back(textEvent(Kind::TextDelta, text.get<std::string>()));
        if (const Json &text = at(delta, "thinking"); text.is_string())
            events.push_back(textEvent(Kind::ThinkingDelta, text.get<std::string>()));
    } else if (type == "content_block_stop") {
        events.push_back(valueEvent(Kind::ToolCallDelta, {{"_index", index}, {"_phase", "stop"}}));
    } else if (type == "message_start") {
        addUsage(events, at(at(chunk, "message"), "usage"), WireForm::Anthropic);
    } else if (type == "message_delta") {
        addUsage(events, at(chunk, "usage"), WireForm::Anthropic);
        if (const Json &reason = at(at(chunk, "delta"), "stop_reason"); reason.is_string())
            events.push_back(textEvent(Kind::Finish, reason.get<std::string>()));
    } else if (type == "error") {
        events.push_back(errorEvent(at(chunk, "error")));
    } else if (at(chunk, "content").is_array()) {
        return decodeAnthropicMessage(chunk);
    }
    return events;
}

std::string geminiFinish(const Json &reason)
{
    if (!reason.is_string())
        return "stop";
    std::string word = reason.get<std::string>();
    if (word == "MAX_TOKENS")
        return "length";
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    return word;
}

void addGeminiPart(Events &events, const Json &part)
{
    const Json &text = at(part, "text");
    if (text.is_string() && text != "")
        addText(events, at(part, "thought") == true ? Kind::ThinkingDelta : Kind::TextDelta, text);
    if (text.is_string() && !isBlank(text.get<std::string>()))
        return;
    const Json &function = at(part, "functionCall");
    if (!at(function, "name").is_string())
        return;
    Json call = {{"name", function["name"]},
                 {"arguments", function.contains("args") ? function["args"] : Json::object()}};
    const Json &signature = at(part, "thoughtSignature");
    if (signature.is_string() && signature != "")
        call["metadata"] = {{"thought_signature", signature}};
    events.push_back(valueEvent(Kind::ToolCallDelta, std::move(call)));
}

Events decodeGemini(const Json &chunk)
{
    Events events;
    if (const Json &error = at(chunk, "error"); error.is_object()) {
        events.push_back(errorEvent(error));
        return events;
    }
    const Json &candidates = at(chunk, "candidates");
    if (!candidates.is_array())
        return events;
    const Json &candidate = firstOf(candidates);
    const Json &parts = at(at(candidate, "content"), "parts");
    if (parts.is_array())
        for (const Json &part : parts)
            addGeminiPart(events, part);
    if (const Json &reason = at(candidate, "finishReason"); !reason.is_null())
        events.push_back(textEvent(Kind::Finish, geminiFinish(reason)));
    if (events.empty() && !candidates.empty())
        events.push_back({});
    addUsage(events, at(chunk, "usageMetadata"), WireForm::Gemini);
    return events;
}

bool hasCounts(const Usage &usage)
{
    return usage.inputTokens > 0 || usage.outputTokens > 0 || usage.totalTokens > 0
           || usage.cacheCreationInputTokens > 0 || usage.cacheReadInputTokens > 0;
}

} // namespace

Json toJson(const StreamEvent &event)
{
    switch (event.kind) {
    case Kind::TextDelta: return {{"type", "text_delta"}, {"text", event.text}};
    case Kind::ThinkingDelta: return {{"type", "thinking_delta"}, {"text", event.text}};
    case Kind::ToolCallDelta: return {{"type", "tool_call_delta"}, {"call", event.value}};
    case Kind::Usage: return {{"type", "usage"}, {"usage", toJson(event.usage)}};
    case Kind::Finish: return {{"type", "finish"}, {"reason", event.text}};
    case Kind::Error: return {{"type", "error"}, {"reason", event.value}};
    case Kind::Unknown: break;
    }
    return {{"type", "unknown"}};
}

std::vector<StreamEvent> decodeChunk(const Json &chunk, WireForm form)
{
    if (chunk.is_object()) {
        if (const auto done = chunk.find("$stream_done"); done != chunk.end())
            return {textEvent(Kind::Finish, done->is_string() ? done->get<std::string>() : "stop")};
        if (const auto error = chunk.find("$stream_error"); error != chunk.end())
            return {valueEvent(Kind::Error, *error)};
    }
    Events events = form == WireForm::Anthropic ? decodeAnthropic(chunk)
                    : form == WireForm::Gemini  ? decodeGemini(chunk)
                                                : decodeOpenAi(chunk);
    if (events.empty())
        events.push_back({});
    return events;
}

void StreamAssembler::add(const StreamEvent &event)
{
    switch (event.kind) {
    case Kind::TextDelta: m_text += event.text; break;
    case Kind::ThinkingDelta: m_thinking += event.text; break;
    case Kind::ToolCallDelta: addCall(event.value); break;
    case Kind::Usage: addUsage(event.usage); break;
    case Kind::Finish: m_finish = event.text; break;
    case Kind::Error: m_error = event.value; break;
    case Kind::Unknown: break;
    }
}

void StreamAssembler::addOpenAiCalls(const Json &pieces)
{
    for (const Json &piece : pieces) {
        const Json &index = at(piece, "index");
        Parts &parts = m_openAi[index.is_number_integer() ? index.get<std::int64_t>() : 0];
        parts.isStarted = true;
        const Json &function = at(piece, "function");
        if (parts.id.is_null())
            parts.id = at(piece, "id");
        if (parts.name.is_null())
            parts.name = at(function, "name");
        const Json &arguments = at(function, "arguments");
        if (arguments.is_string())
            parts.arguments += arguments.get_ref<const std::string &>();
        else if (!arguments.is_null())
            parts.arguments += arguments.dump();
    }
}

void StreamAssembler::addCall(const Json &piece)
{
    if (piece.is_array()) {
        addOpenAiCalls(piece);
        return;
    }
    const Json &phase = at(piece, "_phase");
    if (phase.is_string()) {
        const Json &index = piece["_index"];
        const std::int64_t key = index.is_number_integer() ? index.get<std::int64_t>() : -1;
        if (phase == "start") {
            // The first start of an index counts; pieces of arguments may come before it.
            Parts &parts = m_anthropic[key];
            if (!parts.isStarted) {
                parts.id = piece["id"];
                parts.name = piece["name"];
                parts.isStarted = true;
            }
        } else if (phase == "partial" && piece["partial_json"].is_string()) {
            m_anthropic[key].arguments += piece["partial_json"].get_ref<const std::string &>();
        }
        return;
    }
    ToolCall call;
    const Json &name = at(piece, "name");
    if (name.is_string())
        call.name = name.get<std::string>();
    if (m_form == WireForm::Gemini) {
        call.id = makeGeminiCallId();
        call.arguments = at(piece, "arguments");
        call.metadata = at(piece, "metadata");
    } else {
        if (const Json &id = at(piece, "id"); id.is_string())
            call.id = id.get<std::string>();
        call.arguments = at(piece, "input");
    }
    if (call.arguments.is_object())
        m_whole.push_back(std::move(call));
}

void StreamAssembler::addUsage(const Usage &usage)
{
    if (!m_usage) {
        m_usage = usage;
        return;
    }
    if (m_form != WireForm::Anthropic) {
        if (hasCounts(usage))
            m_usage = usage;
        return;
    }
    const auto take = [](std::int64_t &held, std::int64_t fresh) {
        if (fresh > 0)
            held = fresh;
    };
    m_usage->outputTokens = usage.outputTokens;
    take(m_usage->inputTokens, usage.inputTokens);
    take(m_usage->cacheCreationInputTokens, usage.cacheCreationInputTokens);
    take(m_usage->cacheReadInputTokens, usage.cacheReadInputTokens);
    m_usage->totalTokens = m_usage->inputTokens + m_usage->outputTokens;
}

Result<Message> StreamAssembler::take()
{
    if (!m_error.is_null())
        return fail(ErrorCode::Server,
                    m_error.is_string() ? m_error.get<std::string>() : m_error.dump());
    Message message;
    message.role = Role::Assistant;
    message.content = keptText(std::move(m_text));
    message.reasoningContent = keptText(std::move(m_thinking));
    for (auto *list : {&m_openAi, &m_anthropic}) {
        for (auto &[index, parts] : *list) {
            if (!parts.isStarted)
                continue;
            ToolCall call;
            if (parts.id.is_string())
                call.id = parts.id.get<std::string>();
            if (parts.name.is_string())
                call.name = parts.name.get<std::string>();
            readArguments(call, parts.arguments);
            message.toolCalls.push_back(std::move(call));
        }
    }
    std::move(m_whole.begin(), m_whole.end(), std::back_inserter(message.toolCalls));
    Usage usage = m_usage.value_or(Usage{});
    usage.requests = 1;
    message.metadata = {{"finish_reason", m_finish.empty() ? "stop" : m_finish},
                        {"usage", toJson(usage)}};
    return message;
}

} // namespace orrery::llm
