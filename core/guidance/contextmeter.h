// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/guidance/tokenscale.h"
#include "core/model/messagelog.h"

#include <cstdint>
#include <functional>
#include <string>

namespace orrery::guidance {

/// What the pictures and documents of a message cost a model, by its provider's rule. Empty: they cost nothing.
using AttachedTokens = std::function<std::int64_t(const Message &)>;

/// Text, thinking, calls with their arguments, what a provider wants back, and what is attached. O(bytes).
Weight weightOf(const Message &message, const AttachedTokens &attachedTokens);

/// The weight of a conversation that grows. Looking again costs what is new, and a look at each block of the log; for
/// another model all is weighed anew.
class ContextMeter
{
public:
    const Weight &follow(const MessageLog &messages, const std::string &model,
                         const AttachedTokens &attachedTokens);
    std::uint64_t weighed() const { return m_weighed; } ///< messages so far, for tests

private:
    MessageLog m_seen;
    std::string m_model;
    Weight m_weight;
    std::uint64_t m_weighed = 0;
};

} // namespace orrery::guidance
