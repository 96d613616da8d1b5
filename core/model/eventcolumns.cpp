// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/eventcolumns.h"

#include "core/base/utf8.h"
#include "core/model/eventsummary.h"
#include "core/model/jsonview.h"

#include <array>
#include <cmath>

namespace orrery {

namespace {

constexpr std::size_t kLongestName =
    1000; ///< a model writes the names of tools, a provider the ids of calls
constexpr std::array<std::string_view, 8> kReasons = {
    "", "tokens", "requests", "budget", "agent_budget", "too_large", "provider", "queued"};
constexpr std::array<std::string_view, 5> kOutcomes = {"", "done", "failed", "stopped", "crashed"};
constexpr std::array<std::string_view, 4> kDecisions = {"", "approve", "reject", "edit"};
constexpr std::array<std::string_view, 5> kRoles = {"", "system", "user", "assistant", "tool"};

/// The place of a word in a list; 0 when it is not there.
template <std::size_t Count>
std::uint8_t placeOf(const JsonView &word, const std::array<std::string_view, Count> &names)
{
    for (std::size_t i = 1; i < Count; ++i)
        if (word.is(names[i]))
            return static_cast<std::uint8_t>(i);
    return 0;
}

std::string nameOf(const JsonFields &data, std::string_view key)
{
    return validUtf8(data.text(key, kLongestName));
}

void readResponse(EventColumns &columns, const JsonFields &data)
{
    const JsonFields usage = data.object("usage");
    columns.call = nameOf(data, "call");
    columns.detail = data.has("purpose") ? 0 : 1;
    columns.outputTokens = usage.count("output_tokens");
    columns.tokens = usage.count("input_tokens") + columns.outputTokens;
    if (const auto cost = data.at("cost_usd").real(); cost && *cost >= 0 && *cost < 1e9)
        columns.costNanoUsd = std::llround(*cost * 1e9);
    if (const auto first = data.at("ttft_ms").integer(); first && *first >= 0)
        columns.firstMs = static_cast<std::int32_t>(std::min<std::int64_t>(*first, INT32_MAX));
}

void readMessage(EventColumns &columns, const JsonFields &data)
{
    const JsonFields message = data.object("message");
    columns.tool = nameOf(data, "tool");
    columns.call = nameOf(message, "tool_call_id");
    columns.detail = placeOf(message.at("role"), kRoles);
}

void readNames(EventColumns &columns, const JsonFields &data)
{
    columns.tool = nameOf(data, "tool");
    columns.call = nameOf(data, "call");
}

void readFields(EventColumns &columns, EventKind kind, const JsonFields &data)
{
    switch (kind) {
    case EventKind::AgentState:
        columns.detail =
            static_cast<std::uint8_t>(agentStateFromString(data.text("state", kLongestName)));
        break;
    case EventKind::AgentFinished:
    case EventKind::RunFinished: columns.detail = placeOf(data.at("outcome"), kOutcomes); break;
    case EventKind::MessageAdded: readMessage(columns, data); break;
    case EventKind::RequestSent:
        columns.call = nameOf(data, "call");
        columns.detail = data.has("purpose") ? 0 : 1;
        break;
    case EventKind::ResponseReceived: readResponse(columns, data); break;
    case EventKind::ToolFinished:
        readNames(columns, data);
        columns.detail = data.flag("ok") ? 1 : 0;
        break;
    case EventKind::ApprovalResolved:
        readNames(columns, data);
        columns.detail = placeOf(data.at("decision"), kDecisions);
        break;
    case EventKind::FileEdited:
        columns.call = nameOf(data, "call");
        columns.detail = data.flag("inside_claim") ? 1 : 0;
        break;
    case EventKind::ModelDelta:
    case EventKind::RequestFailed:
    case EventKind::ToolRequested:
    case EventKind::ToolStarted:
    case EventKind::ApprovalRequested:
    case EventKind::ResultSpilled:
    case EventKind::HookDecided:
    case EventKind::ContextCompacted:
    case EventKind::Warning: readNames(columns, data); break;
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
        columns.detail = placeOf(data.at("reason"), kReasons);
        [[fallthrough]];
    case EventKind::LimiterAcquired:
    case EventKind::LimiterReleased:
    case EventKind::LimiterExpired: columns.tokens = data.count("tokens"); break;
    case EventKind::LimiterSettled: columns.tokens = data.count("tokens_actual"); break;
    case EventKind::PeerMessageSent:
    case EventKind::PeerMessageDelivered: columns.call = nameOf(data, "id"); break;
    default: break;
    }
}

} // namespace

std::uint8_t mostDetail(EventKind kind)
{
    const auto most = [](auto last) { return static_cast<std::uint8_t>(last); };
    switch (kind) {
    case EventKind::AgentState: return most(AgentState::Crashed);
    case EventKind::ToolFinished:
    case EventKind::RequestSent:
    case EventKind::ResponseReceived:
    case EventKind::FileEdited: return 1;
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied: return most(LimiterReason::Queued);
    case EventKind::AgentFinished:
    case EventKind::RunFinished: return most(Outcome::Crashed);
    case EventKind::ApprovalResolved: return most(ApprovalDecision::Edit);
    case EventKind::MessageAdded: return most(MessageRole::Tool);
    default: return 0;
    }
}

EventColumns columnsOf(const Event &event)
{
    const JsonFields data(event.data.text());
    EventColumns columns;
    readFields(columns, event.kind, data);
    columns.summary = summaryOf(event, data);
    return columns;
}

} // namespace orrery
