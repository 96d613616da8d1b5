// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/json.h"

#include <memory>
#include <optional>
#include <string_view>

namespace orrery::llm {

/// A tool as a model is told of it; it only looks at what somebody else holds.
struct ToolView {
    std::string_view name;
    std::optional<std::string_view> description;
    const Json *parameters = nullptr; ///< JSON Schema of the arguments; null = it takes none
    std::shared_ptr<const void>
        owner; ///< keeps all of that; null = whoever keeps the view copies it
};

inline constexpr std::string_view kNoDescription = "No description provided";
/// The schema of a tool that takes no arguments.
const Json &noParameters();
/// False when a schema has keys of JSON Schema that Gemini refuses. Allocates nothing.
bool suitsGemini(const Json &schema);
/// The schema without them.
Json forGemini(const Json &schema);

/// A tool in a provider's form. Gemini's is the function declaration, without the keys of JSON Schema that it refuses.
/// O(size of the schema), which is copied once.
Json toolSchema(const ToolView &tool, WireForm form);

/// The same for `{name, description, parameters}`, of which the last two may be null.
Json toolSchema(const Json &tool, WireForm form);

} // namespace orrery::llm
