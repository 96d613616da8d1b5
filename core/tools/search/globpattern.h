// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tools/search/pathautomaton.h"

#include <string>
#include <string_view>

namespace orrery::tools {

/// A pattern of paths as a model writes it: `*`, `?` and `[a-z]`, `[!a-z]` within a name, `**` across folders (`**` and a slash
/// also for no folder), `{a,b}` for either, `\` before what is meant literally. By characters, not bytes. What is not
/// closed (`[a`, `{a`), and braces without a comma, stand for themselves. Const and shared freely.
class GlobPattern
{
public:
    static constexpr std::size_t kMostBytes = 4096;
    /// Errors (InvalidArgument): longer than kMostBytes, or `..` after the beginning.
    static Result<GlobPattern> parse(const std::string &pattern);

    /// The folder that the pattern begins with, all of whose parts are written literally, without escapes: `src/lib` of
    /// `src/lib/*.c`. May be absolute, or have parts `.` and `..`. Empty when there is none.
    const std::string &folder() const { return m_folder; }
    /// True when there is no wildcard, so that the pattern names one file.
    bool isLiteral() const { return m_isLiteral; }
    /// True when it has no slash and so speaks of one folder.
    bool isName() const { return m_isName; }

    /// Of a path that is relative to folder(). Names beginning with a dot: see PathAutomaton::Dots.
    bool matches(std::string_view path, PathAutomaton::Dots dots) const
    {
        return m_automaton.matches(path, dots);
    }
    /// Whether something below this folder may match; it is relative to folder() too.
    bool leadsInto(std::string_view folder, PathAutomaton::Dots dots) const
    {
        return m_automaton.leadsInto(folder, dots);
    }

private:
    GlobPattern() : m_automaton(PathAutomaton::Unit::Character) {}

    std::string m_folder;
    bool m_isLiteral = false;
    bool m_isName = false;
    PathAutomaton m_automaton;
};

} // namespace orrery::tools
