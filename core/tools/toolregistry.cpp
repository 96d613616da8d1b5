// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/toolregistry.h"

#include <algorithm>

namespace orrery::tools {

std::vector<std::string> ToolRegistry::add(const std::vector<ToolPtr> &tools)
{
    std::vector<std::string> refused;
    for (const ToolPtr &tool : tools)
        if (!m_tools.emplace(tool->name, tool).second)
            refused.push_back(tool->name);
    return refused;
}

const Tool *ToolRegistry::find(const std::string &name) const
{
    const auto it = m_tools.find(name);
    return it == m_tools.end() ? nullptr : it->second.get();
}

std::vector<std::string> ToolRegistry::names() const
{
    std::vector<std::string> all;
    all.reserve(m_tools.size());
    for (const auto &[name, tool] : m_tools)
        all.push_back(name);
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<std::string> ToolRegistry::unknownOf(const std::vector<std::string> &names) const
{
    std::vector<std::string> unknown;
    for (const std::string &name : names)
        if (!m_tools.contains(name))
            unknown.push_back(name);
    return unknown;
}

} // namespace orrery::tools
