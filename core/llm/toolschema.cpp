// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/toolschema.h"

namespace orrery::llm {
namespace {

/// Drops `additionalProperties` and `$schema` everywhere but where they are names of properties.
Json forGemini(const Json &schema, bool isNames)
{
    if (schema.is_array()) {
        Json list = Json::array();
        for (const Json &item : schema)
            list.push_back(forGemini(item, false));
        return list;
    }
    if (!schema.is_object())
        return schema;
    Json object = Json::object();
    for (const auto &[key, value] : schema.items()) {
        if (!isNames && (key == "additionalProperties" || key == "$schema"))
            continue;
        object[key] = forGemini(value, !isNames && key == "properties");
    }
    return object;
}

Json valueOr(const Json &tool, const char *key, Json fallback)
{
    const auto it = tool.find(key);
    return it == tool.end() || it->is_null() ? std::move(fallback) : *it;
}

} // namespace

Json toolSchema(const Json &tool, WireForm form)
{
    const Json name = tool.value("name", Json());
    const Json description = valueOr(tool, "description", "No description provided");
    Json parameters =
        valueOr(tool, "parameters",
                {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}});
    switch (form) {
    case WireForm::Anthropic:
        return {
            {"name", name}, {"description", description}, {"input_schema", std::move(parameters)}};
    case WireForm::Gemini:
        return {{"name", name},
                {"description", description},
                {"parameters", forGemini(parameters, false)}};
    case WireForm::OpenAi: break;
    }
    return {
        {"type", "function"},
        {"function",
         {{"name", name}, {"description", description}, {"parameters", std::move(parameters)}}}};
}

} // namespace orrery::llm
