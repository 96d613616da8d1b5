// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/filechange.h"

#include "core/tools/files/lineends.h"
#include "core/tools/files/textencoding.h"
#include "core/tools/files/unifieddiff.h"

#include <algorithm>

namespace orrery::tools {

namespace {

/// With LF alone, so that lines are counted as read_file does.
std::string linesOf(const std::string &text)
{
    const LineEnds ends = lineEndsOf(text);
    if (!ends.isCr())
        return text;
    return unified(text, true).text;
}

int lineCount(const std::string &text)
{
    const auto ends = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    return ends + (text.empty() || text.ends_with('\n') ? 0 : 1);
}

} // namespace

FileChange changeOfText(const std::string &before, const std::string &after, bool isNew)
{
    const std::string old = linesOf(before);
    const std::string now = linesOf(after);
    FileChange change{changedRegions(old, now), lineCount(old), lineCount(now)};
    const std::vector<ChangedLines> &regions = change.regions;
    const bool isWhole = regions.empty()
                         || (regions.front().first == 1 && regions.front().nowFirst == 1
                             && regions.front().oldLast >= change.oldLines
                             && regions.front().nowLast >= change.nowLines);
    if (isNew || isWhole) {
        const int most = std::max({1, change.oldLines, change.nowLines});
        change.regions = {
            {1, most, 1, std::max(1, change.nowLines), change.oldLines, change.nowLines}};
    }
    return change;
}

FileChange changeOfBytes(std::string_view before, std::string_view after)
{
    return changeOfText(decoded(before, formOf(before)), decoded(after, formOf(after)));
}

} // namespace orrery::tools
