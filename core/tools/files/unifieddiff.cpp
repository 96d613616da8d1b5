// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/unifieddiff.h"

#include "core/tools/files/textfile.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace orrery::tools {

namespace {

using Lines = std::vector<std::string_view>;

constexpr int kMostDifferences = 2000; ///< lines that are only in one of the texts
constexpr std::size_t kMostBytes = 200;
constexpr std::size_t kContext = 3;

struct Line {
    char mark; ///< ' ', '-' or '+'
    std::string_view text;
};

/// Part of both texts.
struct Middle {
    const Lines &old;
    const Lines &now;
    std::size_t from;
    std::size_t oldEnd;
    std::size_t nowEnd;
};

/// For each number of differences, how far into the old text one gets with it on each diagonal (old line less new line),
/// as in "An O(ND) Difference Algorithm and Its Variations". Empty when there are more than are looked for.
std::vector<std::vector<int>> furthestReaches(const Middle &middle)
{
    const auto rows = static_cast<int>(middle.oldEnd - middle.from);
    const auto columns = static_cast<int>(middle.nowEnd - middle.from);
    std::vector<std::vector<int>> reaches;
    for (int d = 0; d <= std::min(kMostDifferences, rows + columns); ++d) {
        std::vector<int> reach(static_cast<std::size_t>(2 * d + 1));
        for (int k = -d; k <= d; k += 2) {
            int row = 0;
            if (d > 0) {
                const std::vector<int> &last = reaches.back();
                const auto at = [&](int diagonal) {
                    return last[static_cast<std::size_t>(diagonal + d - 1)];
                };
                row = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
            }
            while (row < rows && row - k < columns && row - k >= 0
                   && middle.old[middle.from + static_cast<std::size_t>(row)]
                          == middle.now[middle.from + static_cast<std::size_t>(row - k)])
                ++row;
            reach[static_cast<std::size_t>(k + d)] = row;
            if (row >= rows && row - k >= columns) {
                reaches.push_back(std::move(reach));
                return reaches;
            }
        }
        reaches.push_back(std::move(reach));
    }
    return {};
}

/// The lines that both have, as pairs of their places after `from`, in order.
std::vector<std::pair<int, int>> commonLines(const Middle &middle)
{
    std::vector<std::pair<int, int>> common;
    const auto reaches = furthestReaches(middle);
    auto row = static_cast<int>(middle.oldEnd - middle.from);
    auto column = static_cast<int>(middle.nowEnd - middle.from);
    for (int d = static_cast<int>(reaches.size()) - 1; d >= 0; --d) {
        const int k = row - column;
        int lastRow = 0;
        int lastColumn = 0;
        bool isInsertion = false;
        if (d > 0) {
            const std::vector<int> &last = reaches[static_cast<std::size_t>(d - 1)];
            const auto at = [&](int diagonal) {
                return last[static_cast<std::size_t>(diagonal + d - 1)];
            };
            isInsertion = k == -d || (k != d && at(k - 1) < at(k + 1));
            lastRow = isInsertion ? at(k + 1) : at(k - 1);
            lastColumn = lastRow - (isInsertion ? k + 1 : k - 1);
        }
        const int start = d == 0 ? 0 : lastRow + (isInsertion ? 0 : 1);
        while (row > start) {
            common.emplace_back(row - 1, column - 1);
            --row;
            --column;
        }
        row = lastRow;
        column = lastColumn;
    }
    std::reverse(common.begin(), common.end());
    return common;
}

/// The lines of both, those of the old first where they differ.
void mergeMiddle(const Middle &middle, std::vector<Line> &merged)
{
    std::size_t row = middle.from;
    std::size_t column = middle.from;
    const auto mergeUpTo = [&](std::size_t oldEnd, std::size_t nowEnd) {
        for (; row < oldEnd; ++row)
            merged.push_back({'-', middle.old[row]});
        for (; column < nowEnd; ++column)
            merged.push_back({'+', middle.now[column]});
    };
    for (const auto &[oldLine, nowLine] : commonLines(middle)) {
        mergeUpTo(middle.from + static_cast<std::size_t>(oldLine),
                  middle.from + static_cast<std::size_t>(nowLine));
        merged.push_back({' ', middle.old[row++]});
        ++column;
    }
    mergeUpTo(middle.oldEnd, middle.nowEnd);
}

std::string printed(const Line &line)
{
    std::string_view text = line.text;
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    std::string out(1, line.mark);
    if (text.size() <= kMostBytes)
        return out.append(text) + '\n';
    std::size_t size = kMostBytes;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
        --size; // not within a character
    return out.append(text.substr(0, size)) + "…\n";
}

} // namespace

