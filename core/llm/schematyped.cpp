// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/schemarewriter.h"

#include <algorithm>

/// Gemini's Schema: one type for each, `nullable`, enumerations of texts only, and `anyOf` beside nothing else.
namespace orrery::llm {
namespace {

bool suitsType(std::string_view key, std::string_view type)
{
    if (key == "type" || key == "title" || key == "description" || key == "nullable"
        || key == "default")
        return true;
    if (type == "string")
        return key == "enum" || key == "format" || key == "pattern" || key == "minLength"
               || key == "maxLength";
    if (type == "number" || type == "integer")
        return key == "format" || key == "minimum" || key == "maximum";
    if (type == "array")
        return key == "items" || key == "minItems" || key == "maxItems";
    if (type == "object")
        return key == "properties" || key == "required" || key == "minProperties"
               || key == "maxProperties" || key == "propertyOrdering";
    return false;
}

std::string typeOfValue(const Json &value)
{
    if (value.is_string())
        return "string";
    if (value.is_boolean())
        return "boolean";
    if (value.is_number_integer())
        return "integer";
    if (value.is_number())
        return "number";
    if (value.is_array())
        return "array";
    return value.is_object() ? "object" : "null";
}

/// The types that a schema lets pass, by its own word or by what it says besides; empty = all.
std::vector<std::string> typesOf(const Json &schema)
{
    std::vector<std::string> types;
    const auto add = [&](std::string type) {
        if (std::find(types.begin(), types.end(), type) == types.end())
            types.push_back(std::move(type));
    };
    const Json type = schema.value("type", Json());
    if (type.is_string())
        return {type.get<std::string>()};
    if (type.is_array()) {
        for (const Json &item : type)
            if (item.is_string())
                add(item.get<std::string>());
        return types;
    }
    if (const auto values = schema.find("enum"); values != schema.end() && values->is_array()) {
        for (const Json &value : *values)
            add(typeOfValue(value));
        return types;
    }
    if (schema.contains("properties"))
        add("object");
    else if (schema.contains("items"))
        add("array");
    return types;
}

/// What `enum` says in the words of a type: texts stay, whole numbers become bounds.
void translateEnum(Json &schema, const std::string &type)
{
    const auto it = schema.find("enum");
    if (it == schema.end())
        return;
    Json values = Json::array();
    for (const Json &value : *it)
        if (typeOfValue(value) == type || (type == "number" && value.is_number()))
            values.push_back(value);
    schema.erase("enum");
    if (values.empty())
        return;
    if (type == "string") {
        schema["enum"] = std::move(values);
    } else if (type == "integer" || type == "number") {
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        schema["minimum"] = *least;
        schema["maximum"] = *most;
    }
}

} // namespace

Json SchemaRewriter::typedUnion(Json schema, int depth)
{
    Json alternatives = Json::array();
    bool isNullable = schema.value("nullable", Json()) == true;
    const Json parts = std::move(schema["anyOf"]);
    schema.erase("anyOf");
    for (const Json &alternative : parts) {
        if (alternative.is_object() && alternative.value("type", Json()) == "null") {
            isNullable = true;
            continue;
        }
        // What stands beside the union holds for each of its parts.
        Json whole = alternative.is_object() ? alternative : Json::object();
        for (const auto &[key, value] : schema.items())
            if (!whole.contains(key) && key != "description" && key != "title" && key != "default")
                whole[key] = value;
        alternatives.push_back(part(whole, depth + 1));
    }
    if (alternatives.empty())
        return {{"type", "string"}, {"nullable", true}};
    if (isNullable)
        for (Json &alternative : alternatives)
            if (!alternative.contains("anyOf"))
                alternative["nullable"] = true;
    if (alternatives.size() > 1)
        return {{"anyOf", std::move(alternatives)}};
    Json single = std::move(alternatives[0]);
    for (const char *key : {"description", "title"})
        if (const auto it = schema.find(key); it != schema.end() && !single.contains("anyOf"))
            single[key] = *it;
    return single;
}

Json SchemaRewriter::typed(Json schema, int depth)
{
    if (const auto it = schema.find("const"); it != schema.end()) {
        schema["enum"] = Json::array({*it});
        schema.erase("const");
    }
    if (const auto it = schema.find("anyOf"); it != schema.end() && it->is_array() && !it->empty())
        return typedUnion(std::move(schema), depth);
    std::vector<std::string> types = typesOf(schema);
    const auto null = std::find(types.begin(), types.end(), "null");
    const bool isNullable = null != types.end() || schema.value("nullable", Json()) == true;
    if (null != types.end())
        types.erase(null);
    if (const auto values = schema.find("enum"); values != schema.end() && values->is_array())
        types.erase(std::remove_if(types.begin(), types.end(),
                                   [&](const std::string &type) {
                                       return std::none_of(
                                           values->begin(), values->end(), [&](const Json &value) {
                                               const std::string its = typeOfValue(value);
                                               return its == type
                                                      || (type == "number" && its == "integer");
                                           });
                                   }),
                    types.end());
    if (types.empty())
        return isNullable ? Json{{"type", "string"}, {"nullable", true}} : anything();
    Json alternatives = Json::array();
    for (const std::string &type : types) {
        Json one = schema;
        one["type"] = type;
        translateEnum(one, type);
        Json result = Json::object();
        for (const auto &[key, value] : one.items()) {
            if (!isAllowed(m_rules, key) || !suitsType(key, type))
                continue;
            if (key == "format"
                && std::find(m_rules.formats.begin(), m_rules.formats.end(), value)
                       == m_rules.formats.end())
                continue;
            result[key] = member(key, value, depth);
        }
        if (type == "array" && !result.contains("items"))
            result["items"] = anything();
        // Names that are no properties are refused.
        if (const auto required = result.find("required"); required != result.end()) {
            Json known = Json::array();
            const Json properties = result.value("properties", Json::object());
            for (const Json &name : *required)
                if (name.is_string() && properties.contains(name.get_ref<const std::string &>()))
                    known.push_back(name);
            *required = std::move(known);
        }
        if (isNullable)
            result["nullable"] = true;
        alternatives.push_back(std::move(result));
    }
    if (alternatives.size() == 1)
        return std::move(alternatives[0]);
    return {{"anyOf", std::move(alternatives)}};
}

} // namespace orrery::llm
