// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace orrery {

/// Changes that a tool asks for on the agent's deps. Kept in order, applied in one linear pass.
class ContextUpdate
{
public:
    void set(std::string key, Json value) { add(Op::Set, std::move(key), std::move(value)); }
    void merge(std::string key, Json value) { add(Op::Merge, std::move(key), std::move(value)); }
    void append(std::string_view key, Json value);
    void remove(std::string key) { add(Op::Delete, std::move(key), Json()); }

    bool empty() const { return m_entries.empty(); }

    /// Applies all entries to `deps` (an object). On an error (append to something that is neither absent, null,
    /// false nor a list) `deps` keeps what was applied before. O(entries).
    Result<void> applyTo(Json &deps) const;

    /// `[{"op":"set|merge|append|delete","key":…,"value":…}]`
    static Result<ContextUpdate> fromJson(const Json &ops);
    Json toJson() const;

private:
    enum class Op { Set, Merge, Append, Delete };
    struct Entry {
        Op op;
        std::string key;
        Json value; ///< Append: the list of all values that were appended one after the other
    };

    void add(Op op, std::string key, Json value)
    {
        m_entries.push_back({op, std::move(key), std::move(value)});
    }

    std::vector<Entry> m_entries;
};

} // namespace orrery
