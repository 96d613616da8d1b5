// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace orrery::tools {

/// Keeps the beginning and the end of what a command writes, in bounded memory however much that is.
class CommandOutput
{
public:
    static constexpr std::size_t kHalf = 128 * 1024; ///< bytes kept of each

    void add(std::string_view bytes);
    /// Valid UTF-8, cut at characters, with a line in the middle that says how much is left out.
    std::string text() const;
    std::size_t cut() const; ///< bytes left out
    bool isText() const;     ///< false when text() has U+FFFD in place of what is no UTF-8

private:
    std::string_view keptTail() const; ///< when something is left out

    std::string m_head;
    std::string m_tail; ///< the last kHalf to 2 kHalf bytes after the head
    std::size_t m_dropped = 0;
};

} // namespace orrery::tools
