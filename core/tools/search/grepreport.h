// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orrery::tools {

/// What a search passed over, for the model to know what the answer does not cover.
struct GrepSkips {
    struct Files {
        std::size_t count = 0;
        std::vector<std::string> named; ///< the first kNamed
        void add(const std::string &path);
    };
    Files unreadable;
    Files folders;      ///< that could not be read
    Files partlyBinary; ///< searched up to their first NUL
    std::size_t binary = 0;
    std::size_t longLines = 0;
    std::size_t overLimit = 0;  ///< lines
    std::size_t notReached = 0; ///< files, when the time was up

    /// A line for each that there is.
    std::string text() const;
};

/// Puts the lines that match together with those around them:
///
///     path:12: a line that matches
///     path-13- one beside it
///     --
///     path:40: the next, which does not follow at once
///
/// The lines of a file are told in order, each once.
class GrepLines
{
public:
    explicit GrepLines(std::size_t context) : m_context(context) {}

    void beginFile(const std::string &shownPath);
    void matching(std::size_t number, std::string_view line, std::size_t at);
    void other(std::size_t number, std::string_view line);
    const std::string &text() const { return m_text; }

private:
    void append(std::size_t number, const std::string &shown, char mark);

    std::size_t m_context;
    std::string m_path;
    std::string m_text;
    std::deque<std::pair<std::size_t, std::string>>
        m_before;             ///< not told yet: number and what is shown
    std::size_t m_told = 0;   ///< the last line of this file that was told; 0 = none
    std::size_t m_toTell = 0; ///< how many after it are to be told
};

} // namespace orrery::tools
