// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/mailbox.h"

#include <algorithm>

namespace orrery::team {

Mailbox::Mailbox(std::vector<std::string> members) : m_members(std::move(members))
{
    for (const std::string &member : m_members)
        m_boxes[member];
}

bool Mailbox::send(PeerMessage message)
{
    std::lock_guard lock(m_mutex);
    const auto it = m_boxes.find(message.to);
    if (it == m_boxes.end())
        return false;
    it->second.push_back(std::move(message));
    return true;
}

int Mailbox::broadcast(const std::string &id, const std::string &from, const std::string &text)
{
    std::lock_guard lock(m_mutex);
    int count = 0;
    for (const std::string &member : m_members) {
        if (member == from)
            continue;
        m_boxes[member].push_back({id, from, member, text, true});
        ++count;
    }
    return count;
}

std::vector<PeerMessage> Mailbox::take(const std::string &agent)
{
    std::lock_guard lock(m_mutex);
    const auto it = m_boxes.find(agent);
    return it == m_boxes.end() ? std::vector<PeerMessage>() : std::exchange(it->second, {});
}

bool Mailbox::hasMail(const std::string &agent) const
{
    std::lock_guard lock(m_mutex);
    const auto it = m_boxes.find(agent);
    return it != m_boxes.end() && !it->second.empty();
}

bool Mailbox::anyMail() const
{
    std::lock_guard lock(m_mutex);
    return std::any_of(m_boxes.begin(), m_boxes.end(),
                       [](const auto &box) { return !box.second.empty(); });
}

} // namespace orrery::team
