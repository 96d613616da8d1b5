// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memoryentry.h"

#include <algorithm>
#include <unordered_map>

namespace orrery::memory {

/// Accesses of entries that are not in the file yet: a search waits for no disk. They are written with the next change
/// of an entry, when there are many or the first is old, and at the end; what a crash takes with it are counts alone.
class AccessCounts
{
public:
    struct Access {
        std::int64_t count = 0;
        std::int64_t lastMs = 0;
    };

    void add(const std::string &id, std::int64_t nowMs)
    {
        if (m_accesses.empty())
            m_sinceMs = nowMs;
        Access &access = m_accesses[id];
        ++access.count;
        access.lastMs = std::max(access.lastMs, nowMs);
    }
    /// The entry as it will be.
    void applyTo(MemoryEntry &entry) const
    {
        if (m_accesses.empty())
            return;
        const auto access = m_accesses.find(entry.id);
        if (access == m_accesses.end())
            return;
        entry.accessCount += access->second.count;
        entry.accessedMs = std::max(entry.accessedMs, access->second.lastMs);
    }
    bool isDue(std::int64_t nowMs) const
    {
        return m_accesses.size() >= kMost || nowMs - m_sinceMs >= kOldestMs;
    }
    /// They could not be written now: to be tried again later, or with the next change.
    void postpone(std::int64_t nowMs) { m_sinceMs = nowMs; }
    bool isEmpty() const { return m_accesses.empty(); }
    void clear() { m_accesses.clear(); }
    const std::unordered_map<std::string, Access> &byId() const { return m_accesses; }

private:
    static constexpr std::size_t kMost = 256;
    static constexpr std::int64_t kOldestMs = 10'000;

    std::unordered_map<std::string, Access> m_accesses;
    std::int64_t m_sinceMs = 0;
};

} // namespace orrery::memory
