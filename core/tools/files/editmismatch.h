// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace orrery::tools {

/// Why `old` is not found in `text`, for a model to do better: the nearest place, its lines, and in what it differs; or
/// that nothing is near. Both have LF line ends; `text` need not be UTF-8, the answer is. At most some 8 KiB. Linear in
/// both.
std::string describeMismatch(std::string_view text, std::string_view old);

} // namespace orrery::tools
