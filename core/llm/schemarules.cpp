// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/schemarules.h"

#include <algorithm>

namespace orrery::llm {
namespace {

constexpr std::string_view kGeminiKeys[] = {
    "anyOf",         "default",   "description",   "enum",    "format",     "items",
    "maxItems",      "maxLength", "maxProperties", "maximum", "minItems",   "minLength",
    "minProperties", "minimum",   "nullable",      "pattern", "properties", "propertyOrdering",
    "required",      "title",     "type"};
constexpr std::string_view kGeminiFormats[] = {"date-time", "enum",  "float",
                                               "double",    "int32", "int64"};
constexpr std::string_view kGeminiJsonKeys[] = {"$anchor",
                                                "$defs",
                                                "$id",
                                                "$ref",
                                                "additionalProperties",
                                                "anyOf",
                                                "description",
                                                "enum",
                                                "format",
                                                "items",
                                                "maxItems",
                                                "maximum",
                                                "minItems",
                                                "minimum",
                                                "prefixItems",
                                                "properties",
                                                "propertyOrdering",
                                                "required",
                                                "title",
                                                "type"};
constexpr std::string_view kStrictKeys[] = {"$defs",
                                            "$ref",
                                            "additionalProperties",
                                            "anyOf",
                                            "const",
                                            "definitions",
                                            "description",
                                            "enum",
                                            "exclusiveMaximum",
                                            "exclusiveMinimum",
                                            "format",
                                            "items",
                                            "maxItems",
                                            "maximum",
                                            "minItems",
                                            "minimum",
                                            "multipleOf",
                                            "pattern",
                                            "properties",
                                            "required",
                                            "title",
                                            "type"};
constexpr std::string_view kStrictFormats[] = {"date-time", "time", "date", "duration", "email",
                                               "hostname",  "ipv4", "ipv6", "uuid"};
constexpr std::string_view kAnthropicStrictKeys[] = {
    "$defs",       "$ref",        "additionalProperties",
    "anyOf",       "const",       "default",
    "definitions", "description", "enum",
    "format",      "items",       "properties",
    "required",    "title",       "type"};
constexpr std::string_view kAnthropicFormats[] = {"date-time", "time", "date", "duration", "email",
                                                  "hostname",  "uri",  "ipv4", "ipv6",     "uuid"};
constexpr std::string_view kGrammarRefused[] = {"$dynamicRef",
                                                "contains",
                                                "dependentRequired",
                                                "dependentSchemas",
                                                "else",
                                                "if",
                                                "maxContains",
                                                "minContains",
                                                "not",
                                                "patternProperties",
                                                "propertyNames",
                                                "then",
                                                "unevaluatedItems",
                                                "unevaluatedProperties",
                                                "uniqueItems"};
constexpr std::string_view kMetaRefused[] = {"$schema"};

constexpr SchemaRules kPlain{};
constexpr SchemaRules kLoose{.allowed = {},
                             .refused = {},
                             .formats = {},
                             .objectAtTop = true,
                             .itemsNeeded = true,
                             .tuplesAsItems = true};
constexpr SchemaRules kAnthropicTools{
    .allowed = {}, .refused = {}, .formats = {}, .objectAtTop = true};
constexpr SchemaRules kGemini{.allowed = kGeminiKeys,
                              .refused = {},
                              .formats = kGeminiFormats,
                              .inlinesRefs = true,
                              .constAsEnum = true,
                              .oneOfAsAnyOf = true,
                              .mergesAllOf = true,
                              .objectAtTop = true,
                              .typed = true,
                              .itemsNeeded = true,
                              .tuplesAsItems = true};
constexpr SchemaRules kGeminiJson{.allowed = kGeminiJsonKeys,
                                  .refused = {},
                                  .formats = {},
                                  .constAsEnum = true,
                                  .oneOfAsAnyOf = true,
                                  .mergesAllOf = true};
constexpr SchemaRules kMistral{.allowed = {},
                               .refused = kMetaRefused,
                               .formats = {},
                               .inlinesRefs = true,
                               .objectAtTop = true,
                               .itemsNeeded = true,
                               .tuplesAsItems = true};
constexpr SchemaRules kGrammar{.allowed = {},
                               .refused = kGrammarRefused,
                               .formats = {},
                               .mergesAllOf = true,
                               .objectAtTop = true,
                               .anchoredPatterns = true};
constexpr SchemaRules kStrict{.allowed = kStrictKeys,
                              .refused = {},
                              .formats = kStrictFormats,
                              .oneOfAsAnyOf = true,
                              .mergesAllOf = true,
                              .itemsNeeded = true,
                              .tuplesAsItems = true};

} // namespace

const SchemaRules &anthropicStrictRules()
{
    static constexpr SchemaRules rules{.allowed = kAnthropicStrictKeys,
                                       .refused = {},
                                       .formats = kAnthropicFormats,
                                       .oneOfAsAnyOf = true,
                                       .mergesAllOf = true,
                                       .tuplesAsItems = true};
    return rules;
}

const SchemaRules &schemaRules(ModelProfile::Schema dialect)
{
    switch (dialect) {
    case ModelProfile::Schema::Plain: return kPlain;
    case ModelProfile::Schema::OpenAiStrict: return kStrict;
    case ModelProfile::Schema::OpenAiLoose: return kLoose;
    case ModelProfile::Schema::Gemini: return kGemini;
    case ModelProfile::Schema::Anthropic: return kAnthropicTools;
    case ModelProfile::Schema::Mistral: return kMistral;
    case ModelProfile::Schema::Grammar: return kGrammar;
    case ModelProfile::Schema::GeminiJson: return kGeminiJson;
    }
    return kPlain;
}

bool isAllowed(const SchemaRules &rules, std::string_view keyword)
{
    const auto isIn = [&](std::span<const std::string_view> list) {
        return std::find(list.begin(), list.end(), keyword) != list.end();
    };
    return rules.allowed.empty() ? !isIn(rules.refused) : isIn(rules.allowed);
}

bool isPlainPattern(std::string_view pattern)
{
    return pattern.size() >= 2 && pattern.front() == '^' && pattern.back() == '$'
           && pattern.find("(?") == std::string_view::npos
           && pattern.find('\\') == std::string_view::npos;
}

bool isManageable(std::string_view keyword, const Json &value)
{
    constexpr int kMostRepetitions = 500;
    const bool counts = keyword == "minLength" || keyword == "maxLength" || keyword == "minItems"
                        || keyword == "maxItems";
    return !counts || (value.is_number() && value.get<double>() <= kMostRepetitions);
}

} // namespace orrery::llm
