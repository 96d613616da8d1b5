// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/membership.h"

#include <algorithm>

namespace orrery::team {

bool Membership::join(Member member)
{
    std::lock_guard lock(m_mutex);
    if (std::any_of(m_members.begin(), m_members.end(),
                    [&](const Member &other) { return other.name == member.name; }))
        return false;
    if (member.parent.empty())
        m_parents.erase(member.name);
    else
        m_parents[member.name] = member.parent;
    m_members.push_back(std::move(member));
    return true;
}

bool Membership::leave(const std::string &name)
{
    std::lock_guard lock(m_mutex);
    return std::erase_if(m_members, [&](const Member &member) { return member.name == name; }) > 0;
}

std::optional<Member> Membership::find(const std::string &name) const
{
    std::lock_guard lock(m_mutex);
    const auto it = std::find_if(m_members.begin(), m_members.end(),
                                 [&](const Member &member) { return member.name == name; });
    return it == m_members.end() ? std::nullopt : std::optional(*it);
}

std::vector<Member> Membership::list() const
{
    std::lock_guard lock(m_mutex);
    return m_members;
}

std::vector<std::string> Membership::parentsOf(const std::string &name) const
{
    std::vector<std::string> parents;
    std::lock_guard lock(m_mutex);
    // A chain that comes back to itself is no longer than all there are.
    for (auto it = m_parents.find(name); it != m_parents.end() && parents.size() < m_parents.size();
         it = m_parents.find(it->second))
        parents.push_back(it->second);
    return parents;
}

} // namespace orrery::team
