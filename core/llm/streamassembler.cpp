// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/streamassembler.h"

#include "core/llm/partialarguments.h"
#include "core/llm/responsedecode.h"
#include "core/llm/surrogates.h"
#include "core/model/jsonfields.h"

#include <algorithm>

namespace orrery::llm {
namespace {

using Kind = StreamEvent::Kind;

bool hasCounts(const Usage &usage)
{
    return usage.inputTokens > 0 || usage.outputTokens > 0 || usage.totalTokens > 0
           || usage.cacheCreationInputTokens > 0 || usage.cacheReadInputTokens > 0;
}

} // namespace

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
        const Json &index = field::at(piece, "index");
        Parts &parts = m_openAi[index.is_number_integer() ? index.get<std::int64_t>() : 0];
        parts.isStarted = true;
        const Json &function = field::at(piece, "function");
        if (parts.id.is_null())
            parts.id = field::at(piece, "id");
        if (parts.name.is_null())
            parts.name = field::at(function, "name");
        const Json &arguments = field::at(function, "arguments");
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
    const Json &phase = field::at(piece, "_phase");
    if (phase.is_string()) {
        const Json &index = piece["_index"];
        const std::int64_t key = index.is_number_integer() ? index.get<std::int64_t>() : -1;
        if (phase == "start") {
            // The first start of an index counts; pieces of arguments may come before it.
            Parts &parts = m_anthropic[key];
            if (!parts.isStarted) {
                parts.id = piece["id"];
                parts.name = piece["name"];
                parts.input = field::at(piece, "input");
                parts.isStarted = true;
            }
        } else if (phase == "partial" && piece["partial_json"].is_string()) {
            m_anthropic[key].arguments += piece["partial_json"].get_ref<const std::string &>();
        }
        return;
    }
    if (const Json &partial = field::at(piece, "partial_args"); partial.is_array()) {
        if (!m_whole.empty())
            for (const Json &argument : partial)
                addPartialArgument(m_whole.back().arguments, argument);
        return;
    }
    ToolCall call;
    const Json &name = field::at(piece, "name");
    if (name.is_string())
        call.name = name.get<std::string>();
    if (m_form == WireForm::Gemini) {
        const Json &id = field::at(piece, "id");
        call.id = id.is_string() ? id.get<std::string>() : makeGeminiCallId();
        call.arguments = field::at(piece, "arguments");
        call.metadata = field::at(piece, "metadata");
    } else {
        if (const Json &id = field::at(piece, "id"); id.is_string())
            call.id = id.get<std::string>();
        call.arguments = field::at(piece, "input");
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
    take(m_usage->reasoningTokens, usage.reasoningTokens);
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
            readArguments(call, joinHalves(std::move(parts.arguments)));
            if (call.arguments.empty() && !call.invalidArguments && parts.input.is_object())
                call.arguments = std::move(parts.input);
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
