// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// How the lines of a text end. A CR without LF ends a line only in a text that has no LF at all; elsewhere it is a
/// character as any other.
struct LineEnds {
    std::size_t lf = 0; ///< without CR
    std::size_t crlf = 0;
    std::size_t cr = 0; ///< without LF

    bool isCr() const { return cr > 0 && lf == 0 && crlf == 0; }
    bool isCrlf() const { return crlf > 0 && lf == 0 && cr == 0; }
    bool isNone() const { return lf + crlf + cr == 0; }
    /// LF when there is none, or as many of both.
    std::string_view mostUsed() const { return isCr() ? "\r" : crlf > lf ? "\r\n" : "\n"; }
    /// For people; empty for LF and none.
    std::string name() const;
};
LineEnds lineEndsOf(std::string_view text);

/// A text in which all line ends are LF, and where it has been.
struct UnifiedText {
    std::string text;
    std::vector<std::size_t> dropped; ///< each LF of `text` that was CRLF
    /// A place in `text` as one in the text it was made of.
    std::size_t original(std::size_t at) const;
};
UnifiedText unified(std::string_view text, bool crIsEnd);
/// A text whose line ends are LF, with `end` in place of each.
std::string withLineEnds(std::string_view text, std::string_view end);

} // namespace orrery::tools
