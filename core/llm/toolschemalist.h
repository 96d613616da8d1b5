// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/toolschema.h"

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace orrery::llm {

/// The tools that a model is offered, each in the form of its provider. A tool is not copied but held: adding one is
/// O(1), and its schema is walked when the list is written. Complete before it is shared; then thread-safe.
class ToolSchemaList
{
public:
    ToolSchemaList() = default;
    explicit ToolSchemaList(Json schemas); ///< a list, in the provider's form already
    ToolSchemaList(const ToolSchemaList &other) : m_tools(other.m_tools) {}
    ToolSchemaList &operator=(const ToolSchemaList &) = delete;

    void reserve(std::size_t count) { m_tools.reserve(count); }
    void add(ToolView tool, ToolForm form);
    void add(Json schema) { m_tools.emplace_back(std::in_place_type<Json>, std::move(schema)); }

    std::size_t size() const { return m_tools.size(); }
    bool empty() const { return m_tools.empty(); }
    /// Whether one of them has that name. O(tools).
    bool offers(std::string_view name) const;
    Json toJson() const;
    /// The same as JSON text, written at the first call.
    const std::string &text() const;

private:
    struct Held {
        ToolView tool; ///< has an owner
        ToolForm form; ///< the schema is in its dialect already
    };
    std::vector<std::variant<Held, Json>> m_tools;
    mutable std::once_flag m_written;
    mutable std::string m_text;
};

} // namespace orrery::llm
