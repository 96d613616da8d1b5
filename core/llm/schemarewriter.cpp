// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/schemarewriter.h"

#include <algorithm>

namespace orrery::llm {
namespace {

/// Servers refuse deeper ones, and inlined references could grow without end.
constexpr int kDeepest = 32;
constexpr int kMostNodes = 2000;

bool holdsSchemasByName(std::string_view key)
{
    return key == "properties" || key == "$defs" || key == "definitions"
           || key == "patternProperties" || key == "dependentSchemas";
}

bool holdsSchemaList(std::string_view key)
{
    return key == "anyOf" || key == "oneOf" || key == "allOf" || key == "prefixItems";
}

bool holdsSchema(std::string_view key)
{
    return key == "items" || key == "additionalProperties" || key == "not" || key == "if"
           || key == "then" || key == "else" || key == "contains" || key == "propertyNames"
           || key == "additionalItems" || key == "unevaluatedItems"
           || key == "unevaluatedProperties";
}

/// Adds what the first has not; what is required is required by both.
void overlay(Json &schema, const Json &other)
{
    for (const auto &[key, value] : other.items()) {
        if (key == "properties" && schema.contains(key) && schema[key].is_object()
            && value.is_object()) {
            for (const auto &[name, property] : value.items())
                if (!schema[key].contains(name))
                    schema[key][name] = property;
        } else if (key == "required" && schema.contains(key) && schema[key].is_array()
                   && value.is_array()) {
            for (const Json &name : value)
                if (std::find(schema[key].begin(), schema[key].end(), name) == schema[key].end())
                    schema[key].push_back(name);
        } else if (!schema.contains(key)) {
            schema[key] = value;
        }
    }
}

} // namespace

const Json *SchemaRewriter::target(const std::string &ref) const
{
    if (ref.empty() || ref[0] != '#')
        return nullptr;
    try {
        const Json::json_pointer pointer(ref.substr(1));
        return m_root.contains(pointer) ? &m_root.at(pointer) : nullptr;
    } catch (const Json::exception &) {
        return nullptr;
    }
}

/// With its reference in place, in a dialect that has none.
Json SchemaRewriter::resolved(const Json &schema, int depth)
{
    const auto it = schema.find("$ref");
    if (it == schema.end() || !it->is_string() || !m_rules.inlinesRefs)
        return schema;
    const std::string ref = it->get<std::string>();
    Json base = schema;
    base.erase("$ref");
    const Json *found = target(ref);
    if (!found || !found->is_object())
        return base;
    if (std::find(m_open.begin(), m_open.end(), ref) != m_open.end() || depth > kDeepest) {
        m_hasCircle = true;
        if (const auto type = found->find("type"); type != found->end())
            base["type"] = *type;
        return base;
    }
    m_open.push_back(ref);
    overlay(base, resolved(*found, depth + 1));
    // Stays open while what is below is written: see part().
    return base;
}

/// With the parts of `allOf` in one.
Json SchemaRewriter::merged(Json schema)
{
    for (int i = 0; i < kDeepest; ++i) {
        const auto it = schema.find("allOf");
        if (it == schema.end() || !it->is_array())
            break;
        const Json parts = std::move(*it);
        schema.erase("allOf");
        for (const Json &part : parts)
            if (part.is_object())
                overlay(schema, resolved(part, i));
    }
    return schema;
}

Json SchemaRewriter::anything() const
{
    if (!m_rules.typed)
        return Json::object();
    return {{"anyOf",
             {{{"type", "string"}, {"nullable", true}},
              {{"type", "number"}},
              {{"type", "boolean"}},
              {{"type", "object"}},
              {{"type", "array"}, {"items", {{"type", "string"}}}}}}};
}

Json SchemaRewriter::part(const Json &schema, int depth)
{
    if (!schema.is_object()) // true and false
        return m_rules.typed || !schema.is_boolean() ? anything() : schema;
    if (++m_nodes > kMostNodes || depth > kDeepest)
        return anything();
    const std::size_t open = m_open.size();
    Json whole = resolved(schema, depth);
    if (m_rules.mergesAllOf)
        whole = merged(std::move(whole));
    Json result = keywords(whole, depth);
    m_open.resize(open);
    return result;
}

Json SchemaRewriter::list(const Json &items, int depth)
{
    Json result = Json::array();
    for (const Json &item : items)
        result.push_back(part(item, depth + 1));
    return result;
}

Json SchemaRewriter::byName(const Json &schemas, int depth)
{
    Json result = Json::object();
    for (const auto &[name, schema] : schemas.items())
        result[name] = part(schema, depth + 1);
    return result;
}

Json SchemaRewriter::member(const std::string &key, const Json &value, int depth)
{
    if (holdsSchemasByName(key) && value.is_object())
        return byName(value, depth);
    if (holdsSchemaList(key) && value.is_array())
        return list(value, depth);
    if (holdsSchema(key) && (value.is_object() || value.is_boolean()))
        return part(value, depth + 1);
    return value;
}

/// Bounds of draft 4 in today's words; in a dialect without exclusive ones the nearest that lets all pass.
void SchemaRewriter::narrowBounds(Json &schema) const
{
    for (const auto &[exclusive, plain, step] : {std::tuple("exclusiveMinimum", "minimum", 1),
                                                 std::tuple("exclusiveMaximum", "maximum", -1)}) {
        const auto it = schema.find(exclusive);
        if (it == schema.end())
            continue;
        if (it->is_boolean()) {
            const bool isOn = *it == true;
            schema.erase(exclusive);
            if (!isOn || !schema.contains(plain))
                continue;
            schema[exclusive] = schema[plain];
            schema.erase(plain);
        }
        if (isAllowed(m_rules, exclusive) || schema.contains(plain))
            continue;
        const Json bound = schema[exclusive];
        const bool isWhole = bound.is_number_integer() && schema.value("type", Json()) == "integer";
        schema[plain] = isWhole ? Json(bound.get<std::int64_t>() + step) : bound;
    }
}

Json SchemaRewriter::keywords(const Json &given, int depth)
{
    Json schema = given;
    narrowBounds(schema);
    if (m_rules.inlinesRefs) {
        schema.erase("$defs");
        schema.erase("definitions");
    }
    if (m_rules.oneOfAsAnyOf && schema.contains("oneOf")) {
        if (!schema.contains("anyOf"))
            schema["anyOf"] = schema["oneOf"];
        schema.erase("oneOf");
    }
    if (m_rules.tuplesAsItems
        && (schema.contains("prefixItems") || schema.value("items", Json()).is_array())) {
        Json tuple = schema.value("prefixItems", schema.value("items", Json::array()));
        const Json rest = schema.contains("prefixItems")
                              ? schema.value("items", Json(true))
                              : schema.value("additionalItems", Json(true));
        schema.erase("prefixItems");
        schema.erase("additionalItems");
        if (rest == true)
            schema["items"] = Json::object();
        else {
            if (rest.is_object())
                tuple.push_back(rest);
            schema["items"] = {{"anyOf", std::move(tuple)}};
        }
    }
    if (m_rules.typed)
        return typed(std::move(schema), depth);
    if (m_rules.constAsEnum && schema.contains("const")) {
        schema["enum"] = Json::array({schema["const"]});
        schema.erase("const");
    }
    Json result = Json::object();
    for (const auto &[key, value] : schema.items()) {
        if (!isAllowed(m_rules, key))
            continue;
        if (key == "format" && !m_rules.formats.empty()
            && std::find(m_rules.formats.begin(), m_rules.formats.end(), value)
                   == m_rules.formats.end())
            continue;
        if (m_rules.anchoredPatterns
            && ((key == "pattern"
                 && !(value.is_string() && isPlainPattern(value.get_ref<const std::string &>())))
                || !isManageable(key, value)))
            continue;
        result[key] = member(key, value, depth);
    }
    if (m_rules.itemsNeeded && result.value("type", Json()) == "array" && !result.contains("items"))
        result["items"] = Json::object();
    return result;
}

Json SchemaRewriter::objectFrom(Json schema)
{
    // Alternatives are laid over each other: what all of them require is required, what any of them knows may be there.
    for (const char *key : {"anyOf", "oneOf", "allOf"}) {
        const auto it = schema.find(key);
        if (it == schema.end())
            continue;
        const Json parts = it->is_array() ? *it : Json::array();
        const bool isAll = std::string_view(key) == "allOf";
        schema.erase(key);
        schema.erase("additionalProperties");
        Json common;
        for (const Json &part : parts) {
            if (!part.is_object())
                continue;
            Json flat = objectFrom(part);
            Json required = flat.value("required", Json::array());
            if (isAll)
                common = common.is_null() ? Json::array() : common;
            for (const auto &[name, property] : flat["properties"].items()) {
                Json &place = schema["properties"][name];
                if (place.is_null())
                    place = property;
                else if (place != property && !isAll)
                    place = {{"anyOf", {place, property}}};
            }
            if (isAll) {
                for (Json &name : required)
                    common.push_back(std::move(name));
            } else if (common.is_null()) {
                common = std::move(required);
            } else {
                Json kept = Json::array();
                for (const Json &name : common)
                    if (std::find(required.begin(), required.end(), name) != required.end())
                        kept.push_back(name);
                common = std::move(kept);
            }
        }
        if (common.is_array())
            overlay(schema, {{"required", std::move(common)}});
    }
    schema.erase("enum");
    schema.erase("const");
    schema.erase("not");
    schema["type"] = "object";
    if (!schema.contains("properties") || !schema["properties"].is_object())
        schema["properties"] = Json::object();
    return schema;
}

Json SchemaRewriter::top()
{
    if (!m_rules.objectAtTop)
        return whole();
    Json schema = m_root.is_object() ? m_root : Json::object();
    const std::size_t open = m_open.size();
    // A reference at the top is followed whatever the dialect: it would hide the object.
    for (int i = 0; i < kDeepest && schema.contains("$ref"); ++i) {
        const Json *found = schema["$ref"].is_string() ? target(schema["$ref"]) : nullptr;
        schema.erase("$ref");
        if (found && found->is_object())
            overlay(schema, *found);
    }
    for (const char *key : {"anyOf", "oneOf", "allOf"})
        if (const auto it = schema.find(key); it != schema.end() && it->is_array())
            for (Json &part : *it)
                if (part.is_object() && part.contains("$ref")) {
                    const Json *found = part["$ref"].is_string() ? target(part["$ref"]) : nullptr;
                    part.erase("$ref");
                    if (found && found->is_object())
                        overlay(part, *found);
                }
    m_open.resize(open);
    const bool isUnion =
        schema.contains("anyOf") || schema.contains("oneOf") || schema.contains("allOf");
    if (isUnion || schema.value("type", Json()) != "object" || !schema.contains("properties")
        || schema.contains("enum") || schema.contains("const") || schema.contains("not"))
        schema = objectFrom(std::move(schema));
    return part(schema, 0);
}

} // namespace orrery::llm
