// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orrery::tools {

/// A path as a model or an event may have it: each byte that is not UTF-8 is written as `\xHH`.
std::string shownPath(std::string_view path);
/// The way back: with the bytes in place of all `\xHH` (two hex digits, in either case). Nothing when there is none.
std::optional<std::string> unescapedPath(std::string_view shown);

} // namespace orrery::tools
