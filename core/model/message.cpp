// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/message.h"

#include "core/model/jsonobject.h"
#include "core/model/jsonwriter.h"

namespace orrery {

namespace {

Json orNull(const std::optional<std::string> &text) { return text ? Json(*text) : Json(); }

Message make(Role role, std::string text)
{
    Message message;
    message.role = role;
    message.content = std::move(text);
    return message;
}

Result<std::optional<std::string>> optionalText(const Json &json, const char *key)
{
    const auto it = json.find(key);
    if (it == json.end() || it->is_null())
        return std::optional<std::string>();
    if (!it->is_string())
        return fail(ErrorCode::InvalidArgument, std::string("/") + key + ": found "
                                                    + it->type_name()
                                                    + ", expected a string or null");
    return std::optional<std::string>(it->get<std::string>());
}

} // namespace

const char *toString(Role role)
{
    switch (role) {
    case Role::System: return "system";
    case Role::User: return "user";
    case Role::Assistant: return "assistant";
    case Role::Tool: return "tool";
    }
    return "user";
}

Message Message::system(std::string text) { return make(Role::System, std::move(text)); }

Message Message::user(std::string text) { return make(Role::User, std::move(text)); }

Message Message::assistant(std::string text) { return make(Role::Assistant, std::move(text)); }

Message Message::tool(std::string callId, std::string toolName, std::string text)
{
    Message message = make(Role::Tool, std::move(text));
    message.toolCallId = std::move(callId);
    message.name = std::move(toolName);
    return message;
}

Message Message::note(std::string kind, std::string text)
{
    Message message = make(Role::User, std::move(text));
    message.metadata = {{"note", std::move(kind)}};
    return message;
}

std::string_view Message::noteKind() const
{
    if (role != Role::User || !metadata.is_object())
        return {};
    const auto kind = metadata.find("note");
    return kind != metadata.end() && kind->is_string() ? *kind->get_ptr<const std::string *>()
                                                       : std::string_view();
}

bool Message::operator==(const Message &other) const
{
    const bool sameBlocks =
        blocks == other.blocks || (blocks && other.blocks && *blocks == *other.blocks);
    return sameBlocks && role == other.role && content == other.content
           && reasoningContent == other.reasoningContent && toolCalls == other.toolCalls
           && toolCallId == other.toolCallId && name == other.name && metadata == other.metadata
           && contentParts == other.contentParts;
}

Json toJson(const ToolCall &call)
{
    Json json = {
        {"id", orNull(call.id)}, {"name", orNull(call.name)}, {"arguments", call.arguments}};
    if (call.invalidArguments)
        json["_invalid_arguments"] = *call.invalidArguments;
    if (!call.metadata.empty())
        json["metadata"] = call.metadata;
    return json;
}

Json toJson(const Message &message)
{
    Json calls = Json::array();
    for (const ToolCall &call : message.toolCalls)
        calls.push_back(toJson(call));
    Json json = jsonObject({{"role", toString(message.role)},
                            {"content", orNull(message.content)},
                            {"reasoning_content", orNull(message.reasoningContent)},
                            {"tool_calls", std::move(calls)},
                            {"tool_call_id", orNull(message.toolCallId)},
                            {"name", orNull(message.name)}});
    if (!message.metadata.empty())
        json["metadata"] = message.metadata;
    if (message.contentParts && !message.contentParts->empty()) {
        Json parts = Json::array();
        for (const ContentPart &part : *message.contentParts)
            parts.push_back(jsonObject(
                {{"type", part.type}, {"content", part.content}, {"options", part.options}}));
        json["content_parts"] = std::move(parts);
    }
    if (message.blocks)
        json["blocks"] = toJson(*message.blocks);
    return json;
}

void appendJson(std::string &out, const ToolCall &call)
{
    const auto &invalid = call.invalidArguments;
    appendJsonObject(
        out, {{"id", call.id},
              {"name", call.name},
              {"arguments", call.arguments},
              {"_invalid_arguments", invalid ? JsonItem(*invalid) : JsonItem::absent()},
              {"metadata", call.metadata.empty() ? JsonItem::absent() : JsonItem(call.metadata)}});
}

void appendJson(std::string &out, const ContentPart &part)
{
    appendJsonObject(out,
                     {{"type", part.type}, {"content", part.content}, {"options", part.options}});
}

void appendJson(std::string &out, const Message &message)
{
    const auto &parts = message.contentParts;
    const Json blocks = message.blocks ? toJson(*message.blocks) : Json();
    appendJsonObject(
        out,
        {{"role", toString(message.role)},
         {"content", message.content},
         {"reasoning_content", message.reasoningContent},
         {"tool_calls", message.toolCalls},
         {"tool_call_id", message.toolCallId},
         {"name", message.name},
         {"metadata", message.metadata.empty() ? JsonItem::absent() : JsonItem(message.metadata)},
         {"content_parts", parts && !parts->empty() ? JsonItem(*parts) : JsonItem::absent()},
         {"blocks", message.blocks ? JsonItem(blocks) : JsonItem::absent()}});
}

Result<ToolCall> toolCallFromJson(const Json &json)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidArgument,
                    std::string("found ") + json.type_name() + ", expected a tool call");
    ToolCall call;
    auto id = optionalText(json, "id");
    auto name = optionalText(json, "name");
    auto invalid = optionalText(json, "_invalid_arguments");
    for (const auto *field : {&id, &name, &invalid})
        if (!*field)
            return fail(field->error());
    call.id = std::move(*id);
    call.name = std::move(*name);
    call.invalidArguments = std::move(*invalid);
    if (const auto it = json.find("arguments"); it != json.end())
        call.arguments = *it;
    if (const auto it = json.find("metadata"); it != json.end())
        call.metadata = *it;
    return call;
}

