// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/eventsummary.h"

#include "core/model/eventcolumns.h"

namespace orrery::ui {

QString eventSummary(const Event &event) { return QString::fromStdString(summaryOf(event)); }

EventGroup eventGroup(EventKind kind)
{
    switch (kind) {
    case EventKind::RunStarted:
    case EventKind::RunFinished:
    case EventKind::RunPaused:
    case EventKind::RunResumed: return EventGroup::Run;
    case EventKind::AgentStarted:
    case EventKind::AgentState:
    case EventKind::AgentFinished:
    case EventKind::AgentJoined:
    case EventKind::AgentLeft:
    case EventKind::AgentInterrupted:
    case EventKind::HistoryCleared:
    case EventKind::ContextLoaded:
    case EventKind::ContextCompacted:
    case EventKind::IterationStarted: return EventGroup::Agent;
    case EventKind::MessageAdded:
    case EventKind::RequestSent:
    case EventKind::ModelDelta:
    case EventKind::ResponseReceived: return EventGroup::Model;
    case EventKind::ToolStarted:
    case EventKind::ToolFinished:
    case EventKind::ResultSpilled: return EventGroup::Tool;
    case EventKind::ApprovalRequested:
    case EventKind::ApprovalResolved: return EventGroup::Approval;
    case EventKind::LimiterAcquired:
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
    case EventKind::LimiterSettled:
    case EventKind::LimiterReleased:
    case EventKind::LimiterExpired:
    case EventKind::LimiterHeld: return EventGroup::Limiter;
    case EventKind::ClaimGranted:
    case EventKind::ClaimDenied:
    case EventKind::ClaimReleased:
    case EventKind::ClaimExpired:
    case EventKind::ClaimMoved:
    case EventKind::FileEdited: return EventGroup::Claim;
    case EventKind::DiscoveryShared:
    case EventKind::PeerMessageSent:
    case EventKind::PeerMessageDelivered: return EventGroup::Team;
    case EventKind::MemoryStored:
    case EventKind::MemorySearched:
    case EventKind::MemoryForgotten: return EventGroup::Memory;
    case EventKind::ContextUpdated:
    case EventKind::ContextSaved: return EventGroup::Context;
    case EventKind::KnowledgeLoaded:
    case EventKind::KnowledgeSaved:
    case EventKind::KnowledgeLinked:
    case EventKind::KnowledgeDeleted:
    case EventKind::KnowledgeSearched: return EventGroup::Knowledge;
    case EventKind::DecisionsLoaded:
    case EventKind::DecisionRecorded:
    case EventKind::DecisionLinked:
    case EventKind::DecisionUpdated:
    case EventKind::DecisionDeleted: return EventGroup::Decision;
    case EventKind::ModelSwitched: return EventGroup::Model;
    case EventKind::ToolRequested: return EventGroup::Tool;
    case EventKind::HookDecided: return EventGroup::Approval;
    case EventKind::RequestFailed:
    case EventKind::Warning:
    case EventKind::SaveFailed:
    case EventKind::OutputRejected:
    case EventKind::LoopNoticed:
    case EventKind::Count: break;
    }
    return EventGroup::Problem;
}

QStringList eventGroupNames()
{
    return {QStringLiteral("Run"),     QStringLiteral("Agent"),    QStringLiteral("Model"),
            QStringLiteral("Tool"),    QStringLiteral("Approval"), QStringLiteral("Limiter"),
            QStringLiteral("Claim"),   QStringLiteral("Team"),     QStringLiteral("Memory"),
            QStringLiteral("Context"), QStringLiteral("Problem"),  QStringLiteral("Knowledge"),
            QStringLiteral("Decision")};
}

QString eventGroupName(EventGroup group)
{
    return eventGroupNames().value(static_cast<int>(group));
}

} // namespace orrery::ui
