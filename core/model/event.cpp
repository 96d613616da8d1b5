// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/event.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace orrery {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(EventKind::Count)> kKinds = {
    "run_started",       "run_finished",      "run_paused",        "run_resumed",
    "agent_started",     "agent_state",       "agent_finished",    "iteration_started",
    "message_added",     "request_sent",      "model_delta",       "response_received",
    "request_failed",    "tool_started",      "tool_finished",     "approval_requested",
    "approval_resolved", "limiter_acquired",  "limiter_waiting",   "limiter_denied",
    "limiter_settled",   "limiter_released",  "limiter_expired",   "claim_granted",
    "claim_denied",      "claim_released",    "claim_expired",     "file_edited",
    "warning",           "discovery_shared",  "peer_message_sent", "peer_message_delivered",
    "memory_stored",     "memory_searched",   "memory_forgotten",  "context_updated",
    "context_saved",     "save_failed",       "model_switched",    "tool_requested",
    "hook_decided",      "output_rejected",   "agent_joined",      "agent_left",
    "agent_interrupted", "history_cleared",   "context_loaded",    "knowledge_loaded",
    "knowledge_saved",   "knowledge_linked",  "knowledge_deleted", "knowledge_searched",
    "decisions_loaded",  "decision_recorded", "decision_linked",   "decision_updated",
    "decision_deleted",  "limiter_held",      "claim_moved",       "loop_noticed",
    "context_compacted", "result_spilled"};
static_assert(!kKinds.back().empty());

constexpr std::array<std::string_view, 11> kStates = {
    "idle",   "thinking", "tool",    "waiting_approval", "waiting_rate", "waiting_claim",
    "paused", "done",     "stopped", "failed",           "crashed"};

} // namespace

std::string_view toString(EventKind kind)
{
    const auto index = static_cast<std::size_t>(kind);
    return index < kKinds.size() ? kKinds[index] : std::string_view("unknown");
}

EventKind eventKindFromString(std::string_view name)
{
    for (std::size_t i = 0; i < kKinds.size(); ++i)
        if (kKinds[i] == name)
            return static_cast<EventKind>(i);
    return EventKind::Count;
}

std::string_view toString(AgentState state)
{
    const auto index = static_cast<std::size_t>(state);
    return index < kStates.size() ? kStates[index] : std::string_view("unknown");
}

AgentState agentStateFromString(std::string_view name)
{
    for (std::size_t i = 0; i < kStates.size(); ++i)
        if (kStates[i] == name)
            return static_cast<AgentState>(i);
    return AgentState::Idle;
}

std::string_view kindNameOf(const Event &event)
{
    return event.kind == EventKind::Count && !event.kindName.empty() ? event.kindName
                                                                     : toString(event.kind);
}

Json toJson(const Event &event)
{
    const std::time_t seconds = static_cast<std::time_t>(event.timeUs / 1000000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char time[48];
    std::snprintf(time, sizeof time, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.tm_year + 1900,
                  utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                  static_cast<int>(event.timeUs % 1000000));
    return {{"seq", event.seq},
            {"time", time},
            {"kind", kindNameOf(event)},
            {"run", event.run},
            {"agent", event.agent},
            {"parent", event.parent},
            {"duration_us", event.durationUs},
            {"data", event.data.json()}};
}

} // namespace orrery
