// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/thinktags.h"

#include <algorithm>

namespace orrery::llm {
namespace {

constexpr std::string_view kOpenMark = "<think>";
constexpr std::string_view kEndMark = "</think>";
constexpr std::string_view kSpace = " \t\r\n";

void dropSpace(std::string &text)
{
    text.erase(0, std::min(text.find_first_not_of(kSpace), text.size()));
}

/// How much of the end of the text may be the beginning of the mark.
std::size_t markBegun(std::string_view text, std::string_view mark)
{
    for (std::size_t size = std::min(text.size(), mark.size() - 1); size > 0; --size)
        if (text.substr(text.size() - size) == mark.substr(0, size))
            return size;
    return 0;
}

} // namespace

ThinkTags::Pieces ThinkTags::feed(std::string_view piece)
{
    Pieces pieces;
    m_held += piece;
    if (m_state == State::Before) {
        const std::size_t first = m_held.find_first_not_of(kSpace);
        if (first == std::string::npos)
            return pieces;
        const std::string_view start = std::string_view(m_held).substr(first);
        if (start.starts_with(kOpenMark)) {
            m_held.erase(0, first + kOpenMark.size());
            m_state = State::Thinking;
            m_trims = true;
        } else if (kOpenMark.starts_with(start)) {
            return pieces;
        } else {
            m_state = State::Text;
        }
    }
    if (m_trims)
        dropSpace(m_held);
    m_trims = m_trims && m_held.empty();
    if (m_state == State::Thinking) {
        const std::size_t end = m_held.find(kEndMark);
        const std::size_t ready =
            end == std::string::npos ? m_held.size() - markBegun(m_held, kEndMark) : end;
        pieces.thinking = m_held.substr(0, ready);
        m_held.erase(0, ready);
        if (end == std::string::npos)
            return pieces;
        m_held.erase(0, kEndMark.size());
        m_state = State::Text;
        m_trims = true;
        dropSpace(m_held);
        m_trims = m_held.empty();
    }
    pieces.text = std::move(m_held);
    m_held.clear();
    return pieces;
}

ThinkTags::Pieces ThinkTags::end()
{
    Pieces pieces;
    (m_state == State::Thinking ? pieces.thinking : pieces.text) = std::move(m_held);
    m_held.clear();
    return pieces;
}

bool splitAtEndMark(std::string &text, std::string &thinking)
{
    const std::size_t end = text.find(kEndMark);
    if (end == std::string::npos || text.find(kOpenMark) < end)
        return false;
    thinking = text.substr(0, end);
    text.erase(0, end + kEndMark.size());
    dropSpace(text);
    return true;
}

} // namespace orrery::llm
