// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/statetimeline.h"

#include <algorithm>

namespace orrery::state {

namespace {

/// Rows up to a gap come one after another.
std::size_t endOfReach(const store::EventSnapshot &events)
{
    return events.gap().value_or(events.size());
}

Error noSuchPlace(const store::EventSnapshot &events, std::uint64_t seq)
{
    if (events.empty())
        return makeError(ErrorCode::InvalidArgument,
                         "The journal holds no event, so there is no state.");
    return makeError(ErrorCode::InvalidArgument, "There is no event " + std::to_string(seq)
                                                     + ": the journal has "
                                                     + std::to_string(events.row(0).seq) + " to "
                                                     + std::to_string(events.lastSeq()) + ".");
}

} // namespace

StateTimeline::StateTimeline(Payloads payloads, std::size_t distance)
    : m_payloads(std::move(payloads)), m_distance(std::max<std::size_t>(1, distance))
{}

bool StateTimeline::extend(const store::EventSnapshot &events, std::size_t most)
{
    const std::size_t end = endOfReach(events);
    std::size_t index = events.lowerBound(m_head.seq + 1);
    for (; index < end && most > 0; ++index, --most) {
        const store::EventRow row = events.row(index);
        m_head.apply(StateEvent(row, events, m_payloads));
        if (++m_sinceKept < m_distance)
            continue;
        m_sinceKept = 0;
        const std::lock_guard lock(m_mutex);
        m_kept.push_back(m_head);
    }
    return index >= end;
}

/// The latest state that was kept at or before the place.
States StateTimeline::nearest(std::uint64_t seq) const
{
    const std::lock_guard lock(m_mutex);
    const auto after = std::upper_bound(
        m_kept.begin(), m_kept.end(), seq,
        [](std::uint64_t place, const States &states) { return place < states.seq; });
    return after == m_kept.begin() ? States() : *std::prev(after);
}

Result<States> StateTimeline::at(const store::EventSnapshot &events, std::uint64_t seq) const
{
    if (events.empty() || seq > events.lastSeq())
        return fail(noSuchPlace(events, seq));
    const std::size_t end = events.lowerBound(seq + 1);
    const std::size_t reach = endOfReach(events);
    const bool isInGap =
        end == reach && reach < events.size() && (reach == 0 || events.row(reach - 1).seq < seq);
    if (!isInGap && seq < events.row(0).seq)
        return fail(noSuchPlace(events, seq));
    if (isInGap || end > reach)
        return fail(ErrorCode::InvalidArgument,
                    "The events before " + std::to_string(seq) + " are still being read.");
    States states = nearest(seq);
    for (std::size_t i = events.lowerBound(states.seq + 1); i < end; ++i) {
        const store::EventRow row = events.row(i);
        states.apply(StateEvent(row, events, m_payloads));
    }
    return states;
}

} // namespace orrery::state
