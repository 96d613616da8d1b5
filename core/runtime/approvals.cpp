// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/approvals.h"

#include "core/base/ids.h"

#include <utility>

namespace orrery::runtime {

const char *toString(ApprovalDecision::Verdict verdict)
{
    using Verdict = ApprovalDecision::Verdict;
    return verdict == Verdict::Approve ? "approve" : verdict == Verdict::Edit ? "edit" : "reject";
}

std::string ApprovalDesk::open(Answered answered)
{
    std::string id = newId("approval");
    std::lock_guard lock(m_mutex);
    m_open.emplace(id, std::move(answered));
    return id;
}

bool ApprovalDesk::resolve(const std::string &id, ApprovalDecision decision)
{
    decltype(m_open)::node_type node;
    {
        std::lock_guard lock(m_mutex);
        node = m_open.extract(id);
    }
    if (node.empty())
        return false;
    node.mapped()(id, std::move(decision));
    return true;
}

void ApprovalDesk::withdraw(const std::string &id)
{
    std::lock_guard lock(m_mutex);
    m_open.erase(id);
}

} // namespace orrery::runtime