Result<Message> messageFromJson(const Json &json)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidArgument,
                    std::string("found ") + json.type_name() + ", expected a message");
    Message message;
    const auto role = optionalText(json, "role");
    if (!role)
        return fail(role.error());
    if (*role == "system")
        message.role = Role::System;
    else if (*role == "assistant")
        message.role = Role::Assistant;
    else if (*role == "tool")
        message.role = Role::Tool;
    else if (*role == "user")
        message.role = Role::User;
    else
        return fail(ErrorCode::InvalidArgument, "/role: found "
                                                    + Json(role->value_or("null")).dump()
                                                    + ", expected system, user, assistant or tool");
    auto content = optionalText(json, "content");
    auto reasoning = optionalText(json, "reasoning_content");
    auto callId = optionalText(json, "tool_call_id");
    auto name = optionalText(json, "name");
    for (const auto *field : {&content, &reasoning, &callId, &name})
        if (!*field)
            return fail(field->error());
    message.content = std::move(*content);
    message.reasoningContent = std::move(*reasoning);
    message.toolCallId = std::move(*callId);
    message.name = std::move(*name);
    if (const auto it = json.find("tool_calls"); it != json.end() && !it->is_null()) {
        if (!it->is_array())
            return fail(ErrorCode::InvalidArgument, std::string("/tool_calls: found ")
                                                        + it->type_name() + ", expected an array");
        for (const Json &item : *it) {
            auto call = toolCallFromJson(item);
            if (!call)
                return fail(ErrorCode::InvalidArgument, "/tool_calls: " + call.error().message);
            message.toolCalls.push_back(std::move(*call));
        }
    }
    if (const auto it = json.find("metadata"); it != json.end())
        message.metadata = *it;
    if (const auto it = json.find("blocks"); it != json.end() && !it->is_null()) {
        auto blocks = blocksFromJson(*it);
        if (!blocks)
            return fail(blocks.error());
        message.blocks = std::make_shared<const BlockList>(std::move(*blocks));
    }
    if (const auto it = json.find("content_parts"); it != json.end() && it->is_array()) {
        message.contentParts.emplace();
        for (const Json &item : *it) {
            if (!item.is_object())
                return fail(ErrorCode::InvalidArgument, "/content_parts: expected objects");
            const auto type = optionalText(item, "type");
            const auto text = optionalText(item, "content");
            if (!type || !text)
                return fail(ErrorCode::InvalidArgument,
                            "/content_parts: type and content must be strings");
            const auto options = item.find("options");
            message.contentParts->push_back(
                {type->value_or(""), text->value_or(""),
                 options != item.end() && options->is_object() ? *options : Json::object()});
        }
    }
    return message;
}

} // namespace orrery
