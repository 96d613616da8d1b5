// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace orrery::tools {

/// How `after` differs from `before` in the unified format: hunks with three lines of context, at most `mostLines`
/// lines, each cut after 200 bytes. Empty when they are the same. The shortest difference where texts differ in up to
/// about a thousand lines; beyond that, the whole region that differs.
std::string unifiedDiff(std::string_view before, std::string_view after, int mostLines = 40);

} // namespace orrery::tools
