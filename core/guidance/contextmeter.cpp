// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/guidance/contextmeter.h"

#include "core/model/jsonwriter.h"

namespace orrery::guidance {
namespace {

constexpr std::size_t kPerMessage = 24; ///< of role and brackets
constexpr std::size_t kPerCall = 48;    ///< of what stands around name, id and arguments

std::size_t sizeOf(const std::optional<std::string> &text) { return text ? text->size() : 0; }

std::size_t sizeOf(const Json &json)
{
    if (json.is_null())
        return 0;
    if (json.is_string())
        return json.get_ref<const std::string &>().size();
    std::string text;
    appendJson(text, json);
    return text.size();
}

} // namespace

Weight weightOf(const Message &message, const AttachedTokens &attachedTokens)
{
    Weight weight{kPerMessage, 0};
    if (message.contentParts) {
        for (const ContentPart &part : *message.contentParts)
            if (part.type == "text")
                weight.bytes += part.content.size();
        if (attachedTokens)
            weight.attachedTokens = attachedTokens(message);
    } else {
        weight.bytes += sizeOf(message.content);
    }
    weight.bytes +=
        sizeOf(message.reasoningContent) + sizeOf(message.toolCallId) + sizeOf(message.name);
    for (const ToolCall &call : message.toolCalls)
        weight.bytes += kPerCall + sizeOf(call.name) + sizeOf(call.id) + sizeOf(call.arguments)
                        + sizeOf(call.invalidArguments);
    if (message.blocks)
        for (const Block &block : message.blocks->blocks)
            weight.bytes += sizeOf(block.native);
    return weight;
}

const Weight &ContextMeter::follow(const MessageLog &messages, const std::string &model,
                                   const AttachedTokens &attachedTokens)
{
    if (model != m_model || !messages.startsWith(m_seen)) {
        m_seen.clear();
        m_weight = {};
        m_model = model;
    }
    for (std::size_t i = m_seen.size(); i < messages.size(); ++i) {
        m_weight += weightOf(*messages[i], attachedTokens);
        ++m_weighed;
    }
    m_seen = messages;
    return m_weight;
}

} // namespace orrery::guidance
