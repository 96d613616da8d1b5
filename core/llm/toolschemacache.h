// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/toolschemalist.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace orrery::llm {

/// Tool schemas in the providers' forms, converted once for each form and set of tools in a run, whichever agent asks
/// first. Thread-safe.
class ToolSchemaCache
{
public:
    /// A set of tools that is known to the cache.
    class Set
    {
        friend class ToolSchemaCache;
        std::vector<std::string> m_names;
        /// Few; under the lock.
        mutable std::vector<std::pair<ToolForm, std::shared_ptr<const ToolSchemaList>>> m_forms;
    };
    /// The tool of that name. Called when something is converted, under the cache's lock.
    using Describe = std::function<ToolView(const std::string &name)>;

    explicit ToolSchemaCache(Describe describe) : m_describe(std::move(describe)) {}

    /// The set of these tools, in this order; the same names give the same set. Valid as long as the cache.
    /// O(names); ask once and keep it.
    const Set *intern(std::vector<std::string> names);

    /// The list of schemas that goes into ModelRequest::tools; null for a set without tools. A hit costs no
    /// allocation, and gives the same object each time.
    std::shared_ptr<const ToolSchemaList> schemas(const Set *set, ToolForm form);

    /// Lists that have been converted so far.
    std::uint64_t conversions() const { return m_conversions; }

private:
    const Describe m_describe;
    std::atomic<std::uint64_t> m_conversions{0};
    std::mutex m_mutex; ///< guards what follows
    std::deque<Set> m_sets;
    std::map<std::vector<std::string>, Set *> m_byNames;
};

} // namespace orrery::llm
