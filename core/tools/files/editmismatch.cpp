// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/editmismatch.h"

#include "core/base/utf8.h"
#include "core/tools/files/lineprinter.h"
#include "core/tools/files/textedit.h"
#include "core/tools/files/textfile.h"
#include "core/tools/files/textfold.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace orrery::tools {

namespace {

using TextLines = std::vector<std::string_view>;

constexpr std::size_t kMostShownLines = 8;
constexpr std::size_t kMostShownCharacters = 200;
/// Lines that occur more often say nothing about the place.
constexpr std::size_t kMostOfOneLine = 50;
constexpr std::size_t kMostFolded = 4096; ///< of a line, in bytes, for finding one that is like it

/// Lines `first`…`last` of the text, from 0.
struct LinePlace {
    std::size_t first = 0;
    std::size_t last = 0;
};

std::string shownLines(const TextLines &lines, LinePlace place)
{
    std::string out;
    const std::size_t end = std::min(place.last, place.first + kMostShownLines - 1);
    for (std::size_t i = place.first; i <= end && i < lines.size(); ++i)
        out += numbered(i + 1, shortened(lines[i], kMostShownCharacters)) + "\n";
    if (end < place.last)
        out += "[" + std::to_string(place.last - end) + " more lines.]\n";
    return out;
}

std::string linesInWords(LinePlace place)
{
    if (place.first == place.last)
        return "line " + std::to_string(place.first + 1);
    return "lines " + std::to_string(place.first + 1) + "-" + std::to_string(place.last + 1);
}

/// Without the numbers that read_file prints, when every line that is not blank has one.
std::optional<std::string> withoutNumbers(std::string_view old)
{
    std::string out;
    for (std::string_view line : splitLines(old)) {
        std::size_t at = std::min(line.find_first_not_of(' '), line.size());
        const std::size_t digits = at;
        while (at < line.size() && line[at] >= '0' && line[at] <= '9')
            ++at;
        const bool isNumbered = at > digits && at < line.size() && line[at] == '\t';
        if (!isNumbered && !isBlank(line))
            return std::nullopt;
        out += isNumbered ? line.substr(at + 1) : line;
    }
    return out;
}

/// Where `old` would be but for differences that are easily overlooked.
std::optional<LinePlace> placeWhenFolded(std::string_view text, std::string_view old)
{
    const std::string part = folded(old, FoldAll).text;
    if (part.empty())
        return std::nullopt;
    const FoldedText whole = folded(text, FoldAll);
    const std::size_t at = findText(whole.text, part);
    if (at == std::string_view::npos)
        return std::nullopt;
    return LinePlace{whole.lineAt(at), whole.lineAt(at + part.size() - 1)};
}

bool occursNearly(std::string_view text, std::string_view old)
{
    return !isBlank(old)
           && (findText(text, old) != std::string_view::npos || placeWhenFolded(text, old));
}

std::string foldedLine(std::string_view line)
{
    return folded(line.substr(0, kMostFolded), FoldAll).text;
}

/// Where most lines of `old` are found at their distance from each other. One line is enough, unless it says nothing.
std::optional<LinePlace> placeOfMostLines(const TextLines &lines, const TextLines &old)
{
    std::unordered_map<std::string, std::vector<std::size_t>> where;
    for (const std::string_view line : old)
        if (std::string key = foldedLine(line); key.size() > 3)
            where.try_emplace(std::move(key));
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (const auto it = where.find(foldedLine(lines[i])); it != where.end())
            if (it->second.size() <= kMostOfOneLine)
                it->second.push_back(i);
    std::unordered_map<std::size_t, std::size_t>
        votes; // by where the first line would be, plus old.size()
    std::size_t best = 0;
    std::size_t bestVotes = 0;
    for (std::size_t i = 0; i < old.size(); ++i) {
        const auto it = where.find(foldedLine(old[i]));
        if (it == where.end() || it->second.size() > kMostOfOneLine)
            continue;
        for (const std::size_t line : it->second)
            if (const std::size_t count = ++votes[line + old.size() - i]; count > bestVotes) {
                bestVotes = count;
                best = line + old.size() - i;
            }
    }
    if (bestVotes == 0)
        return std::nullopt;
    const std::size_t first = best > old.size() ? best - old.size() : 0;
    return LinePlace{std::min(first, lines.size() - 1),
                     std::min(first + old.size() - 1, lines.size() - 1)};
}

std::unordered_set<std::string> wordsOf(std::string_view line)
{
    std::unordered_set<std::string> words;
    std::string word;
    for (const char c : downcase(line.substr(0, kMostFolded)) + ' ') {
        const bool isOfWord = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c < 0;
        if (isOfWord)
            word += c;
        else if (!word.empty())
            words.insert(std::exchange(word, {}));
    }
    return words;
}

/// The line that has at least half of its words, and of those of `line`, in common with it.
std::optional<LinePlace> placeOfLikeLine(const TextLines &lines, std::string_view line)
{
    const auto words = wordsOf(line);
    std::optional<LinePlace> best;
    double bestShare = 0.5;
    for (std::size_t i = 0; i < lines.size() && !words.empty(); ++i) {
        const auto others = wordsOf(lines[i]);
        const auto common = std::count_if(others.begin(), others.end(),
                                          [&](const auto &word) { return words.contains(word); });
        const double share =
            2.0 * static_cast<double>(common) / static_cast<double>(words.size() + others.size());
        if (share >= bestShare && (!best || share > bestShare)) {
            best = LinePlace{i, i};
            bestShare = share;
        }
    }
    return best;
}

std::string_view withoutEnd(std::string_view line)
{
    return line.ends_with('\n') ? line.substr(0, line.size() - 1) : line;
}

/// The first line of the place that is another than in `old`.
std::string firstDifference(const TextLines &lines, LinePlace place, const TextLines &old)
{
    for (std::size_t i = 0; i < old.size(); ++i) {
        const std::size_t line = place.first + i;
        const std::string_view there = line < lines.size() ? withoutEnd(lines[line]) : "";
        if (there != withoutEnd(old[i]))
            return "Line " + std::to_string(line + 1)
                   + " is not, as in old_text: " + shortened(old[i], kMostShownCharacters) + "\n";
    }
    return {};
}

} // namespace

