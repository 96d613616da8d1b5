// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/states.h"

#include <cstddef>
#include <mutex>
#include <vector>

namespace orrery::state {

/// The states after any event of a journal: the nearest one that was kept, and from there the events up to the place. One
/// is kept every so many events, so a place costs the same in a short journal and in a long one.
class StateTimeline
{
public:
    static constexpr std::size_t kDistance = 4096; ///< events from one kept state to the next

    explicit StateTimeline(Payloads payloads, std::size_t distance = kDistance);

    /// Goes on over events of the snapshot that are new, at most so many; stops at a gap. True when there are no more. For one
    /// thread, beside at().
    bool extend(const store::EventSnapshot &events, std::size_t most = SIZE_MAX);
    /// After the latest event that extend() has reached. On the thread of extend().
    const States &head() const { return m_head; }

    /// After the last event with this number or a lower one. Where extend() has not been yet, it takes as long as it takes.
    /// InvalidArgument: the snapshot has no such place (it names those that it has), or not yet. On any thread.
    Result<States> at(const store::EventSnapshot &events, std::uint64_t seq) const;

private:
    States nearest(std::uint64_t seq) const;

    const Payloads m_payloads;
    const std::size_t m_distance;
    States m_head;
    std::size_t m_sinceKept = 0;
    mutable std::mutex m_mutex; ///< of what follows
    std::vector<States> m_kept; ///< by seq
};

} // namespace orrery::state
