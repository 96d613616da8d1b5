// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/saturated.h"
#include "core/state/stateevent.h"

namespace orrery::state {

/// What the answers of the latest run have used, for whatever purpose. Agents has the same by agent.
class Costs
{
public:
    void apply(const StateEvent &event)
    {
        if (event.kind() == EventKind::RunStarted)
            *this = {};
        if (event.kind() != EventKind::ResponseReceived)
            return;
        addSaturated(tokens, event.row().tokens);
        addSaturated(outputTokens, event.row().outputTokens);
        ++(event.row().detail == 1 ? turns : others);
        if (event.row().costNanoUsd < 0) {
            ++unpriced;
            return;
        }
        ++priced;
        addSaturated(nanoUsd, event.row().costNanoUsd);
    }
    bool operator==(const Costs &) const = default;

    std::int64_t tokens = 0;               ///< input and output
    std::int64_t outputTokens = 0;         ///< of these
    std::int64_t nanoUsd = 0;              ///< of the answers that have a price
    std::int64_t priced = 0, unpriced = 0; ///< answers
    std::int64_t turns = 0, others = 0; ///< answers that belong to a turn, and for another purpose
};

} // namespace orrery::state
