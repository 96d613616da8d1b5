// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <string>

namespace orrery::conformance {

/// Makes what may differ the same: generated ids become `<gemini_id>`, `{"raises": …}` loses its words
/// (the class of an error is not compared), argument texts of requests become JSON.
Json canonical(const Json &value, const std::string &suite);

/// Sorts what has no order: the invocations of tools that run side by side, lists of knowledge-base tools.
void sortUnordered(Json &report, const Json &input, const std::string &suite);

/// Where the expectation has only the sorted lines of a text, so has the actual result.
void takeForm(Json &actual, const Json &expected, const std::string &suite);

/// Equal, floats within 1e-9 relative.
bool sameValue(const Json &a, const Json &b);

} // namespace orrery::conformance
