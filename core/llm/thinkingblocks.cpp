// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/thinkingblocks.h"

#include <string>

namespace orrery::llm {
namespace {

bool isThinking(const Json &block)
{
    if (!block.is_object())
        return false;
    const Json type = block.value("type", Json());
    return type == "thinking" || type == "redacted_thinking";
}

/// Appends the text of a piece to the same member of the block.
void extend(Json &block, const Json &delta, const char *key)
{
    const auto it = delta.find(key);
    if (it == delta.end() || !it->is_string())
        return;
    const Json held = block.value(key, Json(""));
    block[key] = (held.is_string() ? held.get<std::string>() : std::string())
                 + it->get_ref<const std::string &>();
}

} // namespace

void ThinkingBlocks::add(const Json &event)
{
    const auto index = event.find("index");
    if (index == event.end() || !index->is_number_integer())
        return;
    const auto block = event.find("content_block");
    if (block != event.end() && isThinking(*block)) {
        m_blocks[index->get<std::int64_t>()] = *block;
        return;
    }
    const auto delta = event.find("delta");
    const auto held = m_blocks.find(index->get<std::int64_t>());
    if (delta == event.end() || !delta->is_object() || held == m_blocks.end())
        return;
    extend(held->second, *delta, "thinking");
    extend(held->second, *delta, "signature");
}

void ThinkingBlocks::addContent(const Json &content)
{
    if (!content.is_array())
        return;
    for (const Json &block : content)
        if (isThinking(block))
            m_blocks[std::int64_t(m_blocks.size())] = block;
}

Json ThinkingBlocks::list() const
{
    Json list = Json::array();
    for (const auto &[index, block] : m_blocks) {
        const Json proof = block.value(block["type"] == "thinking" ? "signature" : "data", Json());
        if (proof.is_string() && proof != "")
            list.push_back(block);
    }
    return list;
}

} // namespace orrery::llm
