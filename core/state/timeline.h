// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/spanrow.h"

#include <memory>
#include <vector>

namespace orrery::state {

/// What one agent did: its bars, nested, and its marks. In no row do two bars overlap.
struct Lane {
    static constexpr std::size_t kTurns = 0, kIterations = 1, kCalls = 2;
    static constexpr std::size_t kMostRows = 10;

    NameId agent = 0; ///< 0: the run as a whole, and the person
    /// [kTurns], [kIterations], and from [kCalls] on requests, tools and waits: as many as there were at the same time.
    std::vector<SpanRow> rows;
    SpanRow repeats; ///< runs of calls of the same tool; Bar::tokens says how many
    SpanRow marks;
};

/// A message on its way from one lane to another.
struct Arrow {
    std::int64_t sentUs = 0, deliveredUs = 0;
    std::uint64_t sentSeq = 0, deliveredSeq = 0;
    std::uint32_t from = 0, to = 0; ///< places in Timeline::lanes
};

/// Nothing happened, and nobody worked or waited for a limit or a claim.
using Gap = TimeRange;

/// The whole run as bars, at one moment: a value that is cheap to copy, made by SpanBuilder.
struct Timeline {
    std::vector<std::shared_ptr<const Lane>> lanes; ///< in order of appearance
    SharedVector<Arrow> arrows;                     ///< in order of their delivery
    SpanRow delivered;                              ///< a mark for each of `arrows`
    std::int64_t longestMailUs = 0;                 ///< the longest that a message took
    std::vector<Gap> gaps;                          ///< the longest ones, in order
    std::int64_t startUs = 0, endUs = 0;            ///< of the first and the last event
    std::uint64_t lastSeq = 0;
    bool hasEnded = false; ///< nothing goes on
    bool empty() const { return lastSeq == 0; }
};

/// Sums of `range` over some lanes (all of them when `lanes` is empty), in all and lane by lane.
struct RangeSums {
    SpanSums all;
    std::vector<SpanSums> byLane; ///< as Timeline::lanes
};
RangeSums sumsOf(const Timeline &timeline, TimeRange range, std::int64_t nowUs);

} // namespace orrery::state
