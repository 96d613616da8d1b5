// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/spans.h"
#include "core/store/eventstore.h"
#include "ui/viewmodels/projection.h"

#include <memory>

namespace orrery::ui {

/// All events of a run as columns, and the timeline that they make; not only those up to the cursor.
class RunTimeline : public Projection
{
public:
    RunTimeline();
    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;
    bool wantsEveryDelta() const override { return true; }

    const store::EventSnapshot &events() const { return m_events; }
    state::Timeline spans() const { return m_spans.snapshot(); }
    /// The last event at this time or before it; 0 when there is none.
    quint64 seqAt(qint64 us) const;
    std::string_view callOf(quint64 seq) const; ///< empty: of none
    qint64 timeOf(quint64 seq) const; ///< of the event, or the next one; 0 when there is none

private:
    std::unique_ptr<store::EventStore> m_store;
    store::EventSnapshot m_events;
    state::SpanBuilder m_spans;
    std::size_t m_done = 0; ///< rows that m_spans has
};

} // namespace orrery::ui
