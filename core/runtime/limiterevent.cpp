// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/limiterevent.h"

namespace orrery::runtime {

namespace {

Json toJson(const team::LimiterDenial &denial)
{
    Json holders = Json::array();
    for (const team::Holder &holder : denial.holders)
        holders.push_back({{"agent", holder.agent},
                           {"tokens", holder.tokens},
                           {"reserved", holder.reserved},
                           {"requests", holder.requests}});
    using Reason = team::LimiterDenial::Reason;
    Json data = {{"reason", team::toString(denial.reason)},
                 {"tokens", denial.tokens},
                 {"limit", denial.limit},
                 {"window_tokens", denial.windowTokens},
                 {"window_requests", denial.windowRequests},
                 {"holders", std::move(holders)},
                 {"fits_at_ms", denial.fitsAtMs ? Json(*denial.fitsAtMs) : Json()},
                 {"sentence", denial.sentence}};
    if (denial.reason == Reason::Queued) {
        data["behind"] = denial.behind;
        data["head_reason"] = team::toString(denial.headReason);
    } else if (denial.reason == Reason::Budget || denial.reason == Reason::AgentBudget) {
        data["spent_usd"] = denial.spentUsd;
        data["reserved_usd"] = denial.reservedUsd;
        data["estimate_usd"] = denial.estimateUsd ? Json(*denial.estimateUsd) : Json();
        if (denial.reason == Reason::AgentBudget)
            data["budget_of"] = denial.budgetOf;
    }
    return data;
}

} // namespace

EventData dataOf(const LimiterEvent &event, std::uint64_t number)
{
    switch (event.kind) {
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied: {
        Json data = toJson(*event.denial);
        data["table_seq"] = number;
        data["at_ms"] = event.atMs;
        return data;
    }
    case EventKind::LimiterHeld:
        return eventData({{"provider", event.provider},
                          {"until_ms", event.untilMs},
                          {"sentence", event.sentence},
                          {"table_seq", number},
                          {"at_ms", event.atMs}});
    case EventKind::LimiterSettled:
        return eventData({{"reservation", event.reservation},
                          {"tokens_est", event.tokens},
                          {"tokens_actual", event.used},
                          {"window_tokens", event.windowTokens},
                          {"window_requests", event.windowRequests},
                          {"table_seq", number},
                          {"at_ms", event.atMs}});
    default:
        return eventData({{"reservation", event.reservation},
                          {"tokens", event.tokens},
                          {"window_tokens", event.windowTokens},
                          {"window_requests", event.windowRequests},
                          {"table_seq", number},
                          {"at_ms", event.atMs}});
    }
}

} // namespace orrery::runtime
