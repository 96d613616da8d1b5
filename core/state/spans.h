// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/timeline.h"
#include "core/store/eventsnapshot.h"

#include <unordered_map>

namespace orrery::state {

/// Makes the timeline of a run from its events, each once and in order, without a look at their data. O(1) amortised for each.
/// What the events leave open is closed by what they belong to: a call by the end of its turn, a turn by that of the run.
/// Time never goes back: an event that says so happened when the one before it did.
class SpanBuilder
{
public:
    void apply(const store::EventRow &event);
    /// The timeline as it is now; later events do not change it.
    Timeline snapshot() const;
    bool empty() const { return m_timeline.empty(); }
    std::uint64_t lastSeq() const { return m_timeline.lastSeq; }

private:
    /// A bar of a lane that goes on; there are no more of them than rows.
    struct Open {
        std::uint64_t seq = 0;
        NameId call = 0;
        BarKind kind = BarKind::Turn;
        std::size_t row = 0;
    };
    struct Work {
        std::shared_ptr<Lane> lane;
        std::vector<Open> open;
        NameId tool = 0; ///< of the latest call
        std::int64_t calls = 0;
        Bar first;                  ///< of the calls of `tool` in a row
        bool waitsForFirst = false; ///< a request whose first piece has not come
    };
    struct Sent {
        std::int64_t us = 0;
        std::uint64_t seq = 0;
        std::uint32_t lane = 0;
    };

    std::uint32_t laneOf(NameId agent);
    Lane &own(Work &work);
    Open *find(Work &work, BarKind kind, NameId call, std::uint64_t seq);
    void begin(Work &work, BarKind kind, std::size_t row);
    void end(Work &work, const Open &open, const Bar &how);
    void endAll(Work &work, std::size_t fromRow, bool isCut);
    void beginTurn(Work &work);
    void beginCall(Work &work, BarKind kind);
    void endCall(Work &work, BarKind kind, const Bar &how);
    void repeat(Work &work);
    void repeatEnds(Work &work);
    void extendRepeat(Work &work, Worst worst);
    void firstPiece(Work &work);
    void mark(Work &work, BarKind kind, Worst worst = Worst::None);
    void noteGap();
    void stateChanged(Work &work);
    void agentFinished(Work &work);
    void delivered(std::uint32_t lane);
    bool marks(Work &work);

    Timeline m_timeline;
    std::vector<Work> m_work; ///< as m_timeline.lanes
    std::unordered_map<NameId, std::uint32_t> m_lanes;
    std::unordered_map<NameId, Sent> m_sent;
    std::vector<Gap> m_gaps; ///< a heap, the shortest first
    int m_working = 0;       ///< what goes on and ends by itself
    const store::EventRow *m_event = nullptr;
    std::int64_t m_us = 0; ///< of m_event
};

} // namespace orrery::state
