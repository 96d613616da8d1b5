// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/openapproval.h"

#include "ui/viewmodels/fields.h"

namespace orrery::ui {

OpenApproval::OpenApproval(const Event &request)
    : agent(request.agent), approval(Fields(request.data).view("approval")),
      call(Fields(request.data).view("call"))
{}

bool OpenApproval::isEndedBy(const Event &event) const
{
    switch (event.kind) {
    case EventKind::ApprovalResolved: {
        const Fields data(event.data);
        if (!approval.empty() && !data.view("approval").empty())
            return data.view("approval") == approval;
        return data.view("call") == call
               && (event.agent == agent || event.agent.empty() || event.agent == "person");
    }
    case EventKind::AgentInterrupted:
    case EventKind::AgentLeft:
    case EventKind::AgentFinished: return event.agent == agent;
    case EventKind::RunStarted:
    case EventKind::RunFinished: return true;
    default: return false;
    }
}

std::string OpenApproval::key() const { return approval.empty() ? agent + '/' + call : approval; }

} // namespace orrery::ui
