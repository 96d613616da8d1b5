// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace orrery {

/// One piece of an assistant's message, as the model made it.
struct Block {
    enum class Kind {
        Text,     ///< the next `size` bytes of the message's `content`
        Thinking, ///< the next `size` bytes of its `reasoningContent`
        ToolCall, ///< the next of its `toolCalls`
        Opaque    ///< something of the provider's own, all of it in `native`
    };
    Kind kind = Kind::Text;
    std::size_t size = 0;
    /// What the provider wants back with it, in its own form: null, or an object. Of Text, Thinking and ToolCall the
    /// members that the message itself has no place for (a signature, an id, citations); of Opaque the whole block.
    Json native;

    bool operator==(const Block &) const = default;
};

/// The order of the pieces of an assistant's message, for the provider that made them: it gets back what it sent. All
/// others get the message without it: thinking, text, calls.
struct BlockList {
    std::string form;     ///< wire form in which `native` is written: openai, openai-responses, …
    std::string provider; ///< who made them: signatures are worth nothing to others
    std::string model;
    std::vector<Block> blocks;

    bool operator==(const BlockList &) const = default;
};
/// Null = the message is in the order of its own members. Shared, since messages are copied.
using BlocksPtr = std::shared_ptr<const BlockList>;

const char *toString(Block::Kind kind); ///< text, thinking, tool_call, opaque
/// `{"form":…,"provider":…,"model":…,"list":[{"kind":…,"size":…,"native":…}]}`; the last two only when set.
Json toJson(const BlockList &blocks);
Result<BlockList> blocksFromJson(const Json &json); ///< errors name the member

} // namespace orrery
