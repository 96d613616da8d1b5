// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/toolschemacache.h"

namespace orrery::llm {

const ToolSchemaCache::Set *ToolSchemaCache::intern(std::vector<std::string> names)
{
    const std::lock_guard lock(m_mutex);
    Set *&set = m_byNames[names];
    if (!set) {
        set = &m_sets.emplace_back();
        set->m_names = std::move(names);
    }
    return set;
}

std::shared_ptr<const ToolSchemaList> ToolSchemaCache::schemas(const Set *set, WireForm form)
{
    if (set->m_names.empty())
        return nullptr;
    const std::lock_guard lock(m_mutex);
    auto &held = set->m_forms[static_cast<std::size_t>(form)];
    if (!held) {
        auto list = std::make_shared<ToolSchemaList>();
        list->reserve(set->m_names.size());
        for (const std::string &name : set->m_names)
            list->add(m_describe(name), form);
        held = std::move(list);
        ++m_conversions;
    }
    return held;
}

} // namespace orrery::llm
