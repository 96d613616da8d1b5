// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/guidance/contextmeter.h"

#include "core/model/jsonwriter.h"

#include <algorithm>
#include <cmath>

namespace orrery::guidance {
namespace {

constexpr std::size_t kPerMessage = 24; ///< of role and brackets
constexpr std::size_t kPerCall = 48;    ///< of what stands around name, id and arguments
constexpr std::size_t kLeastToLearnFrom = 512;

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

Weight weightOfPart(const ContentPart &part)
{
    if (part.type == "image" || part.type == "image_url")
        return {0, 1};
    return {part.content.size(), 0};
}

} // namespace

Weight weightOf(const Message &message)
{
    Weight weight{kPerMessage, 0};
    if (message.contentParts)
        for (const ContentPart &part : *message.contentParts)
            weight += weightOfPart(part);
    else
        weight.bytes += sizeOf(message.content);
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

void TokenScale::learn(const Weight &sent, std::int64_t tokens)
{
    const std::int64_t ofText = tokens - static_cast<std::int64_t>(sent.images) * kImageTokens;
    if (ofText <= 0 || sent.bytes < kLeastToLearnFrom)
        return;
    m_bytesPerToken = std::clamp(static_cast<double>(sent.bytes) / static_cast<double>(ofText),
                                 kLeastBytes, kMostBytes);
}

std::int64_t TokenScale::tokens(const Weight &weight) const
{
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(weight.bytes) / m_bytesPerToken))
           + static_cast<std::int64_t>(weight.images) * kImageTokens;
}

std::size_t TokenScale::bytes(std::int64_t tokens) const
{
    return static_cast<std::size_t>(
        std::max(0.0, std::floor(static_cast<double>(tokens) * m_bytesPerToken)));
}

const Weight &ContextMeter::follow(const MessageLog &messages)
{
    if (!messages.startsWith(m_seen)) {
        m_seen.clear();
        m_weight = {};
    }
    for (std::size_t i = m_seen.size(); i < messages.size(); ++i) {
        m_weight += weightOf(*messages[i]);
        ++m_weighed;
    }
    m_seen = messages;
    return m_weight;
}

} // namespace orrery::guidance
