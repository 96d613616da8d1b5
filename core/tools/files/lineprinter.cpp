// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/lineprinter.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <cstdio>

namespace orrery::tools {

namespace {

constexpr std::size_t kRoomForNotes = 1024;
constexpr std::size_t kMostLineBytes = 4 * LinePrinter::kMostCharacters;

/// Where the character after the first `most` begins, or the size.
std::size_t sizeOfCharacters(std::string_view text, std::size_t most)
{
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++at)
        if (beginsCharacter(text[at]) && characters++ == most)
            return at;
    return text.size();
}

std::string cutNote(const std::string &length) { return " [Cut: the line has " + length + ".]"; }

} // namespace

std::string shortened(std::string_view line, std::size_t mostCharacters)
{
    if (line.ends_with('\n'))
        line.remove_suffix(1);
    const std::size_t size = std::min(sizeOfCharacters(line, mostCharacters), 4 * mostCharacters);
    if (size == line.size())
        return validUtf8(line);
    return validUtf8(line.substr(0, size))
           + cutNote(std::to_string(std::count_if(line.begin(), line.end(), beginsCharacter))
                     + " characters");
}

std::string numbered(std::uint64_t number, std::string_view line)
{
    char text[32];
    std::snprintf(text, sizeof text, "%5llu\t", static_cast<unsigned long long>(number));
    return std::string(text).append(line);
}

void LinePrinter::addToLine(std::string_view part)
{
    m_bytes += part.size();
    if (part.empty())
        return;
    m_endsInCr = part.back() == '\r';
    if (m_line < m_first)
        return;
    m_characters +=
        static_cast<std::uint64_t>(std::count_if(part.begin(), part.end(), beginsCharacter));
    // One byte more than may be printed, for the CR before an LF.
    const std::size_t room = kMostLineBytes + 1 - std::min(m_kept.size(), kMostLineBytes + 1);
    m_kept.append(part.substr(0, room));
}

void LinePrinter::endLine(bool hasEnd)
{
    if (m_line >= m_first) {
        if (hasEnd && m_endsInCr && !m_crIsEnd) {
            if (m_kept.size() == m_bytes)
                m_kept.pop_back();
            --m_bytes;
            --m_characters;
        }
        const std::size_t size =
            std::min(sizeOfCharacters(m_kept, kMostCharacters), kMostLineBytes);
        const std::string_view kept = std::string_view(m_kept).substr(0, size);
        std::string line = validUtf8(kept);
        m_hasBroken = m_hasBroken || (line != kept && size < kMostLineBytes);
        if (size < m_bytes)
            line += m_characters > kMostCharacters
                        ? cutNote(std::to_string(m_characters) + " characters")
                        : cutNote(std::to_string(m_bytes) + " bytes");
        line = numbered(m_line, line) + (hasEnd ? "\n" : "");
        if (m_line > m_last || m_out.size() + line.size() + kRoomForNotes > kMostBytes) {
            m_more = true;
            m_next = m_line;
            return;
        }
        m_out += line;
    }
    ++m_line;
    m_kept.clear();
    m_bytes = 0;
    m_characters = 0;
    m_endsInCr = false;
}

void LinePrinter::add(std::string_view piece)
{
    const char lineEnd = m_crIsEnd ? '\r' : '\n';
    while (!piece.empty() && !m_more) {
        if (m_line > m_last) { // there is another line: that is all there is to know
            m_more = true;
            m_next = m_line;
            return;
        }
        const std::size_t at = piece.find(lineEnd);
        addToLine(piece.substr(0, at));
        if (at == std::string_view::npos)
            return;
        piece.remove_prefix(at + 1);
        endLine(true);
    }
}

void LinePrinter::end()
{
    if (m_bytes > 0 && !m_more)
        endLine(false);
}

} // namespace orrery::tools
