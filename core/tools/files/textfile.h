// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// All of these take a path as guardPath() gives it, and follow no symlink that has come to stand in it since.
///
/// The bytes of a file of up to `most` bytes; a larger one is refused before it is loaded. Errors: NotFound;
/// InvalidArgument for what is no file, or too large; Io.
Result<std::string> readBytes(const std::filesystem::path &path, std::uint64_t most);

/// The error (Denied, InvalidArgument) with which writeTextAtomically() would refuse what stands there now, if it would.
Result<void> checkMayWrite(const std::filesystem::path &path);
/// Writes into a temporary file beside it, which is then renamed, so that a crash leaves the old or the new content; on
/// an error the old content stands and nothing is left behind. Keeps mode, owner, access list and the extended
/// attributes of users. A file with several names, or whose owner a new file cannot have, is written in place instead, once
/// there is room for it. When it returns, all is on the disk. Makes folders that are missing. Errors: Denied for a file
/// that is read-only; Conflict when it does not hold `expected` (any more); InvalidArgument for what is no file; Io.
Result<void> writeTextAtomically(const std::filesystem::path &path, std::string_view text,
                                 std::optional<std::string_view> expected = std::nullopt);

std::vector<std::string_view> splitLines(std::string_view text);

/// How many lines two texts have in common at their beginning and, after those, at their end.
struct CommonEnds {
    std::size_t head = 0;
    std::size_t tail = 0;
};
CommonEnds commonEnds(const std::vector<std::string_view> &old,
                      const std::vector<std::string_view> &now);

} // namespace orrery::tools
