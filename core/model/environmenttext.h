// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery {

/// The environment variables that a text names as `${NAME}`, in upper case.
std::vector<std::string> variablesIn(std::string_view text);

/// The text with the values of these variables, without white space around each: they are often pasted with a line end.
/// InvalidArgument when one is not set.
Result<std::string> withVariables(std::string_view text);

} // namespace orrery
