// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/unifieddiff.h"

#include "core/tools/textfile.h"

#include <algorithm>
#include <vector>

namespace orrery::tools {

namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kMostCells = 1'000'000;
constexpr std::size_t kMostBytes = 200;
constexpr std::size_t kContext = 3;

struct Line {
    char mark; ///< ' ', '-' or '+'
    std::string_view text;
};

/// The lines old[from…oldEnd) and now[from…nowEnd), merged along a longest common subsequence.
void mergeMiddle(const Lines &old, const Lines &now, std::size_t from, std::size_t oldEnd,
                 std::size_t nowEnd, std::vector<Line> &merged)
{
    const std::size_t rows = oldEnd - from;
    const std::size_t columns = nowEnd - from;
    std::vector<std::uint32_t> common; // of the rests from (row, column) on
    const auto at = [&](std::size_t row, std::size_t column) -> std::uint32_t & {
        return common[row * (columns + 1) + column];
    };
    const bool isSmall = (rows + 1) * (columns + 1) <= kMostCells;
    if (isSmall) {
        common.assign((rows + 1) * (columns + 1), 0);
        for (std::size_t row = rows; row-- > 0;)
            for (std::size_t column = columns; column-- > 0;)
                at(row, column) = old[from + row] == now[from + column]
                                      ? at(row + 1, column + 1) + 1
                                      : std::max(at(row + 1, column), at(row, column + 1));
    }
    std::size_t row = 0;
    std::size_t column = 0;
    while (row < rows || column < columns) {
        if (isSmall && row < rows && column < columns && old[from + row] == now[from + column]) {
            merged.push_back({' ', old[from + row]});
            ++row;
            ++column;
        } else if (row < rows
                   && (column == columns || !isSmall
                       || at(row + 1, column) >= at(row, column + 1))) {
            merged.push_back({'-', old[from + row++]});
        } else {
            merged.push_back({'+', now[from + column++]});
        }
    }
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
    mergeMiddle(old, now, head, old.size() - tail, now.size() - tail, merged);
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
