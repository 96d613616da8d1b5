// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/changedlines.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::runtime {

/// One file as it was found.
struct FileLook {
    /// What changes with the file, whatever its content.
    struct Stamp {
        std::uint64_t device = 0, inode = 0;
        std::int64_t size = -1; ///< -1 = there is no such file
        std::int64_t modifiedNs = 0, changedNs = 0;
        bool operator==(const Stamp &) const = default;
    };
    Stamp stamp;
    /// The file was touched so lately that it may change again without a change of the stamp.
    bool isFresh = false;
    std::shared_ptr<const std::string>
        bytes; ///< null when it is missing, too large or cannot be read
};

/// How a file differs from what it was.
struct LookedChange {
    std::optional<tools::FileChange> lines; ///< nothing when its lines cannot be compared
};

/// Looks at files of the workspace before and after a command. What has not changed since the last look is not read again.
/// One thread at a time.
class ClaimedFiles
{
public:
    static constexpr std::uint64_t kMostBytes = 1024 * 1024;     ///< of one file
    static constexpr std::uint64_t kMostOfAll = 16 * kMostBytes; ///< that is remembered

    explicit ClaimedFiles(std::filesystem::path workspace) : m_workspace(std::move(workspace)) {}

    /// `file` is as claims name it.
    FileLook look(const std::string &file);
    /// Nothing when it is what it was.
    std::optional<LookedChange> changeSince(const std::string &file, const FileLook &before);
    /// Forgets what it knows of all others.
    void keepOnly(const std::vector<std::string> &files);

private:
    const std::filesystem::path m_workspace;
    std::map<std::string, FileLook> m_last;
    std::uint64_t m_bytes = 0; ///< in m_last
};

} // namespace orrery::runtime
