// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// Both take a path as guardPath() gives it, and follow no symlink that has come to stand in it since. Errors: NotFound,
/// InvalidArgument for what is no text file, Io.
Result<std::string> readText(const std::filesystem::path &path);
/// Into a temporary file beside it, then renamed, so that a crash leaves the old or the new content. Keeps the mode, and
/// makes folders that are missing.
Result<void> writeTextAtomically(const std::filesystem::path &path, std::string_view text);
std::vector<std::string_view> splitLines(std::string_view text);

/// The lines in which two texts differ: `first`…`oldLast` of the old became `first`…`newLast` of the new, from 1.
struct ChangedLines {
    int first = 1;
    int oldLast = 1;
    int newLast = 1;
    bool same = false;
};
ChangedLines changedLines(std::string_view before, std::string_view after);

/// What each agent last saw of each file, and one lock a file. Thread-safe.
class ReadLedger
{
public:
    void saw(const std::string &agent, const std::string &file, std::string text);
    /// An error (Conflict, naming the lines) when the file changed since `agent` saw it; fine if it never did.
    Result<void> checkFresh(const std::string &agent, const std::string &file,
                            std::string_view now) const;
    /// Held over check, read, change and write of a file.
    std::shared_ptr<std::mutex> fileLock(const std::string &file);

private:
    mutable std::mutex m_mutex;
    std::map<std::pair<std::string, std::string>, std::string> m_seen; // guarded by m_mutex
    std::map<std::string, std::shared_ptr<std::mutex>> m_locks;        // guarded by m_mutex
};

} // namespace orrery::tools