std::vector<ChangedLines> changedRegions(std::string_view before, std::string_view after)
{
    const Lines old = splitLines(before);
    const Lines now = splitLines(after);
    const auto [head, tail] = commonEnds(old, now);
    std::vector<Line> merged;
    mergeMiddle({old, now, head, old.size() - tail, now.size() - tail}, merged);
    std::vector<ChangedLines> regions;
    auto oldLine = static_cast<int>(head) + 1; // the next one of each
    auto nowLine = oldLine;
    for (std::size_t i = 0; i < merged.size();) {
        if (merged[i].mark == ' ') {
            ++oldLine;
            ++nowLine;
            ++i;
            continue;
        }
        ChangedLines region{oldLine, 0, nowLine, 0, 0, 0};
        for (; i < merged.size() && merged[i].mark != ' '; ++i)
            ++(merged[i].mark == '-' ? oldLine : nowLine);
        region.removed = oldLine - region.first;
        region.added = nowLine - region.nowFirst;
        region.oldLast = std::max(region.first, oldLine - 1);
        region.nowLast = std::max(region.nowFirst, nowLine - 1);
        regions.push_back(region);
    }
    return regions;
}

std::string unifiedDiff(std::string_view before, std::string_view after, int mostLines)
{
    if (before == after)
        return {};
    const Lines old = splitLines(before);
    const Lines now = splitLines(after);
    const auto [head, tail] = commonEnds(old, now);

    // From here on lines count from the first line of context before the first difference.
    const std::size_t first = head - std::min(head, kContext);
    std::vector<Line> merged;
    for (std::size_t i = first; i < head; ++i)
        merged.push_back({' ', old[i]});
    mergeMiddle({old, now, head, old.size() - tail, now.size() - tail}, merged);
    for (std::size_t i = old.size() - tail; i < std::min(old.size() - tail + kContext, old.size());
         ++i)
        merged.push_back({' ', old[i]});

    std::string out;
    int printedLines = 0;
    std::size_t oldLine = first;
    std::size_t nowLine = first;
    for (std::size_t begin = 0; begin < merged.size();) {
        // A hunk: from three lines before a change to where six lines without one follow.
        std::size_t change = begin;
        while (change < merged.size() && merged[change].mark == ' ')
            ++change;
        if (change == merged.size())
            break;
        const std::size_t start = std::max(begin, change - std::min(change, kContext));
        oldLine += start - begin;
        nowLine += start - begin;
        std::size_t lastChange = change;
        std::size_t end = change;
        while (end < merged.size() && end - lastChange <= 2 * kContext + 1) {
            if (merged[end].mark != ' ')
                lastChange = end;
            ++end;
        }
        end = std::min(lastChange + kContext + 1, merged.size());
        std::size_t oldCount = 0;
        std::size_t nowCount = 0;
        for (std::size_t i = start; i < end; ++i) {
            oldCount += merged[i].mark != '+';
            nowCount += merged[i].mark != '-';
        }
        // A side without lines names the line before, as diff -u does.
        out += "@@ -" + std::to_string(oldLine + (oldCount ? 1 : 0)) + ","
               + std::to_string(oldCount) + " +" + std::to_string(nowLine + (nowCount ? 1 : 0))
               + "," + std::to_string(nowCount) + " @@\n";
        for (std::size_t i = start; i < end; ++i) {
            if (printedLines++ == mostLines)
                return out + "[More lines differ.]\n";
            out += printed(merged[i]);
        }
        oldLine += oldCount;
        nowLine += nowCount;
        begin = end;
    }
    return out;
}

} // namespace orrery::tools
