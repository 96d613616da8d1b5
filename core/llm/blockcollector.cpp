// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/blockcollector.h"

#include "core/model/boundedjson.h"
#include "core/model/jsonfields.h"

#include <algorithm>

namespace orrery::llm {
namespace {

using BlockKind = Block::Kind;

std::size_t lengthOf(const Json &object, const char *key)
{
    const Json &text = field::at(object, key);
    return text.is_string() ? text.get_ref<const std::string &>().size() : 0;
}

/// Without these members, and without those that say nothing; null when nothing is left.
Json without(Json object, std::initializer_list<const char *> names)
{
    for (const char *name : names)
        object.erase(name);
    for (auto it = object.begin(); it != object.end();) {
        const bool saysNothing = it->is_null() || (it->is_structured() && it->empty())
                                 || (it->is_string() && it->get_ref<const std::string &>().empty());
        it = saysNothing ? object.erase(it) : std::next(it);
    }
    return object.empty() ? Json() : object;
}

void appendTo(Json &object, const std::string &key, const Json &text)
{
    Json &held = object[key];
    if (held.is_string())
        held = held.get<std::string>() + text.get<std::string>();
    else
        held = text;
}

bool isSaid(const Block &block)
{
    return block.kind != BlockKind::Text || block.size > 0 || !block.native.is_null();
}

/// The order in which a message is written anyway.
bool isPlain(const std::vector<Block> &blocks)
{
    int last = 0;
    for (const Block &block : blocks) {
        const int rank = block.kind == BlockKind::Thinking ? 1
                         : block.kind == BlockKind::Text   ? 2
                                                           : 3;
        const bool again = rank == last && rank < 3;
        if (!block.native.is_null() || block.kind == BlockKind::Opaque || rank < last || again)
            return false;
        last = rank;
    }
    return true;
}

} // namespace

Block *BlockCollector::at(std::int64_t index)
{
    const auto place = m_places.find(index);
    return place == m_places.end() ? nullptr : &m_blocks[place->second];
}

void BlockCollector::start(std::int64_t index, Json block)
{
    if (!block.is_object() || m_places.contains(index))
        return;
    const Json type = field::at(block, "type");
    Block made;
    if (type == "text") {
        made = {BlockKind::Text, lengthOf(block, "text"),
                without(std::move(block), {"type", "text"})};
    } else if (type == "thinking") {
        made = {BlockKind::Thinking, lengthOf(block, "thinking"),
                without(std::move(block), {"type", "thinking"})};
    } else if (type == "tool_use") {
        if (!block.contains("id") || !block.contains("name"))
            return;
        made = {BlockKind::ToolCall, 0, without(std::move(block), {"type", "id", "name", "input"})};
    } else {
        made = {BlockKind::Opaque, 0, std::move(block)};
    }
    m_places[index] = m_blocks.size();
    m_blocks.push_back(std::move(made));
}

void BlockCollector::grow(std::int64_t index, std::size_t bytes)
{
    if (Block *block = at(index))
        block->size += bytes;
}

void BlockCollector::change(std::int64_t index, const Json &delta)
{
    Block *block = at(index);
    if (!block || !delta.is_object())
        return;
    const Json &type = field::at(delta, "type");
    const auto &member = [&](const char *key) -> const Json & { return field::at(delta, key); };
    if (type == "signature_delta" && member("signature").is_string()) {
        appendTo(block->native, "signature", member("signature"));
    } else if (type == "citations_delta" && !member("citation").is_null()) {
        block->native["citations"].push_back(member("citation"));
    } else if (block->kind == BlockKind::Opaque && type == "input_json_delta") {
        if (member("partial_json").is_string())
            m_inputs[index] += member("partial_json").get_ref<const std::string &>();
    } else if (block->kind == BlockKind::Opaque) {
        for (const auto &[key, value] : delta.items())
            if (key == "type")
                continue;
            else if (value.is_string())
                appendTo(block->native, key, value);
            else
                block->native[key] = value;
    }
}

void BlockCollector::stop(std::int64_t index)
{
    const auto input = m_inputs.find(index);
    if (input == m_inputs.end())
        return;
    if (Json parsed = parseBounded(input->second); !parsed.is_discarded())
        m_blocks[m_places.at(index)].native["input"] = std::move(parsed);
    m_inputs.erase(input);
}

void BlockCollector::text(BlockKind kind, std::size_t bytes)
{
    // What is signed ends where it ends.
    if (m_blocks.empty() || m_blocks.back().kind != kind || !m_blocks.back().native.is_null())
        m_blocks.push_back({kind, 0, {}});
    m_blocks.back().size += bytes;
}

void BlockCollector::part(const Json &part, bool isCall)
{
    if (!part.is_object())
        return;
    if (isCall) {
        Json native = without(part, {"functionCall", "thoughtSignature", "text"});
        if (const Json &id = field::at(field::at(part, "functionCall"), "id"); id.is_string())
            native["id"] = id;
        m_blocks.push_back({BlockKind::ToolCall, 0, std::move(native)});
        return;
    }
    if (!field::at(part, "text").is_string()) {
        m_blocks.push_back({BlockKind::Opaque, 0, part});
        return;
    }
    const BlockKind kind =
        field::at(part, "thought") == true ? BlockKind::Thinking : BlockKind::Text;
    Json native = without(part, {"text", "thought"});
    if (native.is_null())
        text(kind, lengthOf(part, "text"));
    else
        m_blocks.push_back({kind, lengthOf(part, "text"), std::move(native)});
}

void BlockCollector::details(const Json &list)
{
    if (!list.is_array())
        return;
    for (const Json &item : list) {
        if (!item.is_object())
            continue;
        const Json &index = field::at(item, "index");
        const auto same = std::find_if(m_details.begin(), m_details.end(), [&](const Json &held) {
            return !index.is_null() && field::at(held, "index") == index
                   && field::at(held, "type") == field::at(item, "type");
        });
        if (same == m_details.end()) {
            m_details.push_back(item);
            continue;
        }
        for (const auto &[key, value] : item.items()) {
            const bool grows = key == "text" || key == "summary" || key == "data";
            if (grows && value.is_string())
                appendTo(*same, key, value);
            else if (!value.is_null())
                (*same)[key] = value;
        }
    }
}

void BlockCollector::call(std::int64_t index, const Json &piece)
{
    if (!piece.is_object())
        return;
    Json rest = without(piece, {"id", "index", "type", "function"});
    if (rest.is_null())
        return;
    Json &held = m_calls[index];
    if (held.is_object())
        held.update(rest);
    else
        held = std::move(rest);
}

void BlockCollector::addOpenAi(const Message &message)
{
    if (m_details.empty() && m_calls.empty())
        return;
    if (!m_details.empty())
        m_blocks.push_back({BlockKind::Opaque, 0, {{"reasoning_details", std::move(m_details)}}});
    if (message.reasoningContent)
        m_blocks.push_back({BlockKind::Thinking, message.reasoningContent->size(), {}});
    if (message.content)
        m_blocks.push_back({BlockKind::Text, message.content->size(), {}});
    auto native = m_calls.begin();
    for (std::size_t i = 0; i < message.toolCalls.size(); ++i) {
        m_blocks.push_back({BlockKind::ToolCall, 0, {}});
        // Their order is that of the indexes.
        if (m_calls.size() == message.toolCalls.size())
            m_blocks.back().native = std::move((native++)->second);
        else if (const auto own = m_calls.find(std::int64_t(i)); own != m_calls.end())
            m_blocks.back().native = std::move(own->second);
    }
}

BlocksPtr BlockCollector::take(Message &message, const ModelProfile &profile)
{
    if (profile.form == WireForm::OpenAi)
        addOpenAi(message);
    while (!m_inputs.empty())
        stop(m_inputs.begin()->first);
    for (Block &block : m_blocks) {
        // A message keeps no text that is blank.
        const bool isGone = (block.kind == BlockKind::Text && !message.content)
                            || (block.kind == BlockKind::Thinking && !message.reasoningContent);
        if (isGone)
            block.size = 0;
    }
    std::erase_if(m_blocks, [](const Block &block) { return !isSaid(block); });
    // Of what is signed it has to be known who signed it.
    const bool isSigned = std::any_of(message.toolCalls.begin(), message.toolCalls.end(),
                                      [](const ToolCall &call) { return !call.metadata.empty(); });
    if (m_blocks.empty() || (!isSigned && isPlain(m_blocks)))
        return nullptr;
    return std::make_shared<const BlockList>(
        BlockList{toString(profile.form), profile.provider, profile.model, std::move(m_blocks)});
}

} // namespace orrery::llm
