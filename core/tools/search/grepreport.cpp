// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/grepreport.h"

#include "core/tools/shownpath.h"

#include "core/tools/search/filewalk.h"
#include "core/tools/search/searchtext.h"

namespace orrery::tools {

void GrepSkips::Files::add(const std::string &path)
{
    if (++count <= kNamed)
        named.push_back(path);
}

std::string GrepSkips::text() const
{
    std::string text;
    const auto note = [&text](std::size_t count, const char *noun, const std::string &what) {
        if (count > 0)
            text += "[" + counted(count, noun) + " " + what + "]\n";
    };
    note(binary, "binary file", "skipped.");
    note(partlyBinary.count, "file",
         "searched only up to a NUL, binary from there on: "
             + namedList(partlyBinary.named, partlyBinary.count));
    note(unreadable.count, "file",
         "could not be read: " + namedList(unreadable.named, unreadable.count));
    note(folders.count, "folder", "could not be read: " + namedList(folders.named, folders.count));
    note(longLines, "line", "of more than 1 MiB skipped.");
    note(overLimit, "line",
         "given up: the expression takes too many steps there. A simpler one may do.");
    note(notReached, "file", "not searched to the end: the time was up. Narrow the search.");
    return text;
}

void GrepLines::beginFile(const std::string &shownPath)
{
    m_path = shownPath;
    m_before.clear();
    m_told = 0;
    m_toTell = 0;
}

void GrepLines::append(std::size_t number, const std::string &shown, char mark)
{
    const bool follows = m_told > 0 && number == m_told + 1;
    if (m_context > 0 && !m_text.empty() && !follows)
        m_text += "--\n";
    m_told = number;
    m_text += m_path + mark + std::to_string(number) + mark + ' ' + shown + '\n';
}

void GrepLines::matching(std::size_t number, std::string_view line, std::size_t at)
{
    for (const auto &[before, shown] : m_before)
        append(before, shown, '-');
    m_before.clear();
    append(number, shownLine(line, at), ':');
    m_toTell = m_context;
}

void GrepLines::other(std::size_t number, std::string_view line)
{
    if (m_context == 0)
        return;
    if (m_toTell > 0) {
        --m_toTell;
        append(number, shownLine(line, 0), '-');
        return;
    }
    m_before.emplace_back(number, shownLine(line, 0));
    if (m_before.size() > m_context)
        m_before.pop_front();
}

} // namespace orrery::tools
