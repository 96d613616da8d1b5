// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/json.h"

#include <optional>
#include <string_view>

namespace orrery::llm {

/// A tool as a model is told of it; it only looks at what somebody else holds.
struct ToolView {
    std::string_view name;
    std::optional<std::string_view> description;
    const Json *parameters = nullptr; ///< JSON Schema of the arguments; null = it takes none
};

/// A tool in a provider's form. Gemini's is the function declaration, without the keys of JSON Schema that it refuses.
/// O(size of the schema), which is copied once.
Json toolSchema(const ToolView &tool, WireForm form);

/// The same for `{name, description, parameters}`, of which the last two may be null.
Json toolSchema(const Json &tool, WireForm form);

} // namespace orrery::llm
