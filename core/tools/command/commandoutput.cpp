// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/command/commandoutput.h"

#include "core/base/utf8.h"

#include <algorithm>

namespace orrery::tools {
namespace {

/// Without the beginning of a character at the end. The text is longer than a character.
std::string_view wholeHead(std::string_view text)
{
    std::size_t at = text.size();
    for (int back = 0; back < 3 && !beginsCharacter(text[at - 1]); ++back)
        --at;
    const auto lead = static_cast<unsigned char>(text[at - 1]);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return at - 1 + length > text.size() ? text.substr(0, at - 1) : text;
}

/// Without the end of a character at the beginning. The text is longer than a character.
std::string_view wholeTail(std::string_view text)
{
    for (int step = 0; step < 3 && !beginsCharacter(text.front()); ++step)
        text.remove_prefix(1);
    return text;
}

} // namespace

void CommandOutput::add(std::string_view bytes)
{
    const std::size_t toHead = std::min(bytes.size(), kHalf - m_head.size());
    m_head.append(bytes.substr(0, toHead));
    m_tail.append(bytes.substr(toHead));
    if (m_tail.size() > 2 * kHalf) {
        m_dropped += m_tail.size() - kHalf;
        m_tail.erase(0, m_tail.size() - kHalf);
    }
}

std::size_t CommandOutput::cut() const
{
    return m_dropped + (m_tail.size() > kHalf ? m_tail.size() - kHalf : 0);
}

std::string_view CommandOutput::keptTail() const
{
    return wholeTail(std::string_view(m_tail).substr(m_tail.size() - kHalf));
}

std::string CommandOutput::text() const
{
    if (cut() == 0)
        return validUtf8(m_head + m_tail);
    return validUtf8(wholeHead(m_head)) + "\n[" + std::to_string(cut())
           + " bytes left out here. To see them, write the output to a file and read that.]\n"
           + validUtf8(keptTail());
}

bool CommandOutput::isText() const
{
    return cut() == 0 ? isUtf8(m_head + m_tail) : isUtf8(wholeHead(m_head)) && isUtf8(keptTail());
}

} // namespace orrery::tools
