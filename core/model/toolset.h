// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery {

/// Which tools somebody may use: all that there are, or just these, which may be none.
class ToolSet
{
public:
    static ToolSet all() { return ToolSet(std::nullopt); }
    static ToolSet of(std::vector<std::string> names) { return ToolSet(std::move(names)); }

    bool isAll() const { return !m_names; }
    bool has(const std::string &tool) const
    {
        return !m_names || std::find(m_names->begin(), m_names->end(), tool) != m_names->end();
    }
    /// True only where it stands in the list.
    bool names(const std::string &tool) const { return m_names && has(tool); }
    /// Empty when it is all.
    std::vector<std::string> list() const { return m_names.value_or(std::vector<std::string>()); }
    /// What both have, in the order of the other one's list.
    ToolSet common(const ToolSet &other) const
    {
        if (!other.m_names)
            return *this;
        std::vector<std::string> both = *other.m_names;
        std::erase_if(both, [this](const std::string &tool) { return !has(tool); });
        return of(std::move(both));
    }
    bool operator==(const ToolSet &) const = default;

private:
    explicit ToolSet(std::optional<std::vector<std::string>> names) : m_names(std::move(names)) {}

    std::optional<std::vector<std::string>> m_names; ///< nothing = all
};

} // namespace orrery
