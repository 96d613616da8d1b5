// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/model/contextcodec.h"

namespace orrery::conformance {
namespace {

Message messageOf(const Json &json)
{
    auto message = messageFromJson(json);
    if (!message)
        throw std::invalid_argument(message.error().message);
    return std::move(*message);
}

void setMessages(const Json &list, Context &context)
{
    for (const Json &item : list)
        context.messages.push_back(std::make_shared<const Message>(messageOf(item)));
}

Json messagesOf(const Context &context)
{
    Json list = Json::array();
    for (const auto &message : context.messages)
        list.push_back(toJson(*message));
    return list;
}

std::string textOf(const Json &input, const char *key)
{
    return input.at(key).is_null() ? std::string() : input.at(key).get<std::string>();
}

Context contextOf(const Json &input)
{
    Context context;
    context.agentName = textOf(input, "agent_name");
    if (!input.at("system_prompt").is_null())
        context.systemPrompt = input["system_prompt"].get<std::string>();
    context.startedAt = textOf(input, "started_at");
    setMessages(input.at("messages"), context);
    for (const Json &item : input.at("tool_calls"))
        context.toolCalls.push_back(
            std::make_shared<const ToolCall>(toolCallFromJson(item).value()));
    context.deps = input.at("deps");
    context.usage = usageFromJson(input.at("usage"));
    context.iteration = input.at("iteration");
    context.maxIterations = input.at("max_iterations");
    context.needsResponse = input.at("needs_response").get<bool>();
    return context;
}

Json toJson(const Context &context)
{
    const auto textOrNull = [](const std::string &text) {
        return text.empty() ? Json() : Json(text);
    };
    Json calls = Json::array();
    for (const auto &call : context.toolCalls)
        calls.push_back(orrery::toJson(*call));
    return {{"agent_name", textOrNull(context.agentName)},
            {"deps", context.deps},
            {"iteration", context.iteration},
            {"max_iterations", context.maxIterations},
            {"messages", messagesOf(context)},
            {"needs_response", context.needsResponse.toJson()},
            {"started_at", textOrNull(context.startedAt)},
            {"system_prompt", context.systemPrompt ? Json(*context.systemPrompt) : Json()},
            {"tool_calls", std::move(calls)},
            {"usage", orrery::toJson(context.usage)}};
}

Json loaded(const Json &data)
{
    const auto context = deserializeContext(data);
    return context ? Json{{"context", toJson(*context)}} : Json{{"error", context.error().message}};
}

Json serialize(const Json &input) { return serializeContext(contextOf(input)); }

Json roundtrip(const Json &input)
{
    return loaded(Json::parse(serializeContext(contextOf(input)).dump()));
}

Json deserialize(const Json &input) { return loaded(input.at("data")); }

Json patch(const Json &input)
{
    Context context;
    setMessages(input.at("messages"), context);
    patchDanglingToolCalls(context);
    return {{"messages", messagesOf(context)}, {"needs_response", bool(context.needsResponse)}};
}

Json addMessage(const Json &input)
{
    Context context;
    context.needsResponse = input.at("needs_response").get<bool>();
    context.add(messageOf(input.at("message")));
    return {{"count", context.messages.size()}, {"needs_response", bool(context.needsResponse)}};
}

Json addMessages(const Json &input)
{
    Context context;
    setMessages(input.at("start"), context);
    context.needsResponse = input.at("needs_response").get<bool>();
    for (const Json &item : input.at("messages"))
        context.add(messageOf(item));
    Json roles = Json::array();
    for (const auto &message : context.messages)
        roles.push_back(toString(message->role));
    return {{"roles", std::move(roles)}, {"needs_response", bool(context.needsResponse)}};
}

Json maxIterationsReached(const Json &input)
{
    Context context;
    context.iteration = input.at("iteration");
    context.maxIterations = input.at("max_iterations");
    return {{"result", context.maxIterationsReached()}};
}

} // namespace

void addContextSuites(Runners &runners)
{
    runners[{"context", "serialize"}] = serialize;
    runners[{"context", "roundtrip_json"}] = roundtrip;
    runners[{"context", "deserialize"}] = deserialize;
    runners[{"context", "patch_dangling_tool_calls"}] = patch;
    runners[{"context", "add_message"}] = addMessage;
    runners[{"context", "add_messages"}] = addMessages;
    runners[{"context", "max_iterations_reached"}] = maxIterationsReached;
}

} // namespace orrery::conformance
