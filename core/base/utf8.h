// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace orrery {

/// True when there is nothing but Unicode white space (the property White_Space), or nothing at all.
bool isBlank(std::string_view utf8);
/// Without the white space at both ends.
std::string_view trimmed(std::string_view utf8);

} // namespace orrery
