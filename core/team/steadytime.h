// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace orrery::team {

/// Makes of the wall-clock times that callers hand in a time that never goes back, in ms. Threads that race give times
/// slightly out of order: those count as the latest. A step back by more than a second means that the clock was set:
/// from then on time goes on from where it was, so that a minute never lasts less than a minute. (That a clock was set
/// forward cannot be told from a pause.)
class SteadyTime
{
public:
    static constexpr std::int64_t kOutOfOrderMs = 1000;

    /// One thread at a time.
    std::int64_t advance(std::int64_t wallMs)
    {
        const std::int64_t offset = m_offset.load(std::memory_order_relaxed);
        const std::int64_t last = latest();
        std::int64_t now = wallMs + offset;
        if (now < last) {
            if (last - now > kOutOfOrderMs)
                m_offset.store(offset + last - now, std::memory_order_relaxed);
            now = last;
        }
        if (now != last)
            m_latest.store(now, std::memory_order_relaxed);
        return now;
    }
    // These may be called by any thread at any time.
    std::int64_t latest() const { return m_latest.load(std::memory_order_relaxed); }
    std::int64_t fromWall(std::int64_t wallMs) const
    {
        return wallMs + m_offset.load(std::memory_order_relaxed);
    }
    std::int64_t toWall(std::int64_t steadyMs) const
    {
        return steadyMs - m_offset.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::int64_t> m_latest{std::numeric_limits<std::int64_t>::min()};
    std::atomic<std::int64_t> m_offset{0}; ///< steady - wall
};

} // namespace orrery::team
