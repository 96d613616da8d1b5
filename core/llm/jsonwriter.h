// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <string>
#include <string_view>

namespace orrery::llm {

/// Appends a JSON string, quotation marks included. What is not UTF-8 becomes U+FFFD: a tool may have read such a
/// file, and that must not end the run. O(bytes), no allocation but the growth of `out`.
void appendJsonString(std::string &out, std::string_view text);

/// Appends a value as Json::dump() would write it, with appendJsonString() for its texts.
void appendJson(std::string &out, const Json &value);

} // namespace orrery::llm
