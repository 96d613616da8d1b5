// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/runtimeline.h"

namespace orrery::ui {

RunTimeline::RunTimeline() { reset(); }

void RunTimeline::apply(const std::vector<EventPtr> &batch)
{
    for (const EventPtr &event : batch)
        m_store->append(event);
    m_events = m_store->snapshot();
    for (; m_done < m_events.size(); ++m_done)
        m_spans.apply(m_events.row(m_done));
}

void RunTimeline::reset()
{
    // The document has the events themselves.
    m_store = std::make_unique<store::EventStore>(0);
    m_events = m_store->snapshot();
    m_spans = {};
    m_done = 0;
}

quint64 RunTimeline::seqAt(qint64 us) const
{
    const std::size_t after = m_events.lowerBoundTime(us + 1);
    return after == 0 ? 0 : m_events.row(after - 1).seq;
}

std::string_view RunTimeline::callOf(quint64 seq) const
{
    const std::size_t at = m_events.lowerBound(seq);
    return at == m_events.size() ? std::string_view() : m_events.name(m_events.row(at).call);
}

qint64 RunTimeline::timeOf(quint64 seq) const
{
    const std::size_t at = m_events.lowerBound(seq);
    return at == m_events.size() ? 0 : m_events.row(at).timeUs;
}

} // namespace orrery::ui
