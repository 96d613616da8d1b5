// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// `1 file`, `2 files`.
std::string counted(std::size_t count, const char *noun);
/// `a, b, c and 2 more`: of `total` things those that are named.
std::string namedList(const std::vector<std::string> &named, std::size_t total);

constexpr std::size_t kMostShownCharacters = 500;
/// A line as valid UTF-8. Of one that is longer than kMostShownCharacters the part around the byte `at`, and it says so.
std::string shownLine(std::string_view line, std::size_t at);

} // namespace orrery::tools
