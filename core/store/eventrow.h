// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/eventsnapshot.h"

namespace orrery::store {

/// The row of an event whose columns have been made; `intern` gives numbers to its names. Lives as long as `columns`.
template <typename Intern>
EventRow rowOf(const Event &event, const EventColumns &columns, const Intern &intern)
{
    EventRow row;
    row.seq = event.seq;
    row.timeUs = event.timeUs;
    row.durationUs = event.durationUs;
    row.parent = event.parent;
    row.kind = event.kind;
    row.kindName =
        event.kind == EventKind::Count ? intern(kindNameOf(event)) : knownKindName(event.kind);
    row.run = intern(event.run);
    row.agent = intern(event.agent);
    row.tool = intern(columns.tool);
    row.call = intern(columns.call);
    row.tokens = columns.tokens;
    row.outputTokens = columns.outputTokens;
    row.costNanoUsd = columns.costNanoUsd;
    row.firstMs = columns.firstMs;
    row.detail = columns.detail;
    row.summary = columns.summary;
    return row;
}

} // namespace orrery::store
