// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/schemadialect.h"

#include "core/llm/schemarewriter.h"

#include <algorithm>

namespace orrery::llm {
namespace {

using Dialect = ModelProfile::Schema;

/// https://developers.openai.com/api/docs/guides/structured-outputs (2026-11)
constexpr int kMostDepth = 10;
constexpr int kMostProperties = 5000;
constexpr int kMostEnumValues = 1000;
constexpr std::size_t kMostLetters = 120000;

/// Keywords that keep a schema from going as it is, whatever they say.
bool alwaysRewritten(const SchemaRules &rules, std::string_view key)
{
    return !isAllowed(rules, key) || (rules.inlinesRefs && key == "$ref")
           || (rules.constAsEnum && key == "const") || (rules.oneOfAsAnyOf && key == "oneOf")
           || (rules.mergesAllOf && key == "allOf") || (rules.typed && key == "anyOf")
           || (rules.tuplesAsItems && key == "prefixItems");
}

bool suits(const Json &schema, const SchemaRules &rules, bool isTop);

/// The key as a view: then nearly all that it is compared with differs in length already.
bool memberSuits(std::string_view key, const Json &value, const SchemaRules &rules)
{
    if (key == "properties" || key == "$defs" || key == "definitions") {
        return value.is_object() && std::all_of(value.begin(), value.end(), [&](const Json &item) {
                   return suits(item, rules, false);
               });
    }
    if (key == "items" || key == "additionalProperties")
        return value.is_object() ? suits(value, rules, false) : value.is_boolean() && !rules.typed;
    if (key == "anyOf" || key == "oneOf" || key == "allOf" || key == "prefixItems")
        return value.is_array() && std::all_of(value.begin(), value.end(), [&](const Json &item) {
                   return suits(item, rules, false);
               });
    if (key == "exclusiveMinimum" || key == "exclusiveMaximum")
        return !value.is_boolean();
    if (key == "format" && !rules.formats.empty())
        return std::find(rules.formats.begin(), rules.formats.end(), value) != rules.formats.end();
    if (rules.anchoredPatterns && key == "pattern")
        return value.is_string() && isPlainPattern(value.get_ref<const std::string &>());
    if (rules.anchoredPatterns)
        return isManageable(key, value);
    return true;
}

bool suits(const Json &schema, const SchemaRules &rules, bool isTop)
{
    if (!schema.is_object())
        return schema.is_boolean() && !rules.typed && !(isTop && rules.objectAtTop);
    const auto &members = schema.get_ref<const Json::object_t &>();
    const auto type = members.find("type");
    const bool hasType = type != members.end() && type->second.is_string();
    if (isTop && rules.objectAtTop) {
        if (!hasType || type->second != "object" || members.find("properties") == members.end())
            return false;
        for (const auto &[name, value] : members) {
            const std::string_view key = name;
            if (key == "anyOf" || key == "oneOf" || key == "allOf" || key == "enum"
                || key == "const" || key == "not" || key == "$ref")
                return false;
        }
    }
    if (hasType && rules.itemsNeeded && type->second == "array"
        && members.find("items") == members.end())
        return false;
    if (rules.typed) {
        if (!hasType || type->second == "null")
            return false;
        // Which keywords go with which type, and which values: the rewriting knows.
        for (const auto &[name, value] : members)
            if (const std::string_view key = name; key != "type" && key != "description"
                                                   && key != "title" && key != "properties"
                                                   && key != "required" && key != "items"
                                                   && !(key == "enum" && type->second == "string"))
                return false;
        if (const auto values = members.find("enum");
            values != members.end()
            && !std::all_of(values->second.begin(), values->second.end(),
                            [](const Json &value) { return value.is_string(); }))
            return false;
        if (const auto required = members.find("required"); required != members.end()) {
            const auto properties = members.find("properties");
            for (const Json &name : required->second)
                if (properties == members.end() || !name.is_string()
                    || !properties->second.contains(name.get_ref<const std::string &>()))
                    return false;
        }
    }
    return std::all_of(members.begin(), members.end(), [&](const auto &member) {
        return !alwaysRewritten(rules, member.first)
               && memberSuits(member.first, member.second, rules);
    });
}

/// What a strict schema has to keep to; says what it does not.
class StrictCheck
{
public:
    StrictCheck(Dialect dialect, std::string &why) : m_dialect(dialect), m_why(why) {}

