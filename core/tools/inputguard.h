// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orrery::tools {

/// The kind of attempt (`instruction override`, `prompt extraction`, …) that a text makes on an agent's instructions, by
/// the first of a fixed list of well-known phrasings that occurs in it; nothing when none does. Compatibility forms and
/// invisible characters do not hide a phrase. It is a hint, not a boundary: other words pass. Thread-safe.
std::optional<std::string> injectionAttempt(std::string_view text);

} // namespace orrery::tools
