// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharedlog.h"
#include "core/state/shared.h"
#include "core/state/stateevent.h"

#include <map>
#include <string>

namespace orrery::state {

/// What one agent was told and has said: where it stands, not the texts.
struct Conversation {
    SharedLog<std::uint64_t> messages; ///< numbers of MessageAdded events, all that there ever were
    std::size_t first =
        0; ///< place in `messages` of the first that is part of it: it was cleared or loaded before
    std::uint64_t compactedSeq = 0; ///< when it was made smaller last; 0 = never since it began
    /// The answer that is being streamed: its first and latest piece; 0 = none.
    std::uint64_t firstPiece = 0, lastPiece = 0;

    bool operator==(const Conversation &other) const;
};

/// By agent; those of earlier runs too.
class Conversations
{
public:
    void apply(const StateEvent &event);
    const std::map<std::string, Shared<Conversation>, std::less<>> &all() const { return *m_all; }
    const Conversation *find(std::string_view agent) const; ///< null when it has none
    bool operator==(const Conversations &) const = default;

private:
    Shared<std::map<std::string, Shared<Conversation>, std::less<>>> m_all;
};

} // namespace orrery::state
