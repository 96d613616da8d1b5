// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/guidance/excerpt.h"
#include "core/model/messagelog.h"

#include <optional>
#include <string>
#include <vector>

namespace orrery::guidance {

/// What makes a conversation smaller. Done to the same conversation it always gives the same one, so that a journal, which
/// has all messages and this, gives back what the model saw.
///
/// Places are those in the conversation as it was before, from 0. A system message at its front is not counted: it
/// stands in no event.
struct Compaction {
    std::vector<std::size_t>
        shortened; ///< places of results of which head and tail are left; ascending
    std::size_t head = 0;
    std::size_t tail = 0;
    bool canRead = false;        ///< what is left out can be had by read_result
    std::size_t first = 0;       ///< place of the first message that goes
    std::size_t dropped = 0;     ///< so many go
    std::optional<Message> note; ///< stands in their place

    bool any() const { return !shortened.empty() || dropped > 0; }
    bool operator==(const Compaction &) const = default;
};

/// 1 when the conversation begins with a system message, else 0.
std::size_t frontOf(const MessageLog &messages);

/// The result of a tool with head and tail left; pictures in it go.
Message shortenedResult(const Message &result, std::size_t head, std::size_t tail, bool canRead);

/// O(messages). What does not fit the conversation is left as it is.
MessageLog compacted(const MessageLog &messages, const Compaction &compaction);

/// As in the event ContextCompacted. Reading ignores all other members; errors name the one that is wrong.
Json toJson(const Compaction &compaction);
Result<Compaction> compactionFromJson(const Json &json);

} // namespace orrery::guidance
