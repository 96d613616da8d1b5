// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/stateevent.h"

namespace orrery::state {

const JsonFields &StateEvent::data() const
{
    if (m_data)
        return *m_data;
    if (const auto event = m_payloads ? m_payloads(m_row.seq) : Result<EventPtr>(nullptr))
        m_event = *event;
    m_data.emplace(m_event ? std::string_view(m_event->data.text()) : std::string_view());
    return *m_data;
}

} // namespace orrery::state
