// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <string_view>

namespace orrery {

/// No provider or tool comes near. Whoever copies, compares or writes a tree recurses once for each level.
inline constexpr int kDeepestJson = 500;

/// Parses JSON that came from outside. Discarded (`is_discarded()`) when it is no JSON, or nested more deeply
/// than kDeepestJson, which is found out before anything is built. O(size).
Json parseBounded(std::string_view text);

} // namespace orrery
