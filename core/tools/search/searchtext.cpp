// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/searchtext.h"

#include "core/base/utf8.h"
#include "core/tools/shownpath.h"

#include <algorithm>

namespace orrery::tools {

namespace {

/// Of a long line, this many characters before the match are shown.
constexpr std::size_t kShownBefore = 100;

std::size_t characterCount(std::string_view utf8)
{
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), beginsCharacter));
}

/// The byte at which a character begins, counted from 0; the end when there are fewer.
std::size_t byteOfCharacter(std::string_view utf8, std::size_t index)
{
    for (std::size_t i = 0; i < utf8.size(); ++i)
        if (beginsCharacter(utf8[i]) && index-- == 0)
            return i;
    return utf8.size();
}

} // namespace

std::string counted(std::size_t count, const char *noun)
{
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string namedList(const std::vector<std::string> &named, std::size_t total)
{
    std::string list;
    for (const std::string &name : named)
        list += (list.empty() ? "" : ", ") + shownPath(name);
    if (total > named.size())
        list += " and " + std::to_string(total - named.size()) + " more";
    return list;
}

std::string shownLine(std::string_view line, std::size_t at)
{
    const std::string text = validUtf8(line);
    const std::size_t count = characterCount(text);
    if (count <= kMostShownCharacters)
        return text;
    const std::size_t match = characterCount(validUtf8(line.substr(0, at)));
    const std::size_t first =
        std::min(match - std::min(match, kShownBefore), count - kMostShownCharacters);
    const std::size_t begin = byteOfCharacter(text, first);
    const std::size_t end =
        begin + byteOfCharacter(std::string_view(text).substr(begin), kMostShownCharacters);
    return text.substr(begin, end - begin) + " [cut: characters " + std::to_string(first + 1) + "-"
           + std::to_string(first + kMostShownCharacters) + " of " + std::to_string(count) + "]";
}

} // namespace orrery::tools
