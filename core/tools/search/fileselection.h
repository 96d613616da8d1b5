// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/search/filewalk.h"
#include "core/tools/search/globpattern.h"
#include "core/tools/tool.h"

#include <optional>

namespace orrery::tools {

/// Which files a model asks for: those of a pattern below a folder of the workspace. What is hidden (a name that begins
/// with a dot) or ignored is left out unless it is named: by a dot in the pattern, as the folder, or as the folder that
/// the pattern begins with. Const once made; all blocks.
class FileSelection
{
public:
    /// Errors: the pattern is none, the folder or the pattern leads outside the workspace or into .git, or there is no
    /// such folder. A folder that only the pattern names may be missing, see missingFolder().
    static Result<FileSelection> make(const ToolContext &context, const std::string &folder,
                                      const std::string &pattern, bool includeIgnored);

    const std::filesystem::path &root() const { return m_root; }
    const GlobPattern &pattern() const { return m_pattern; }
    /// The folder that the pattern begins with, from the root, when it is not there; nothing matches then.
    const std::optional<std::string> &missingFolder() const { return m_missingFolder; }

    /// The files, newest first, those of the same time by name.
    Result<WalkResult> files(const std::stop_token &stop) const;
    /// How many match when nothing but .git is left out. As the next, it looks at no more than kMostEntries, so it may be
    /// fewer than there are.
    std::size_t countWithLeftOut(const std::stop_token &stop) const;
    /// How many match a pattern that is a name at any depth.
    std::size_t countDeeper(const std::string &name, const std::stop_token &stop) const;

    static constexpr std::size_t kMostEntries = 100'000;

private:
    FileSelection(std::filesystem::path root, GlobPattern pattern, bool includeIgnored)
        : m_root(std::move(root)), m_pattern(std::move(pattern)), m_includeIgnored(includeIgnored)
    {}
    WalkQuestion question(const GlobPattern &pattern, bool leftOutToo) const;
    std::size_t countOf(const GlobPattern &pattern, bool leftOutToo,
                        const std::stop_token &stop) const;

    std::filesystem::path m_root; ///< canonical
    std::string m_start;          ///< where the walk begins, from the root; "" is the root
    std::optional<std::string> m_missingFolder;
    GlobPattern m_pattern;
    bool m_includeIgnored;
};

} // namespace orrery::tools