    /// Closes the objects and looks at all of it.
    bool close(Json &schema, int depth)
    {
        if (!schema.is_object())
            return refuse("true and false are no schemas there");
        if (m_dialect == Dialect::OpenAiStrict && depth > kMostDepth)
            return refuse("it is more than 10 levels deep");
        if (const auto values = schema.find("enum"); values != schema.end())
            m_enumValues += static_cast<int>(values->size());
        const Json type = schema.value("type", Json());
        const bool isObject =
            type == "object"
            || (type.is_array() && std::find(type.begin(), type.end(), "object") != type.end());
        if ((isObject || schema.contains("properties")) && !closeObject(schema))
            return false;
        if (schema.empty())
            return refuse("it has a part that lets anything pass");
        for (auto &[key, value] : schema.items()) {
            const bool isNamed = key == "properties" || key == "$defs" || key == "definitions";
            if (isNamed || key == "anyOf") {
                for (Json &item : value)
                    if (!close(item, depth + (key == "properties")))
                        return false;
            } else if (key == "items" && !close(value, depth + 1)) {
                return false;
            }
        }
        if (m_properties > kMostProperties || m_enumValues > kMostEnumValues
            || m_letters > kMostLetters)
            return refuse("it has more keys or values than are taken");
        return true;
    }

private:
    bool refuse(std::string why)
    {
        m_why = std::move(why);
        return false;
    }

    bool closeObject(Json &schema)
    {
        Json properties = schema.value("properties", Json::object());
        const Json more = schema.value("additionalProperties", Json());
        if (!more.is_null() && more != false)
            return refuse("it has an object with keys of any name");
        if (more.is_null() && properties.empty())
            return refuse("it has an object whose keys it does not name");
        const Json required = schema.value("required", Json::array());
        Json all = Json::array();
        for (auto &[name, property] : properties.items()) {
            ++m_properties;
            m_letters += name.size();
            all.push_back(name);
            if (m_dialect == Dialect::OpenAiStrict
                && std::find(required.begin(), required.end(), name) == required.end())
                property = orNull(std::move(property));
        }
        for (const Json &name : required)
            if (name.is_string() && !properties.contains(name.get_ref<const std::string &>()))
                return refuse("it requires the key " + name.dump()
                              + ", which it does not describe");
        schema["additionalProperties"] = false;
        schema["properties"] = std::move(properties);
        if (m_dialect == Dialect::OpenAiStrict)
            schema["required"] = std::move(all);
        return true;
    }

    /// "It is possible to emulate an optional parameter by using a union type with null."
    static Json orNull(Json schema)
    {
        const auto type = schema.find("type");
        const bool isNamed = type != schema.end() && !schema.contains("const")
                             && !schema.contains("anyOf") && !schema.contains("$ref");
        if (!isNamed) {
            if (schema.contains("anyOf") && schema["anyOf"].is_array()) {
                schema["anyOf"].push_back({{"type", "null"}});
                return schema;
            }
            return {{"anyOf", {std::move(schema), {{"type", "null"}}}}};
        }
        if (type->is_string() && *type != "null")
            *type = Json::array({*type, "null"});
        else if (type->is_array() && std::find(type->begin(), type->end(), "null") == type->end())
            type->push_back("null");
        if (const auto values = schema.find("enum");
            values != schema.end() && values->is_array()
            && std::find(values->begin(), values->end(), nullptr) == values->end())
            values->push_back(nullptr);
        return schema;
    }

    const Dialect m_dialect;
    std::string &m_why;
    int m_properties = 0;
    int m_enumValues = 0;
    std::size_t m_letters = 0;
};

} // namespace

bool suitsDialect(const Json &schema, Dialect dialect)
{
    return suits(schema, schemaRules(dialect), true);
}

Json inDialect(const Json &schema, Dialect dialect)
{
    return suitsDialect(schema, dialect) ? schema
                                         : SchemaRewriter(schema, schemaRules(dialect)).top();
}

std::optional<Json> strictSchema(const Json &schema, Dialect dialect, std::string *why)
{
    std::string unused;
    std::string &reason = why ? *why : unused;
    if (!schema.is_object() || schema.value("type", Json()) != "object") {
        reason = "it is no object at the top";
        return std::nullopt;
    }
    for (const char *key : {"anyOf", "oneOf", "allOf", "not", "if", "patternProperties",
                            "dependentRequired", "dependentSchemas"})
        if (schema.contains(key)) {
            reason = std::string("it has ") + key + " at the top";
            return std::nullopt;
        }
    if (dialect == Dialect::Anthropic) {
        SchemaRules inlined = schemaRules(Dialect::Mistral);
        SchemaRewriter circles(schema, inlined);
        (void)circles.whole();
        if (circles.hasCircle()) {
            reason = "it refers to itself";
            return std::nullopt;
        }
    }
    const SchemaRules &rules =
        dialect == Dialect::Anthropic ? anthropicStrictRules() : schemaRules(dialect);
    Json strict = SchemaRewriter(schema, rules).whole();
    if (!StrictCheck(dialect, reason).close(strict, 1))
        return std::nullopt;
    return strict;
}

} // namespace orrery::llm
