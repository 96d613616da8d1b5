// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/textcalls.h"

#include "core/base/ids.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <string_view>

namespace orrery::llm {
namespace {

constexpr std::string_view kOpen = "<tool_call>";
constexpr std::string_view kClose = "</tool_call>";

bool isOffered(const ToolSchemaList &tools, const Json &name)
{
    return name.is_string() && tools.offers(name.get_ref<const std::string &>());
}

std::optional<ToolCall> callFrom(std::string_view text, const ToolSchemaList &tools)
{
    const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    if (!json.is_object() || !isOffered(tools, json.value("name", Json())))
        return std::nullopt;
    Json arguments = json.value("arguments", Json());
    if (arguments.is_null())
        arguments = json.value("parameters", Json::object());
    if (arguments.is_string())
        arguments = Json::parse(arguments.get_ref<const std::string &>(), nullptr, false);
    if (!arguments.is_object())
        return std::nullopt;
    ToolCall call;
    call.id = newId("call");
    call.name = json["name"].get<std::string>();
    call.arguments = std::move(arguments);
    return call;
}

} // namespace

void takeTextCalls(Message &message, const ToolSchemaList &tools)
{
    if (!message.toolCalls.empty() || !message.content)
        return;
    std::string_view text = *message.content;
    std::string rest;
    std::vector<ToolCall> calls;
    for (auto at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen)) {
        rest += text.substr(0, at);
        text.remove_prefix(at + kOpen.size());
        // Some servers stop before the closing mark.
        const auto end = std::min(text.find(kClose), text.size());
        auto call = callFrom(text.substr(0, end), tools);
        if (!call)
            return;
        calls.push_back(std::move(*call));
        text.remove_prefix(std::min(end + kClose.size(), text.size()));
    }
    if (calls.empty())
        return;
    rest += text;
    message.toolCalls = std::move(calls);
    message.content.reset();
    if (!isBlank(rest))
        message.content = std::string(trimmed(rest));
}

} // namespace orrery::llm
