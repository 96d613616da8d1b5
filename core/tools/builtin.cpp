// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/builtin.h"

#include "core/model/canonicaljson.h"

namespace orrery::tools {

const char *toString(ToolCategory category)
{
    switch (category) {
    case ToolCategory::Read: return "read";
    case ToolCategory::Write: return "write";
    case ToolCategory::Execute: return "execute";
    case ToolCategory::Communicate: return "communicate";
    case ToolCategory::Memory: return "memory";
    }
    return "read";
}

ToolResult ToolResult::value(const Json &value) { return success(shownText(value)); }

std::shared_ptr<Tool> makeTool(std::string name, std::string description, ToolCategory category,
                               const std::vector<Parameter> &parameters, ToolFunction run)
{
    Json properties = Json::object();
    Json required = Json::array();
    for (const Parameter &parameter : parameters) {
        Json &property = properties[parameter.name];
        property["description"] = parameter.description;
        property["type"] = parameter.type == "strings" ? "array" : parameter.type;
        if (parameter.type == "strings")
            property["items"] = {{"type", "string"}};
        if (!parameter.choices.empty())
            property["enum"] = parameter.choices;
        if (parameter.required)
            required.push_back(parameter.name);
    }
    auto tool = std::make_shared<Tool>();
    tool->name = std::move(name);
    tool->description = std::move(description);
    tool->category = category;
    tool->ignoresUnknown = true;
    // What changes something is not done twice without being asked for.
    tool->retries = category == ToolCategory::Read ? 1 : 0;
    tool->parameters = {{"type", "object"},
                        {"properties", std::move(properties)},
                        {"required", std::move(required)}};
    tool->run = std::move(run);
    return tool;
}

} // namespace orrery::tools
