// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <string>
#include <vector>

namespace orrery {

/// Takes out of a value that a model wrote each null that stands for a key left out: the schema names the key, does not require
/// it, and takes no null there. Models write such nulls on their own, and have to where a provider knows no optional keys
/// (OpenAI's strict mode). Looks through local `$ref`, `allOf`, and those parts of `anyOf` and `oneOf` that name all keys which
/// an object has. Returns where they stood, as in `a.b[0].c`. Deeper than 100 levels, and after a bounded
/// number of steps, nothing is touched.
std::vector<std::string> dropOptionalNulls(Json &value, const Json &schema);

} // namespace orrery
