// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/lineedits.h"

#include <algorithm>
#include <limits>

namespace orrery::team {

namespace {

/// Lines that no file has stay where they are.
constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max() / 4;

/// Where the boundary before line `line` is afterwards. What comes exactly there stays after it when `isBefore`.
std::int64_t movedBoundary(const LineEdits &edits, std::int64_t line, bool isBefore)
{
    if (line >= kFar)
        return line;
    std::int64_t shift = 0;
    for (const LineEdit &edit : edits) {
        if (edit.line > line || (edit.line == line && (isBefore || edit.removed > 0)))
            break;
        if (line < edit.line + edit.removed)
            return edit.line + shift + std::min(line - edit.line, edit.added);
        shift += edit.added - edit.removed;
    }
    return line + shift;
}

} // namespace

std::optional<LineRange> movedBy(const LineEdits &edits, LineRange range, bool isOwn)
{
    const std::int64_t start = movedBoundary(edits, range.start, isOwn);
    const std::int64_t end =
        range.end >= kFar ? range.end : movedBoundary(edits, range.end + 1, !isOwn) - 1;
    return start <= end ? std::optional(LineRange{start, end}) : std::nullopt;
}

} // namespace orrery::team
