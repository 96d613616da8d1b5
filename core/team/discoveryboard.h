// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace orrery::team {

/// Something an agent found out and told the whole team.
struct Discovery {
    std::string agent;
    Json topic;   ///< mostly a string
    Json content; ///< mostly a string
    std::int64_t timeMs = 0;
};

/// What the team found out, in order. Thread-safe.
class DiscoveryBoard
{
public:
    void share(Discovery discovery)
    {
        std::lock_guard lock(m_mutex);
        m_discoveries.push_back(std::move(discovery));
    }
    std::vector<Discovery> snapshot() const
    {
        std::lock_guard lock(m_mutex);
        return m_discoveries;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<Discovery> m_discoveries; // guarded by m_mutex
};

} // namespace orrery::team
