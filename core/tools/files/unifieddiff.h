// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/changedlines.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// Every region of lines that differ, between lines that do not, in their order.
std::vector<ChangedLines> changedRegions(std::string_view before, std::string_view after);

/// How `after` differs from `before` in the unified format: hunks with three lines of context, at most `mostLines`
/// lines, each cut after 200 bytes. Empty when they are the same. Both functions find
/// the shortest difference of texts that differ in up to 2,000 lines; beyond that, the whole region that differs.
std::string unifiedDiff(std::string_view before, std::string_view after, int mostLines = 40);

} // namespace orrery::tools
