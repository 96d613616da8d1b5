// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/tool.h"

namespace orrery::tools {

/// One parameter of a tool with a flat argument object.
struct Parameter {
    std::string name;
    std::string type; ///< string, integer, number, boolean, or strings: a list of them
    std::string description;
    bool required = true;
    std::vector<std::string> choices = {}; ///< empty = any
};

using ToolFunction = std::function<ToolResult(const Json &, ToolContext &)>;

std::shared_ptr<Tool> makeTool(std::string name, std::string description, ToolCategory category,
                               const std::vector<Parameter> &parameters, ToolFunction run);

std::vector<ToolPtr> searchTools(); ///< glob, grep
ToolPtr bashTool();

} // namespace orrery::tools
