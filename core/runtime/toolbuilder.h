// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/tool.h"

#include <string>
#include <vector>

namespace orrery::runtime {

/// One parameter of a tool, for a flat object schema.
struct Parameter {
    std::string name;
    std::string type; ///< string, integer, number
    std::string description;
    bool required = true;
};

/// A tool whose arguments are checked against its schema before `run` is called.
tools::ToolPtr makeTool(std::string name, std::string description, tools::ToolCategory category,
                        const std::vector<Parameter> &parameters,
                        std::function<tools::ToolResult(const Json &, tools::ToolContext &)> run);

} // namespace orrery::runtime
