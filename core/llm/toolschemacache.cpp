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

std::shared_ptr<const ToolSchemaList> ToolSchemaCache::schemas(const Set *set, ToolForm form)
{
    if (set->m_names.empty())
        return nullptr;
    const std::lock_guard lock(m_mutex);
    for (const auto &[known, list] : set->m_forms)
        if (known == form)
            return list;
    auto list = std::make_shared<ToolSchemaList>();
    list->reserve(set->m_names.size());
    for (const std::string &name : set->m_names)
        list->add(m_describe(name), form);
    ++m_conversions;
    return set->m_forms.emplace_back(form, std::move(list)).second;
}

} // namespace orrery::llm
