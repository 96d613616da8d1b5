// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/jsonview.h"
#include "core/store/eventsnapshot.h"

#include <functional>
#include <optional>
#include <string_view>

namespace orrery::state {

/// Gives an event with its payload, as EventStore::payload() does.
using Payloads = std::function<Result<EventPtr>(std::uint64_t seq)>;

/// One event as the reducers take it: what its columns say, and its data for those few that need it, read once for all of
/// them. Lives as long as what it was made from.
class StateEvent
{
public:
    StateEvent(const store::EventRow &row, const store::EventSnapshot &names,
               const Payloads &payloads)
        : m_row(row), m_names(names), m_payloads(payloads)
    {}
    StateEvent(const StateEvent &) = delete;

    EventKind kind() const { return m_row.kind; }
    const store::EventRow &row() const { return m_row; }
    std::uint64_t seq() const { return m_row.seq; }
    std::int64_t timeMs() const { return m_row.timeUs / 1000; }
    std::string_view run() const { return m_names.name(m_row.run); }
    std::string_view agent() const { return m_names.name(m_row.agent); }
    std::string_view tool() const { return m_names.name(m_row.tool); }
    std::string_view call() const { return m_names.name(m_row.call); }
    bool isAgents() const { return m_row.agent != 0 && agent() != "person"; }

    /// No members when the payload cannot be read.
    const JsonFields &data() const;

private:
    const store::EventRow &m_row;
    const store::EventSnapshot &m_names;
    const Payloads &m_payloads;
    mutable EventPtr m_event; ///< what m_data reads
    mutable std::optional<JsonFields> m_data;
};

} // namespace orrery::state
