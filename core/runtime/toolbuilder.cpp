// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/toolbuilder.h"

namespace orrery::runtime {

tools::ToolPtr makeTool(std::string name, std::string description, tools::ToolCategory category,
                        const std::vector<Parameter> &parameters,
                        std::function<tools::ToolResult(const Json &, tools::ToolContext &)> run)
{
    Json properties = Json::object();
    Json required = Json::array();
    for (const Parameter &parameter : parameters) {
        properties[parameter.name] = {{"type", parameter.type}, {"description", parameter.description}};
        if (parameter.required)
            required.push_back(parameter.name);
    }
    auto tool = std::make_shared<tools::Tool>();
    tool->name = std::move(name);
    tool->description = std::move(description);
    tool->category = category;
    tool->parameters = {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
    tool->run = std::move(run);
    return tool;
}

} // namespace orrery::runtime
