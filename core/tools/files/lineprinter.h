// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/files/textencoding.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// A line of valid UTF-8, without its end, cut after `mostCharacters` with a note of how long it is.
std::string shortened(std::string_view line, std::size_t mostCharacters);
/// A line as read_file prints it, without an end. Counts from 1.
std::string numbered(std::uint64_t number, std::string_view line);

/// Collects the wanted lines of a text that comes in pieces, in memory that does not depend on its size. Until isDone()
/// is true, there is more to give.
class LinePrinter
{
public:
    static constexpr std::size_t kMostBytes =
        256 * 1024; ///< of the output, with what is added to it
    static constexpr std::size_t kMostCharacters = 2000; ///< of a line

    /// Lines from 1, ends included. `crIsEnd`: see LineEnds.
    LinePrinter(std::uint64_t first, std::uint64_t last, bool crIsEnd)
        : m_first(first), m_last(last), m_crIsEnd(crIsEnd)
    {}
    void add(std::string_view piece); ///< as PiecewiseDecoder gives it
    void end();                       ///< of the text

    /// True when the first line is known that is not wanted, or not printed for want of room.
    bool isDone() const { return m_more; }
    bool hasMore() const { return m_more; }       ///< lines after the last one printed
    std::uint64_t next() const { return m_next; } ///< the line to go on with
    std::uint64_t lines() const
    {
        return m_line - 1;
    } ///< how many there are, once end() was called
    const std::string &output() const { return m_out; }
    bool hasBroken() const { return m_hasBroken; } ///< a printed line has bytes that are not UTF-8

private:
    void addToLine(std::string_view part);
    void endLine(bool hasEnd);

    std::uint64_t m_first;
    std::uint64_t m_last;
    bool m_crIsEnd;
    std::string m_out;
    std::string m_kept;        ///< of the line that is being read, up to what may be printed
    std::uint64_t m_bytes = 0; ///< of that line
    std::uint64_t m_characters = 0;
    bool m_endsInCr = false;
    std::uint64_t m_line = 1; ///< that one's number
    std::uint64_t m_next = 0;
    bool m_more = false;
    bool m_hasBroken = false;
};

} // namespace orrery::tools
