// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"

#include <QStringList>

namespace orrery::ui {

/// What an event says, in plain words and one line. Safe for any data.
QString eventSummary(const Event &event);

/// Kinds that belong together in a filter.
enum class EventGroup {
    Run,
    Agent,
    Model,
    Tool,
    Approval,
    Limiter,
    Claim,
    Team,
    Memory,
    Context,
    Problem,
    Knowledge,
    Decision
};
EventGroup eventGroup(EventKind kind);
QString eventGroupName(EventGroup group); ///< `Run`, `Agent`, …
QStringList eventGroupNames();            ///< in the order of the enumerators

} // namespace orrery::ui
