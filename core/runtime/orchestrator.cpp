// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/orchestrator.h"

#include <algorithm>
#include <utility>

namespace orrery::runtime {

void Orchestrator::noteFailure(std::string sentence)
{
    if (m_failure.empty())
        m_failure = std::move(sentence);
}

bool Orchestrator::hasMail(const team::Membership &members, const team::Mailbox &mailbox) const
{
    const auto list = members.list();
    return std::any_of(list.begin(), list.end(), [&](const team::Member &member) {
        return !m_dropped.contains(member.name) && mailbox.hasMail(member.name);
    });
}

Orchestrator::End Orchestrator::takeEnd(bool isStopping)
{
    std::string failure = std::exchange(m_failure, {});
    if (isStopping)
        return {"stopped", "Stopped by the person"};
    if (!failure.empty())
        return {"failed", std::move(failure)};
    return {"done", ""};
}

} // namespace orrery::runtime
