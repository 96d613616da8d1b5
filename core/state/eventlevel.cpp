// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/eventcolumns.h"
#include "core/state/eventquery.h"

namespace orrery::state {

Level levelOf(EventKind kind, std::uint8_t detail)
{
    switch (kind) {
    case EventKind::RequestFailed:
    case EventKind::SaveFailed: return Level::Error;
    case EventKind::ToolFinished: return detail == 1 ? Level::Info : Level::Error;
    case EventKind::AgentFinished:
    case EventKind::RunFinished:
        return detail == std::uint8_t(Outcome::Failed) || detail == std::uint8_t(Outcome::Crashed)
                   ? Level::Error
                   : Level::Info;
    case EventKind::AgentState:
        return detail == std::uint8_t(AgentState::Failed)
                       || detail == std::uint8_t(AgentState::Crashed)
                   ? Level::Error
                   : Level::Info;
    case EventKind::ApprovalResolved:
        return detail == std::uint8_t(ApprovalDecision::Reject) ? Level::Warn : Level::Info;
    case EventKind::Warning:
    case EventKind::OutputRejected:
    case EventKind::LoopNoticed:
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
    case EventKind::LimiterExpired:
    case EventKind::LimiterHeld:
    case EventKind::ClaimDenied:
    case EventKind::AgentInterrupted:
    case EventKind::ModelSwitched: return Level::Warn;
    case EventKind::ModelDelta:
    case EventKind::LimiterAcquired:
    case EventKind::LimiterSettled:
    case EventKind::LimiterReleased:
    case EventKind::ContextUpdated:
    case EventKind::ContextSaved: return Level::Debug;
    default: return Level::Info;
    }
}

std::string_view toString(Level level)
{
    switch (level) {
    case Level::Debug: return "debug";
    case Level::Info: return "info";
    case Level::Warn: return "warn";
    case Level::Error: break;
    }
    return "error";
}

} // namespace orrery::state
