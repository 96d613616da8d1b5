// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace orrery {

/// A fresh random id, `prefix_` followed by 16 lower-case hex digits. Thread-safe.
std::string newId(std::string_view prefix);

} // namespace orrery
