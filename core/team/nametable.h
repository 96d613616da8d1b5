// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::team {

/// Numbers names from 0 in the order in which they first come. Open addressing in a table of a power of two that is at
/// most half full. It takes a third of what std::unordered_map takes for names as short as those of agents, which counts
/// where a whole operation takes 80 ns. Not thread-safe.
class NameTable
{
public:
    using Id = std::uint32_t;

    std::optional<Id> find(std::string_view name) const
    {
        const Id id = m_slots[slotOf(name)];
        return id == kNone ? std::nullopt : std::optional(id);
    }
    Id intern(std::string_view name)
    {
        const std::size_t slot = slotOf(name);
        return m_slots[slot] != kNone ? m_slots[slot] : add(name, slot);
    }
    const std::string &name(Id id) const { return m_names[id]; }

private:
    static constexpr Id kNone = ~Id(0);

    /// FNV-1a, folded.
    static std::size_t hash(std::string_view name)
    {
        std::uint64_t hash = 0xcbf29ce484222325;
        for (const char byte : name)
            hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
        return static_cast<std::size_t>(hash ^ hash >> 32);
    }
    /// Where the name is, or would go.
    std::size_t slotOf(std::string_view name) const
    {
        const std::size_t mask = m_slots.size() - 1;
        std::size_t slot = hash(name) & mask;
        while (m_slots[slot] != kNone && m_names[m_slots[slot]] != name)
            slot = (slot + 1) & mask;
        return slot;
    }
    Id add(std::string_view name, std::size_t slot)
    {
        const Id id = static_cast<Id>(m_names.size());
        m_names.emplace_back(name);
        m_slots[slot] = id;
        if (m_names.size() * 2 > m_slots.size()) {
            m_slots.assign(m_slots.size() * 2, kNone);
            for (Id each = 0; each < m_names.size(); ++each)
                m_slots[slotOf(m_names[each])] = each;
        }
        return id;
    }

    std::vector<Id> m_slots = std::vector<Id>(16, kNone);
    std::vector<std::string> m_names; ///< by id
};

} // namespace orrery::team
