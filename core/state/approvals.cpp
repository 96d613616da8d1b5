// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/approvals.h"

namespace orrery::state {

namespace {

/// By an answer, or because its agent or its run has nothing to wait for any more.
bool isEndedBy(const OpenApproval &open, const StateEvent &event)
{
    switch (event.kind()) {
    case EventKind::ApprovalResolved: {
        const std::string answered = event.data().text("approval");
        if (!open.approval.empty() && !answered.empty())
            return answered == open.approval;
        return event.call() == open.call && (event.agent() == open.agent || !event.isAgents());
    }
    case EventKind::AgentInterrupted:
    case EventKind::AgentLeft:
    case EventKind::AgentFinished: return event.agent() == open.agent;
    default: return true; // the run has ended, or another begins
    }
}

} // namespace

void Approvals::apply(const StateEvent &event)
{
    switch (event.kind()) {
    case EventKind::ApprovalRequested: {
        OpenApproval open;
        open.agent = event.agent();
        open.call = event.call();
        open.tool = event.tool();
        open.approval = event.data().text("approval");
        open.seq = event.seq();
        open.sinceUs = event.row().timeUs;
        m_open.change().push_back(std::move(open));
        break;
    }
    case EventKind::ApprovalResolved:
    case EventKind::AgentInterrupted:
    case EventKind::AgentLeft:
    case EventKind::AgentFinished:
    case EventKind::RunStarted:
    case EventKind::RunFinished:
        if (!m_open->empty())
            std::erase_if(m_open.change(),
                          [&](const auto &open) { return isEndedBy(open, event); });
        break;
    default: break;
    }
}

} // namespace orrery::state
