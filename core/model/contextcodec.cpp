// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/contextcodec.h"

#include "core/base/isotime.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

namespace orrery {
namespace {

constexpr int kVersion = 1;

constexpr std::array<std::pair<const char *, std::int64_t Usage::*>, 5> kSavedCounts = {
    {{"requests", &Usage::requests},
     {"tool_calls", &Usage::toolCalls},
     {"input_tokens", &Usage::inputTokens},
     {"output_tokens", &Usage::outputTokens},
     {"total_tokens", &Usage::totalTokens}}};

Json textOrNull(const std::string &text) { return text.empty() ? Json() : Json(text); }

Json savedMessage(const Message &message)
{
    Json json = toJson(message);
    if (!json.contains("metadata"))
        json["metadata"] = Json::object();
    return json;
}

/// The value of a key, or null.
const Json &at(const Json &object, const char *key)
{
    static const Json null;
    const auto it = object.find(key);
    return it == object.end() ? null : *it;
}

/// `what` is one of the documented words.
tl::unexpected<Error> invalid(const char *what, const std::string &pointer, const Json &found,
                              const char *expected)
{
    return fail(ErrorCode::InvalidArgument, what,
                pointer + ": found " + found.type_name() + ", expected " + expected);
}

tl::unexpected<Error> invalidData(const std::string &key, const Json &found, const char *expected)
{
    return invalid("invalid_data", "/" + key, found, expected);
}

tl::unexpected<Error> invalidMessage(std::string detail)
{
    return fail(ErrorCode::InvalidArgument, "invalid_message", std::move(detail));
}

const char *roleOrUser(const Json &role)
{
    if (role.is_string())
        for (const Role known : {Role::System, Role::Assistant, Role::Tool})
            if (role == toString(known))
                return toString(known);
    return toString(Role::User);
}

void dropBlank(std::optional<std::string> &text)
{
    if (text && isBlank(*text))
        text.reset();
}

/// Null when the message can stand in a history.
const char *whatIsMissing(const Message &message)
{
    if (!message.content && !message.contentParts && message.role != Role::Assistant)
        return "/content: expected text";
    if ((message.role == Role::Tool) != message.toolCallId.has_value())
        return message.role == Role::Tool ? "/tool_call_id: expected the id of a call"
                                          : "/tool_call_id: expected null, the role is not tool";
    return nullptr;
}

Result<Message> messageFromSaved(const Json &json)
{
    Json known = json;
    known["role"] = roleOrUser(at(json, "role"));
    if (const Json &metadata = at(json, "metadata"); !metadata.is_null() && !metadata.is_object())
        return invalidMessage("/metadata: expected an object");
    auto message = messageFromJson(known);
    if (!message)
        return invalidMessage(message.error().message);
    if (message->metadata.empty())
        message->metadata = Json();
    // A person may send nothing but white space; from anyone else it is no content.
    if (message->role != Role::User)
        dropBlank(message->content);
    for (auto *text : {&message->reasoningContent, &message->toolCallId, &message->name})
        dropBlank(*text);
    if (const char *missing = whatIsMissing(*message))
        return invalidMessage(missing);
    return message;
}

Result<void> readMessages(const Json &json, Context &context)
{
    if (json.is_null())
        return {};
    if (!json.is_array())
        return invalidData("messages", json, "a list");
    for (std::size_t i = 0; i < json.size(); ++i) {
        const std::string place = "messages/" + std::to_string(i);
        if (!json[i].is_object())
            return invalidData(place, json[i], "a message");
        auto message = messageFromSaved(json[i]);
        if (!message)
            return invalidMessage("/" + place + message.error().detail);
        context.messages.push_back(std::make_shared<const Message>(std::move(*message)));
    }
    return {};
}

Result<void> readToolCalls(const Json &json, Context &context)
{
    if (json.is_null())
        return {};
    if (!json.is_array())
        return invalidData("tool_calls", json, "a list");
    for (const Json &item : json) {
        auto call = toolCallFromJson(item);
        if (!call)
            return invalidData("tool_calls", item, "a tool call");
        context.toolCalls.push_back(std::make_shared<const ToolCall>(std::move(*call)));
    }
    return {};
}

Result<void> readUsage(const Json &json, Usage &usage)
{
    if (json.is_null())
        return {};
    if (!json.is_object())
        return invalidData("usage", json, "an object");
    for (const auto &[key, count] : kSavedCounts) {
        const Json &value = at(json, key);
        if (!value.is_null() && !value.is_number_integer())
            return invalidData(std::string("usage/") + key, value, "a whole number");
        if (!value.is_null())
            usage.*count = value.get<std::int64_t>();
    }
    return {};
}

Result<void> readInt(const Json &data, const char *key, int &target)
{
    const Json &value = at(data, key);
    if (value.is_null())
        return {};
    if (!value.is_number_integer() || value < std::numeric_limits<int>::min()
        || value > std::numeric_limits<int>::max())
        return invalidData(key, value, "a whole number of 32 bits");
    target = value.get<int>();
    return {};
}

/// `Text` is a string or an optional one.
template <typename Text>
Result<void> readText(const Json &data, const char *key, Text &target)
{
    const Json &value = at(data, key);
    if (value.is_null())
        return {};
    if (!value.is_string())
        return invalidData(key, value, "a string or null");
    target = value.get<std::string>();
    return {};
}

Result<void> readDeps(const Json &deps, Context &context)
{
    if (deps.is_null())
        return {};
    if (!deps.is_object())
        return invalidData("deps", deps, "an object");
    context.deps = deps;
    return {};
}

/// In UTC; empty when it cannot be understood, since nothing depends on it.
std::string utcTime(const std::string &text)
{
    const auto time = parseIsoDateTime(text);
    return time && time->offsetMinutes ? isoLocalTime(toUtc(*time)) + "Z" : std::string();
}

Result<void> checkVersion(const Json &data)
{
    const Json version = data.is_object() ? at(data, "version") : Json();
    if (!version.is_number_integer())
        return fail(ErrorCode::InvalidArgument, "missing or invalid version field");
    if (version != kVersion)
        return fail(ErrorCode::InvalidArgument, "unsupported version: " + version.dump());
    return {};
}

} // namespace

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
        messages.push_back(savedMessage(*message));
    Json calls = Json::array();
    for (const auto &call : context.toolCalls)
        calls.push_back(toJson(*call));
    Json usage = Json::object();
    for (const auto &[key, count] : kSavedCounts)
        usage[key] = context.usage.*count;
    return {{"version", kVersion},
            {"agent_name", textOrNull(context.agentName)},
            {"system_prompt", context.systemPrompt ? Json(*context.systemPrompt) : Json()},
            {"messages", std::move(messages)},
            {"tool_calls", std::move(calls)},
            {"deps", std::move(deps)},
            {"usage", std::move(usage)},
            {"iteration", context.iteration},
            {"max_iterations", context.maxIterations},
            {"needs_response", context.needsResponse.toJson()},
            {"started_at", textOrNull(context.startedAt)}};
}

Result<Context> deserializeContext(const Json &data)
{
    if (auto known = checkVersion(data); !known)
        return fail(known.error());
    Context context;
    for (const auto &read : {readText(data, "agent_name", context.agentName),
                             readText(data, "system_prompt", context.systemPrompt),
                             readText(data, "started_at", context.startedAt),
                             readMessages(at(data, "messages"), context),
                             readToolCalls(at(data, "tool_calls"), context),
                             readUsage(at(data, "usage"), context.usage),
                             readInt(data, "iteration", context.iteration),
                             readInt(data, "max_iterations", context.maxIterations),
                             readDeps(at(data, "deps"), context)})
        if (!read)
            return fail(read.error());
    context.startedAt = utcTime(context.startedAt);
    context.needsResponse = SavedFlag::fromJson(at(data, "needs_response"));
    return context;
}

} // namespace orrery
