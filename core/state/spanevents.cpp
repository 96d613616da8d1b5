// SPDX-License-Identifier: GPL-3.0-or-later
// What each kind of event does to the timeline.
#include "core/state/spans.h"

namespace orrery::state {
namespace {

bool isWorkingState(AgentState state)
{
    switch (state) {
    case AgentState::Thinking:
    case AgentState::Tool:
    case AgentState::WaitingApproval:
    case AgentState::WaitingRate:
    case AgentState::WaitingClaim: return true;
    default: return false;
    }
}

Bar outcome(Worst worst)
{
    Bar bar;
    bar.worst = worst;
    return bar;
}

} // namespace

void SpanBuilder::stateChanged(Work &work)
{
    const auto state = static_cast<AgentState>(m_event->detail);
    if (isWorkingState(state))
        beginTurn(work);
    const auto lasts = [&](BarKind kind, bool isOn) {
        Open *open = find(work, kind, 0, 0);
        if (isOn && !open)
            beginCall(work, kind);
        else if (!isOn && open)
            end(work, *open, {});
    };
    lasts(BarKind::WaitRate, state == AgentState::WaitingRate);
    lasts(BarKind::WaitClaim, state == AgentState::WaitingClaim);
    lasts(BarKind::Paused, state == AgentState::Paused);
    if (!isWorkingState(state) && state != AgentState::Paused)
        endAll(work, 0, true);
}

void SpanBuilder::agentFinished(Work &work)
{
    const auto how = static_cast<Outcome>(m_event->detail);
    const bool failed = how == Outcome::Failed || how == Outcome::Crashed;
    endAll(work, Lane::kIterations, true);
    if (Open *turn = find(work, BarKind::Turn, 0, 0))
        end(work, *turn, outcome(failed ? Worst::Failed : Worst::None));
    if (failed)
        mark(work, BarKind::Problem, Worst::Failed);
}

/// Whether the event was one that is only a mark.
bool SpanBuilder::marks(Work &work)
{
    switch (m_event->kind) {
    case EventKind::FileEdited:
        mark(work, BarKind::Edit, m_event->detail == 1 ? Worst::None : Worst::Note);
        return true;
    case EventKind::ClaimGranted:
    case EventKind::ClaimMoved:
    case EventKind::ClaimReleased:
    case EventKind::ClaimExpired: mark(work, BarKind::Claim); return true;
    case EventKind::ClaimDenied: mark(work, BarKind::Claim, Worst::Note); return true;
    case EventKind::MemoryStored:
    case EventKind::MemorySearched:
    case EventKind::MemoryForgotten:
    case EventKind::KnowledgeSaved:
    case EventKind::KnowledgeLinked:
    case EventKind::KnowledgeDeleted:
    case EventKind::KnowledgeSearched:
    case EventKind::DecisionRecorded:
    case EventKind::DecisionLinked:
    case EventKind::DecisionUpdated:
    case EventKind::DecisionDeleted: mark(work, BarKind::Memory); return true;
    case EventKind::DiscoveryShared: mark(work, BarKind::Message); return true;
    case EventKind::SaveFailed: mark(work, BarKind::Problem, Worst::Failed); return true;
    case EventKind::Warning:
    case EventKind::OutputRejected:
    case EventKind::LoopNoticed:
    case EventKind::LimiterDenied:
    case EventKind::LimiterExpired: mark(work, BarKind::Problem, Worst::Note); return true;
    default: return false;
    }
}

void SpanBuilder::apply(const store::EventRow &event)
{
    m_event = &event;
    // What a run that ended without a word has left open ended with it.
    if (event.kind == EventKind::RunStarted && !m_timeline.empty()) {
        m_us = m_timeline.endUs;
        for (Work &work : m_work)
            endAll(work, 0, true);
    }
    m_us = m_timeline.empty() ? event.timeUs : std::max(m_timeline.endUs, event.timeUs);
    if (m_timeline.empty())
        m_timeline.startUs = m_us;
    else
        noteGap();
    m_timeline.endUs = m_us;
    m_timeline.lastSeq = event.seq;
    if (event.kind == EventKind::RunStarted) {
        m_timeline.hasEnded = false;
        return;
    }
    if (event.kind == EventKind::RunFinished) {
        for (Work &work : m_work)
            endAll(work, 0, true);
        m_timeline.hasEnded = true;
        return;
    }
    const std::uint32_t at = laneOf(event.agent);
    Work &work = m_work[at];
    if (marks(work))
        return;
    switch (event.kind) {
    case EventKind::AgentState: stateChanged(work); break;
    case EventKind::AgentFinished:
    case EventKind::AgentLeft: agentFinished(work); break;
    case EventKind::AgentInterrupted: endAll(work, Lane::kIterations, true); break;
    case EventKind::IterationStarted:
        beginTurn(work);
        if (Open *last = find(work, BarKind::Iteration, 0, 0))
            end(work, *last, {});
        begin(work, BarKind::Iteration, Lane::kIterations);
        break;
    case EventKind::RequestSent:
        // What is asked for another purpose may come when the turn is over.
        if (event.detail == 1)
            beginTurn(work);
        beginCall(work, BarKind::Request);
        break;
    case EventKind::ModelDelta:
        if (work.waitsForFirst)
            firstPiece(work);
        break;
    case EventKind::ResponseReceived: {
        Bar how;
        how.tokens = event.tokens;
        how.costNanoUsd = std::max<std::int64_t>(0, event.costNanoUsd);
        how.firstMs = event.firstMs;
        endCall(work, BarKind::Request, how);
        break;
    }
    case EventKind::RequestFailed:
        endCall(work, BarKind::Request, outcome(Worst::Failed));
        mark(work, BarKind::Problem, Worst::Failed);
        break;
    case EventKind::ToolStarted:
        beginTurn(work);
        beginCall(work, BarKind::Tool);
        break;
    case EventKind::ToolFinished:
        endCall(work, BarKind::Tool, outcome(event.detail == 1 ? Worst::None : Worst::Failed));
        break;
    case EventKind::ApprovalRequested:
        beginTurn(work);
        beginCall(work, BarKind::WaitApproval);
        break;
    case EventKind::ApprovalResolved:
        endCall(work, BarKind::WaitApproval,
                outcome(event.detail == std::uint8_t(ApprovalDecision::Reject) ? Worst::Note
                                                                               : Worst::None));
        break;
    case EventKind::LimiterWaiting:
        if (!find(work, BarKind::WaitRate, 0, 0))
            beginCall(work, BarKind::WaitRate);
        break;
    case EventKind::LimiterAcquired:
        if (Open *wait = find(work, BarKind::WaitRate, 0, 0))
            end(work, *wait, {});
        break;
    case EventKind::PeerMessageSent:
        mark(work, BarKind::Message);
        m_sent.insert_or_assign(event.call, Sent{m_us, event.seq, at});
        break;
    case EventKind::PeerMessageDelivered: delivered(at); break;
    default: break;
    }
}

} // namespace orrery::state
