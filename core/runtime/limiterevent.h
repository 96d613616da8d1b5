// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"
#include "core/team/ratelimiter.h"

#include <string>

namespace orrery::runtime {

/// What happened to the limiter's table, with its window as it was then.
struct LimiterEvent {
    EventKind kind = EventKind::LimiterAcquired; ///< one of Limiter…
    std::string agent;                           ///< whose call it was
    std::int64_t atMs = 0; ///< the table's own time: as the wall clock, but never back
    team::ReservationId reservation = 0;
    std::int64_t tokens = 0; ///< reserved
    std::int64_t used = 0;   ///< of LimiterSettled
    std::int64_t windowTokens = 0;
    std::int64_t windowRequests = 0;
    team::DenialPtr denial; ///< of LimiterWaiting and LimiterDenied
    // Of LimiterHeld:
    std::string provider;
    std::int64_t untilMs = 0;
    std::string sentence;
};

/// As the event's data; `number` is its place among all of the table.
EventData dataOf(const LimiterEvent &event, std::uint64_t number);

} // namespace orrery::runtime
