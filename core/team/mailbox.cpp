// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/mailbox.h"

#include <utility>

namespace orrery::team {

void Mailbox::open(const std::string &member)
{
    std::lock_guard lock(m_mutex);
    m_boxes.try_emplace(member);
}

std::size_t Mailbox::close(const std::string &member)
{
    std::lock_guard lock(m_mutex);
    const auto node = m_boxes.extract(member);
    return node.empty() ? 0 : node.mapped().size();
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

std::vector<PeerMessage> Mailbox::take(const std::string &agent)
{
    std::lock_guard lock(m_mutex);
    const auto it = m_boxes.find(agent);
    return it == m_boxes.end() ? std::vector<PeerMessage>() : std::exchange(it->second, {});
}

std::vector<PeerMessage> Mailbox::peek(const std::string &agent) const
{
    std::lock_guard lock(m_mutex);
    const auto it = m_boxes.find(agent);
    return it == m_boxes.end() ? std::vector<PeerMessage>() : it->second;
}

bool Mailbox::hasMail(const std::string &agent) const
{
    std::lock_guard lock(m_mutex);
    const auto it = m_boxes.find(agent);
    return it != m_boxes.end() && !it->second.empty();
}

} // namespace orrery::team
