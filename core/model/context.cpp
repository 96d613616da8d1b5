// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/context.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace orrery {

void Context::add(Message message)
{
    switch (message.role) {
    case Role::Assistant: needsResponse = !message.toolCalls.empty(); break;
    case Role::Tool:
    case Role::User: needsResponse = true; break;
    case Role::System: break;
    }
    messages.push_back(std::make_shared<const Message>(std::move(message)));
}

bool looksLikeCredential(std::string_view key)
{
    static constexpr std::array<std::string_view, 12> kMarks = {
        "api_key",       "apikey",     "token",       "secret",     "password",   "passwd",
        "authorization", "credential", "private_key", "access_key", "auth_token", "bearer"};
    std::string lower(key);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
        return lower.find(mark) != std::string::npos;
    });
}

Json serializeContext(const Context &context)
{
    Json deps = Json::object();
    for (const auto &[key, value] : context.deps.items()) {
        if (!looksLikeCredential(key))
            deps[key] = value;
    }
    Json messages = Json::array();
    for (const auto &message : context.messages)
        messages.push_back(toJson(*message));
    Json calls = Json::array();
    for (const ToolCall &call : context.toolCalls)
        calls.push_back(toJson(call));
    const Usage &usage = context.usage;
    return {{"version", 1},
            {"agent_name", context.agentName},
            {"system_prompt", context.systemPrompt.empty() ? Json() : Json(context.systemPrompt)},
            {"messages", std::move(messages)},
            {"tool_calls", std::move(calls)},
            {"deps", std::move(deps)},
            {"usage",
             {{"requests", usage.requests},
              {"tool_calls", usage.toolCalls},
              {"input_tokens", usage.inputTokens},
              {"output_tokens", usage.outputTokens},
              {"total_tokens", usage.totalTokens}}},
            {"iteration", context.iteration},
            {"max_iterations", context.maxIterations},
            {"needs_response", context.needsResponse},
            {"started_at", context.startedAt.empty() ? Json() : Json(context.startedAt)}};
}

} // namespace orrery
