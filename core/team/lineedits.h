// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace orrery::team {

/// `removed` lines of a file, from line `line` on, went, and `added` came in their place.
struct LineEdit {
    std::int64_t line = 1;
    std::int64_t removed = 0;
    std::int64_t added = 0;
};
/// What was changed at once, in order, all in the numbers of the old file; no two regions overlap.
using LineEdits = std::vector<LineEdit>;

struct LineRange {
    std::int64_t start = 0;
    std::int64_t end = 0; ///< included
    bool operator==(const LineRange &) const = default;
};

/// Where lines are after the edits. What was changed above them moves them, what was changed among them lets them grow or
/// shrink; of lines that replace others the first ones take the places of those that they replace, and what there is more
/// belongs to the last of them. Lines that come directly before or behind the range belong to it only when `isOwn`: whoever
/// holds it put them there. Ranges of two holders that had no line in common have none afterwards. Nothing when all of
/// them are gone. O(edits).
std::optional<LineRange> movedBy(const LineEdits &edits, LineRange range, bool isOwn);

} // namespace orrery::team
