// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"
#include "core/model/message.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace orrery::llm {

/// Collects the order of an answer's pieces, and what the provider wants back with each, while the answer is read
/// (core/model/block.h). Fed beside the StreamAssembler with the same chunks.
class BlockCollector
{
public:
    // Anthropic: blocks by their index. Whole ones come at the start.
    void start(std::int64_t index, Json block);
    void grow(std::int64_t index, std::size_t bytes); ///< text or thinking
    void change(std::int64_t index, const Json &delta);
    void stop(std::int64_t index);

    // Gemini: parts in order. `isCall`: the reader makes a call of it.
    void part(const Json &part, bool isCall);
    void text(Block::Kind kind, std::size_t bytes); ///< a part that is nothing but text

    // OpenAI's form.
    /// `reasoning_details` of a message or a piece of it.
    void details(const Json &list);
    /// What else stands at a call, by its index.
    void call(std::int64_t index, const Json &piece);

    /// For a message that is put together. Null when it says nothing that the message's own members do not.
    BlocksPtr take(Message &message, const ModelProfile &profile);

private:
    Block *at(std::int64_t index);
    void addOpenAi(const Message &message);

    std::vector<Block> m_blocks;
    std::map<std::int64_t, std::size_t> m_places; ///< Anthropic's index → place in the list
    std::map<std::int64_t, std::string> m_inputs; ///< of opaque blocks, that come in pieces
    Json m_details = Json::array();
    std::map<std::int64_t, Json> m_calls;
};

} // namespace orrery::llm
