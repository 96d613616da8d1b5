// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/json.h"

namespace orrery::llm {

/// A tool `{name, description, parameters}` (the last two may be null) in a provider's form. Gemini's is
/// the function declaration, without the keys of JSON Schema that it refuses. O(size of the schema).
Json toolSchema(const Json &tool, WireForm form);

} // namespace orrery::llm
