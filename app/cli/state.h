// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>

namespace orrery {

/// Prints what a journal looks like after one of its events, as JSON or for a person. `at` is its number as it was given;
/// nothing is the end. What is damaged goes to standard error.
Result<void> printState(const std::string &path, const std::optional<std::string> &at, bool json);

/// Writes a journal of any format into a new file of the newest.
Result<void> upgradeJournal(const std::string &from, const std::string &to);

} // namespace orrery
