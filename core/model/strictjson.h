// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <string>
#include <string_view>

namespace orrery {

/// Parses a file that a person wrote. Comments are allowed; a key that stands twice in one object
/// is an error, since one of the two would be lost silently. Messages begin with `file`: a syntax
/// error names line and column, a repeated key its JSON pointer.
Result<Json> parseStrictJson(std::string_view text, const std::string &file);

/// A key as a JSON pointer writes it.
std::string escapePointer(std::string_view key);

} // namespace orrery
