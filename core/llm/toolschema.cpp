// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/toolschema.h"

#include <algorithm>

namespace orrery::llm {
namespace {

bool isRefused(const std::string &key) { return key == "additionalProperties" || key == "$schema"; }

/// Drops the refused keys everywhere but where they are names of properties.
Json cleaned(const Json &schema, bool isNames)
{
    if (schema.is_array()) {
        Json list = Json::array();
        for (const Json &item : schema)
            list.push_back(cleaned(item, false));
        return list;
    }
    if (!schema.is_object())
        return schema;
    Json object = Json::object();
    for (const auto &[key, value] : schema.get_ref<const Json::object_t &>())
        if (isNames || !isRefused(key))
            object[key] = cleaned(value, !isNames && key == "properties");
    return object;
}

bool isClean(const Json &schema, bool isNames)
{
    if (schema.is_array())
        return std::all_of(schema.begin(), schema.end(),
                           [](const Json &item) { return isClean(item, false); });
    if (!schema.is_object())
        return true;
    const auto &members = schema.get_ref<const Json::object_t &>();
    return std::all_of(members.begin(), members.end(), [&](const auto &member) {
        const auto &[key, value] = member;
        return (isNames || !isRefused(key)) && isClean(value, !isNames && key == "properties");
    });
}

Json declaration(const ToolView &tool, const char *key, Json parameters)
{
    Json::object_t object;
    object.emplace("name", tool.name);
    object.emplace("description", tool.description.value_or(kNoDescription));
    object.emplace(key, std::move(parameters));
    return object;
}

} // namespace

const Json &noParameters()
{
    static const Json none = {
        {"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
    return none;
}

bool suitsGemini(const Json &schema) { return isClean(schema, false); }

Json forGemini(const Json &schema) { return cleaned(schema, false); }

Json toolSchema(const ToolView &tool, WireForm form)
{
    const Json &parameters = tool.parameters ? *tool.parameters : noParameters();
    switch (form) {
    case WireForm::Anthropic: return declaration(tool, "input_schema", parameters);
    case WireForm::Gemini: return declaration(tool, "parameters", forGemini(parameters));
    case WireForm::OpenAi: break;
    }
    Json::object_t object;
    object.emplace("type", "function");
    object.emplace("function", declaration(tool, "parameters", parameters));
    return object;
}

Json toolSchema(const Json &tool, WireForm form)
{
    const auto at = [&](const char *key) {
        const auto it = tool.find(key);
        return it == tool.end() || it->is_null() ? nullptr : &*it;
    };
    const auto text = [&](const char *key) -> std::optional<std::string_view> {
        const Json *value = at(key);
        if (!value || !value->is_string())
            return std::nullopt;
        return value->get_ref<const std::string &>();
    };
    return toolSchema(
        ToolView{text("name").value_or(""), text("description"), at("parameters"), {}}, form);
}

} // namespace orrery::llm
