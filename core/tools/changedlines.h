// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace orrery::tools {

/// Lines in which two texts differ: `first`…`oldLast` of the old, from 1, became `nowFirst`…`nowLast` of the new. A side
/// without lines counts as the one that follows; `removed` and `added` say how many there really are.
struct ChangedLines {
    int first = 1;
    int oldLast = 1;
    int nowFirst = 1;
    int nowLast = 1;
    int removed = 0;
    int added = 0;
    bool operator==(const ChangedLines &) const = default;
};

/// How a file changed: every region of lines that differ, in order, and how many lines there were and are.
struct FileChange {
    std::vector<ChangedLines> regions;
    int oldLines = 0;
    int nowLines = 0;
};

} // namespace orrery::tools
