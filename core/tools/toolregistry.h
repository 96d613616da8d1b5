// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/toolset.h"
#include "core/tools/tool.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace orrery::tools {

/// The tools that there are in a run, by name. Filled before the first agent starts; then any thread may read it.
class ToolRegistry
{
public:
    /// A name that is taken keeps the tool that it has; the names that were refused so.
    std::vector<std::string> add(const std::vector<ToolPtr> &tools);
    void clear() { m_tools.clear(); }
    /// Null when there is none of that name.
    const Tool *find(const std::string &name) const;
    /// The name has to be there.
    const ToolPtr &at(const std::string &name) const { return m_tools.at(name); }
    std::vector<std::string> names() const; ///< sorted
    /// Those of `names` that are of no tool, in their order.
    std::vector<std::string> unknownOf(const std::vector<std::string> &names) const;

private:
    std::unordered_map<std::string, ToolPtr> m_tools;
};

} // namespace orrery::tools
