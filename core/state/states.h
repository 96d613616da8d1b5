// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/agents.h"
#include "core/state/approvals.h"
#include "core/state/claims.h"
#include "core/state/conversations.h"
#include "core/state/costs.h"
#include "core/state/limiter.h"
#include "core/state/records.h"
#include "core/state/run.h"

namespace orrery::state {

/// What a journal looks like after one of its events: a value. A copy shares its parts, until one of them changes, and
/// costs the same whatever they hold.
///
/// Each part has one rule of what an event does to it, the same for the present and the past. A part takes from the columns
/// what they have, so most events are applied without their data. Data that cannot be read changes what it can.
struct States {
    std::uint64_t seq = 0;   ///< of the latest event; 0 = none yet
    std::int64_t timeUs = 0; ///< its time
    Run run;
    Agents agents;
    Claims claims;
    Approvals approvals;
    Limiter limiter;
    Costs costs;
    Conversations conversations;
    Memories memories;
    Knowledge knowledge;
    Decisions decisions;

    /// The event that follows `seq`.
    void apply(const StateEvent &event);
    bool operator==(const States &) const = default;
};

} // namespace orrery::state
