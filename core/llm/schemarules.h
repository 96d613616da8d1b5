// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"
#include "core/model/json.h"

#include <span>
#include <string_view>

namespace orrery::llm {

/// A dialect as the rewriting of schemadialect.h goes by it.
struct SchemaRules {
    std::span<const std::string_view> allowed; ///< keywords; empty = all but `refused`
    std::span<const std::string_view> refused;
    std::span<const std::string_view> formats; ///< that are taken; empty = all
    bool inlinesRefs = false;
    bool constAsEnum = false;
    bool oneOfAsAnyOf = false;
    bool mergesAllOf = false;
    bool objectAtTop = false;   ///< no union there either
    bool typed = false;         ///< one type each, `nullable`, keywords of that type only (Gemini)
    bool itemsNeeded = false;   ///< of arrays
    bool tuplesAsItems = false; ///< `items` is one schema
    bool anchoredPatterns =
        false; ///< patterns begin with ^, end with $, and look around for nothing
};

const SchemaRules &schemaRules(ModelProfile::Schema dialect);
/// Of answers that Anthropic is to be held to.
const SchemaRules &anthropicStrictRules();

/// Whether a keyword may stand in a schema of these rules.
bool isAllowed(const SchemaRules &rules, std::string_view keyword);
/// Whether a pattern can be made a grammar of.
bool isPlainPattern(std::string_view pattern);
/// Whether a number of repetitions can.
bool isManageable(std::string_view keyword, const Json &value);

} // namespace orrery::llm
