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

} // namespace orrery::team
