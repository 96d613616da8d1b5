// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// A path on one line of valid UTF-8: control characters are shown as `\n` or `\xHH`, as is what is no UTF-8.
std::string shownPath(std::string_view path);
/// `1 file`, `2 files`.
std::string counted(std::size_t count, const char *noun);
/// `a, b, c and 2 more`: of `total` things those that are named.
std::string namedList(const std::vector<std::string> &named, std::size_t total);

constexpr std::size_t kMostShownCharacters = 500;
/// A line as valid UTF-8. Of one that is longer than kMostShownCharacters the part around the byte `at`, and it says so.
std::string shownLine(std::string_view line, std::size_t at);

} // namespace orrery::tools
