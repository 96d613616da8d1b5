// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <string_view>

namespace orrery {

/// No provider or tool comes near. Whoever copies, compares or writes a tree recurses once for each level.
inline constexpr int kDeepestJson = 500;

/// What this program writes wraps what came from outside in some levels of its own.
inline constexpr int kDeepestOwnJson = kDeepestJson + 20;

/// Parses JSON that came from outside. Discarded (`is_discarded()`) when it is no JSON, or nested more deeply
/// than `deepest`, which is found out before anything is built. O(size).
Json parseBounded(std::string_view text, int deepest = kDeepestJson);
/// Whether parseBounded() would read it; builds nothing.
bool isBoundedJson(std::string_view text, int deepest = kDeepestJson);

} // namespace orrery
