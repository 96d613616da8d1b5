// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"
#include "core/store/sqlite.h"

#include <map>
#include <optional>
#include <string>

namespace orrery::store {

/// The year 9999 is the last that all of Orrery can write down.
inline constexpr std::int64_t kLastTimeUs = 253402300799999999;

/// The values of an event's row as they stand there, whatever they are.
struct JournalRow {
    std::int64_t seq = 0; ///< at least 1
    Cell timeUs;
    Cell kind;
    Cell run;
    Cell agent;
    Cell parent;
    Cell durationUs;
    Cell data; ///< its own or that of its payload
};

/// What a newer Orrery has written is EventKind::Count, and has its name.
struct KindName {
    EventKind kind = EventKind::Count;
    std::string name;
};
/// The kinds in a journal by their number.
using KindNames = std::map<std::int64_t, KindName>;

struct DecodedRow {
    EventPtr event;     ///< null when the row is of no use
    std::string damage; ///< what is wrong with it, for a person; empty = nothing
};

/// Makes an event of whatever stands in a row, which anybody may have written. An event that comes of it has data that
/// is a JSON object of at most kDeepestOwnJson levels, texts in UTF-8, a parent before it, and a time and a duration
/// from 0 to kLastTimeUs.
DecodedRow decodeRow(const JournalRow &row, const KindNames &kinds);

/// Time, duration and parent of a row as decodeRow() makes them; `damage` gets what is wrong with them.
void decodeNumbers(const JournalRow &row, Event &event, std::string &damage);

/// UTF-8 in a cell of text.
bool isText(const Cell &cell);

} // namespace orrery::store
