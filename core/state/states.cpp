// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/states.h"

namespace orrery::state {

void States::apply(const StateEvent &event)
{
    seq = event.seq();
    timeUs = event.row().timeUs;
    run.apply(event);
    agents.apply(event);
    claims.apply(event);
    approvals.apply(event);
    limiter.apply(event);
    costs.apply(event);
    conversations.apply(event);
    memories.apply(event);
    knowledge.apply(event);
    decisions.apply(event);
}

} // namespace orrery::state
