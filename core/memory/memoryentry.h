// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::memory {

/// Whose memory it is. Each may be absent, which is not the same as empty.
enum class ScopeField : std::uint8_t { AgentId, SessionId, UserId, Namespace };
inline constexpr std::array kScopeFields = {ScopeField::AgentId, ScopeField::SessionId,
                                            ScopeField::UserId, ScopeField::Namespace};
std::string_view toString(ScopeField field); ///< agent_id, session_id, user_id, namespace
std::optional<ScopeField> scopeFieldFromString(std::string_view name);

/// One thing that is remembered. Times are wall-clock ms since 1970.
struct MemoryEntry {
    std::string id;
    std::string content;
    std::string type = "semantic"; ///< semantic, episodic, procedural
    double importance = 0.5;       ///< 0…1
    bool evergreen = false;        ///< does not decay
    std::string scope; ///< within a team: empty = shared by all, else the name of the agent
    std::array<std::optional<std::string>, kScopeFields.size()> owner; ///< by ScopeField
    Json metadata = Json::object();
    std::int64_t createdMs = 0;
    std::int64_t updatedMs = 0;
    std::int64_t accessedMs = 0;
    std::int64_t accessCount = 0;
    std::vector<float> embedding; ///< empty = none
    std::string embedder;         ///< that made it (Embedder::name())

    const std::optional<std::string> &field(ScopeField which) const
    {
        return owner[static_cast<std::size_t>(which)];
    }
};

/// More text than this is a document, not a memory.
inline constexpr std::size_t kMaxContentBytes = 1u << 20;

bool isMemoryType(std::string_view type);

/// What keeps an entry from being stored: no id, blank or too long content, bytes that are not UTF-8, an unknown type,
/// an importance outside 0…1, a vector that is not finite. Names the field and what was expected.
Result<void> checkEntry(const MemoryEntry &entry);
/// Why these values cannot be compared with others: none at all, too many, or one that is not finite.
Result<void> checkVector(std::span<const float> values);

} // namespace orrery::memory
