// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orrery::tools {

/// A path as a model or an event may have it, on one line of valid UTF-8: a line feed is written as `\n`, any other control
/// character and each byte that is not UTF-8 as `\xHH`.
std::string shownPath(std::string_view path);
/// The way back: with the bytes in place of all `\n` and `\xHH` (two hex digits, in either case). Nothing when there is none.
std::optional<std::string> unescapedPath(std::string_view shown);

} // namespace orrery::tools
