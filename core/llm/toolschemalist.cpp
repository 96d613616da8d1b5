// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/toolschemalist.h"

#include "core/llm/schemadialect.h"
#include "core/model/jsonwriter.h"

#include <algorithm>

namespace orrery::llm {
namespace {

/// A copy of what a view without an owner looks at.
struct OwnTool {
    std::string name;
    std::optional<std::string> description;
    Json parameters;
};

ToolView owned(const ToolView &view)
{
    auto own = std::make_shared<OwnTool>();
    own->name = view.name;
    own->description = view.description;
    if (view.parameters)
        own->parameters = *view.parameters;
    ToolView tool{own->name, own->description, view.parameters ? &own->parameters : nullptr, {}};
    tool.owner = std::move(own);
    return tool;
}

/// The parameters of a tool in a form that has to differ from what the tool says, beside the tool itself.
struct OtherParameters {
    std::shared_ptr<const void> tool;
    Json parameters;
};

void appendTool(std::string &out, const ToolView &tool, WireForm form)
{
    const auto declaration = [&](const char *key) {
        appendJsonObject(out, {{"name", tool.name},
                               {"description", tool.description.value_or(kNoDescription)},
                               {key, tool.parameters ? *tool.parameters : noParameters()}});
    };
    switch (form) {
    case WireForm::Anthropic: declaration("input_schema"); return;
    case WireForm::Gemini: declaration("parameters"); return;
    case WireForm::Responses:
        appendJsonObject(out, {{"name", tool.name},
                               {"description", tool.description.value_or(kNoDescription)},
                               {"parameters", tool.parameters ? *tool.parameters : noParameters()},
                               {"strict", false},
                               {"type", "function"}});
        return;
    case WireForm::OpenAi: break;
    }
    out += R"({"function":)";
    declaration("parameters");
    out += R"(,"type":"function"})";
}

/// Of a schema in any provider's form; null when it has none.
const Json &nameIn(const Json &schema)
{
    static const Json none;
    if (!schema.is_object())
        return none;
    if (const auto name = schema.find("name"); name != schema.end())
        return *name;
    const auto function = schema.find("function");
    return function == schema.end() ? none : nameIn(*function);
}

} // namespace

ToolSchemaList::ToolSchemaList(Json schemas)
{
    for (Json &schema : schemas)
        add(std::move(schema));
}

void ToolSchemaList::add(ToolView tool, ToolForm form)
{
    if (!tool.owner)
        tool = owned(tool);
    if (tool.parameters && !suitsDialect(*tool.parameters, form.dialect)) {
        auto other = std::make_shared<OtherParameters>();
        other->tool = std::move(tool.owner);
        other->parameters = inDialect(*tool.parameters, form.dialect);
        tool.parameters = &other->parameters;
        tool.owner = std::move(other);
    }
    m_tools.emplace_back(std::in_place_type<Held>, Held{std::move(tool), form});
}

bool ToolSchemaList::offers(std::string_view name) const
{
    return std::any_of(m_tools.begin(), m_tools.end(), [&](const auto &tool) {
        if (const auto *held = std::get_if<Held>(&tool))
            return held->tool.name == name;
        const Json &its = nameIn(std::get<Json>(tool));
        return its.is_string() && its.get_ref<const std::string &>() == name;
    });
}

Json ToolSchemaList::toJson() const
{
    Json list = Json::array();
    for (const auto &tool : m_tools) {
        if (const auto *held = std::get_if<Held>(&tool))
            list.push_back(toolSchema(held->tool, held->form));
        else
            list.push_back(std::get<Json>(tool));
    }
    return list;
}

const std::string &ToolSchemaList::text() const
{
    std::call_once(m_written, [this] {
        m_text = '[';
        for (const auto &tool : m_tools) {
            if (&tool != m_tools.data())
                m_text += ',';
            if (const auto *held = std::get_if<Held>(&tool))
                appendTool(m_text, held->tool, held->form.form);
            else
                appendJson(m_text, std::get<Json>(tool));
        }
        m_text += ']';
    });
    return m_text;
}

} // namespace orrery::llm
