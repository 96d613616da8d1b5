// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <cstdint>
#include <map>

namespace orrery::llm {

/// Collects the thinking that Anthropic has signed or encrypted. It has to go back with the next request as it came,
/// else tools cannot be used together with thinking.
class ThinkingBlocks
{
public:
    /// An event of a stream; all others than those about thinking are passed over.
    void add(const Json &event);
    /// The content of a complete answer.
    void addContent(const Json &content);
    /// The blocks in their order; empty when there is none.
    Json list() const;

private:
    std::map<std::int64_t, Json> m_blocks;
};

} // namespace orrery::llm