std::string describeMismatch(std::string_view text, std::string_view old)
{
    if (text.empty())
        return "The file is empty.";
    std::string out;
    std::string without;
    // A file may have numbers of its own, so what is behind them has to be there.
    if (auto stripped = withoutNumbers(old); stripped && occursNearly(text, *stripped)) {
        out = "old_text has the line numbers that read_file prints: leave them out. ";
        without = std::move(*stripped);
        old = without;
    }
    if (old.find("\xEF\xBF\xBD") != std::string_view::npos)
        out +=
            "U+FFFD in old_text stands for bytes that are not UTF-8: give the text around them. ";
    const TextLines lines = splitLines(text);
    if (const std::size_t at = findText(text, old); !old.empty() && at != std::string_view::npos) {
        const auto lineOf = [&](std::size_t to) {
            return static_cast<std::size_t>(
                std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(to), '\n'));
        };
        const LinePlace place{lineOf(at), lineOf(at + old.size() - 1)};
        return out + "Without them it is at " + linesInWords(place) + ":\n"
               + shownLines(lines, place);
    }
    if (const auto place = placeWhenFolded(text, old)) {
        const char *begin = lines[place->first].data();
        const std::string_view there(begin,
                                     static_cast<std::size_t>(lines[place->last].data() - begin)
                                         + lines[place->last].size());
        return out + "It is nearly at " + linesInWords(*place) + ", which differ in "
               + differenceInWords(there, old) + ":\n" + shownLines(lines, *place);
    }
    const TextLines wanted = splitLines(old);
    auto place = placeOfMostLines(lines, wanted);
    const auto telling = std::find_if(wanted.begin(), wanted.end(),
                                      [](std::string_view line) { return !wordsOf(line).empty(); });
    const bool byWords = !place && telling != wanted.end();
    if (byWords)
        place = placeOfLikeLine(lines, *telling);
    if (!place)
        return out + "Nothing in the file is near to it.";
    return out + "The nearest is " + linesInWords(*place) + ":\n" + shownLines(lines, *place)
           + (byWords ? "" : firstDifference(lines, *place, wanted));
}

} // namespace orrery::tools
