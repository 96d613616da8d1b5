// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/chatrequest.h"

namespace orrery::llm {
namespace {

Json encodePart(const ContentPart &part)
{
    if (part.type == "text" || part.type == "thinking")
        return {{"type", "text"}, {"text", part.content}};
    if (part.type == "image_url")
        return {{"type", "image_url"}, {"image_url", {{"url", part.content}}}};
    Json json = part.options;
    json["type"] = part.type;
    json["content"] = part.content;
    return json;
}

Json encodeMessage(const Message &message)
{
    Json json = {{"role", toString(message.role)}};
    if (!message.contentParts.empty()) {
        for (const ContentPart &part : message.contentParts)
            json["content"].push_back(encodePart(part));
    } else if (message.content) {
        json["content"] = *message.content;
    } else {
        json["content"] = nullptr;
    }
    for (const ToolCall &call : message.toolCalls) {
        json["tool_calls"].push_back(
            {{"id", call.id.value_or("")},
             {"type", "function"},
             {"function",
              {{"name", call.name.value_or("")},
               {"arguments",
                call.invalidArguments ? *call.invalidArguments : call.arguments.dump()}}}});
    }
    if (message.role == Role::Tool)
        json["tool_call_id"] = message.toolCallId.value_or("");
    return json;
}

} // namespace

std::string chatRequestBody(const ModelRequest &request)
{
    Json body = request.settings.is_object() ? request.settings : Json::object();
    body["model"] = request.model;
    Json &messages = body["messages"] = Json::array();
    for (const auto &message : request.messages)
        messages.push_back(encodeMessage(*message));
    body.erase("tools");
    if (request.tools && !request.tools->empty())
        body["tools"] = *request.tools;
    body["stream"] = request.stream;
    if (request.stream)
        body["stream_options"] = {{"include_usage", true}};
    else
        body.erase("stream_options");
    // A tool may have read a file that is not UTF-8; that must not end the run.
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace orrery::llm
