// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

namespace orrery::tools {

/// Of two normal absolute paths.
bool isOrIsIn(const std::filesystem::path &path, const std::filesystem::path &folder);

/// Files that Orrery, or a program that the person runs, acts on without asking: whoever may write them may do what the
/// person may. Agents may read them, but no tool writes them, and in a sandbox no command does. Of every git repository it
/// is what is in `.git`, hooks and configuration above all. A value; immutable once it is shared.
class TrustedFiles
{
public:
    /// A file or folder, by its real path; it need not exist.
    void add(const std::filesystem::path &path);
    /// Every file of the workspace that a command line of ours names.
    void addNamedIn(const std::string &commandLine, const std::filesystem::path &workspace);

    /// True when a write to this (real, absolute) path is refused.
    bool covers(const std::filesystem::path &path) const;
    /// The same, and also for another name (a hard link) of a trusted file, or of one in a `.git` of the workspace.
    bool coversFile(const std::filesystem::path &path,
                    const std::filesystem::path &workspace) const;
    const std::vector<std::filesystem::path> &paths() const { return m_paths; }

private:
    std::vector<std::filesystem::path> m_paths;
};

} // namespace orrery::tools
