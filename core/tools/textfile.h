// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
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

/// How many lines two texts have in common at their beginning and, after those, at their end.
struct CommonEnds {
    std::size_t head = 0;
    std::size_t tail = 0;
};
CommonEnds commonEnds(const std::vector<std::string_view> &old,
                      const std::vector<std::string_view> &now);

/// The lines in which two texts differ: `first`…`oldLast` of the old became `first`…`newLast` of the new, from 1.
struct ChangedLines {
    int first = 1;
    int oldLast = 1;
    int newLast = 1;
    bool same = false;
};
ChangedLines changedLines(std::string_view before, std::string_view after);

} // namespace orrery::tools
