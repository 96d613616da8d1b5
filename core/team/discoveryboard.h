// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"
#include "core/model/sharedlog.h"

#include <cstdint>
#include <mutex>
#include <string>

namespace orrery::team {

/// Something an agent found out and told the whole team.
struct Discovery {
    std::string agent;
    Json topic;   ///< mostly a string
    Json content; ///< mostly a string
    std::int64_t timeMs = 0;
};

/// What the team found out, in order. Thread-safe. Sharing and reading cost the same however much there is: a snapshot
/// shares all of it.
class DiscoveryBoard
{
public:
    void share(Discovery discovery)
    {
        auto shared = std::make_shared<const Discovery>(std::move(discovery));
        std::lock_guard lock(m_mutex);
        m_discoveries.push_back(std::move(shared));
    }
    SharedLog<Discovery> snapshot() const
    {
        std::lock_guard lock(m_mutex);
        return m_discoveries;
    }

private:
    mutable std::mutex m_mutex;
    SharedLog<Discovery> m_discoveries; // guarded by m_mutex
};

} // namespace orrery::team
