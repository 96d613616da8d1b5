// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/toolschema.h"

#include "core/llm/schemadialect.h"

namespace orrery::llm {
namespace {

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

ToolForm::ToolForm(WireForm itsForm) : form(itsForm)
{
    if (form == WireForm::Anthropic)
        dialect = ModelProfile::Schema::Anthropic;
    else if (form == WireForm::Gemini)
        dialect = ModelProfile::Schema::Gemini;
}

Json toolSchema(const ToolView &tool, ToolForm form)
{
    Json parameters = inDialect(tool.parameters ? *tool.parameters : noParameters(), form.dialect);
    switch (form.form) {
    case WireForm::Anthropic: return declaration(tool, "input_schema", std::move(parameters));
    case WireForm::Gemini: return declaration(tool, "parameters", std::move(parameters));
    case WireForm::Responses: {
        // Left out, it would mean strict, and the schema be rewritten to it.
        Json function = declaration(tool, "parameters", std::move(parameters));
        function["type"] = "function";
        function["strict"] = false;
        return function;
    }
    case WireForm::OpenAi: break;
    }
    Json::object_t object;
    object.emplace("type", "function");
    object.emplace("function", declaration(tool, "parameters", std::move(parameters)));
    return object;
}

Json toolSchema(const Json &tool, ToolForm form)
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
