// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/timeline.h"

namespace orrery::state {

RangeSums sumsOf(const Timeline &timeline, TimeRange range, std::int64_t nowUs)
{
    RangeSums sums;
    for (const auto &lane : timeline.lanes) {
        SpanSums &ofLane = sums.byLane.emplace_back();
        for (const SpanRow &row : lane->rows)
            row.add(range, nowUs, ofLane);
        // Bars know themselves whether they failed; the marks that say so too would count twice.
        sums.all += ofLane;
    }
    return sums;
}

} // namespace orrery::state
