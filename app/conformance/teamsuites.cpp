// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/team/claimtable.h"
#include "core/team/discoveryboard.h"
#include "core/team/ratelimiter.h"

namespace orrery::conformance {
namespace {

template <typename T>
T valueOr(const Json &object, const char *key, T fallback)
{
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? fallback : it->get<T>();
}

template <typename T>
std::optional<T> optionalAt(const Json &object, const char *key)
{
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? std::nullopt : std::optional(it->get<T>());
}

Json claimsTimeline(const Json &input)
{
    team::ClaimTable table(valueOr<std::int64_t>(input.at("config"), "claim_ttl_ms", 300000));
    team::DiscoveryBoard board;
    Json results = Json::array();
    for (const Json &op : input.at("ops")) {
        const std::string name = op.at("op");
        const std::int64_t now = op.at("at_ms");
        if (name == "claim") {
            const auto verdict = table.claim(op.at("agent"), op.at("file"), op.at("start_line"),
                                             op.at("end_line"), now);
            results.push_back(!verdict           ? Json{{"error", "invalid_range"}}
                              : verdict->granted ? Json("ok")
                                                 : Json{{"error", "conflict"}});
        } else if (name == "release") {
            table.release(op.at("agent"), op.at("file"), now);
            results.push_back("ok");
        } else if (name == "get_claims") {
            Json list = Json::array();
            for (const team::Claim &claim : table.snapshot(now))
                list.push_back({{"agent", claim.agent},
                                {"file", claim.file},
                                {"start_line", claim.start},
                                {"end_line", claim.end},
                                {"expires_at_ms", claim.deadlineMs}});
            results.push_back(std::move(list));
        } else if (name == "share_discovery") {
            const Json &found = op.at("discovery");
            board.share({op.at("agent"), found.value("topic", Json()),
                         found.value("content", Json()), now});
            results.push_back("ok");
        } else if (name == "get_discoveries") {
            Json list = Json::array();
            for (const auto &found : board.snapshot())
                list.push_back({{"agent", found->agent},
                                {"topic", found->topic},
                                {"content", found->content},
                                {"timestamp_ms", found->timeMs}});
            results.push_back(std::move(list));
        } else {
            return raised("unknown operation " + name);
        }
    }
    return {{"results", std::move(results)}};
}

Json agentsOf(const team::LimiterStatus &status)
{
    Json agents = Json::object();
    for (const auto &[name, totals] : status.agents)
        agents[name] = {
            {"cost", totals.costUsd}, {"requests", totals.requests}, {"tokens", totals.tokens}};
    return agents;
}

Json limiterTimeline(const Json &input)
{
    const Json &given = input.at("config");
    team::LimiterConfig config;
    config.rpm = optionalAt<std::int64_t>(given, "rpm");
    config.tpm = optionalAt<std::int64_t>(given, "tpm");
    config.budgetUsd = optionalAt<double>(given, "budget");
    config.perAgentBudgetUsd = optionalAt<double>(given, "per_agent_budget");
    config.reservationTtlMs = valueOr<std::int64_t>(given, "reservation_ttl_ms", 300000);
    team::RateLimiter limiter(config);
    std::vector<team::ReservationId> ids;
    const auto idOf = [&](const Json &op) -> team::ReservationId {
        const auto index = optionalAt<std::int64_t>(op, "reservation");
        // An index that was never given out is no reservation, but still names one.
        constexpr team::ReservationId never = ~team::ReservationId(0);
        if (!index)
            return 0;
        return *index >= 0 && std::size_t(*index) < ids.size() ? ids[std::size_t(*index)] : never;
    };
    const auto indexOf = [&](team::ReservationId id) {
        return std::find(ids.begin(), ids.end(), id) - ids.begin();
    };
    Json results = Json::array();
    for (const Json &op : input.at("ops")) {
        const std::string name = op.at("op");
        const std::int64_t now = op.at("at_ms");
        Json result = "ok";
        if (name == "acquire") {
            const auto verdict =
                limiter.acquire(op.at("agent"), valueOr<std::int64_t>(op, "tokens", 1), now);
            if (verdict.denial) {
                using Reason = team::LimiterDenial::Reason;
                const Reason reason = verdict.denial->reason;
                const bool isBudget = reason == Reason::Budget || reason == Reason::AgentBudget;
                result = {{"error", isBudget ? "budget_exceeded" : "rate_limited"}};
            } else {
                result = {{"ok", ids.size()}};
                ids.push_back(verdict.reservation);
            }
        } else if (name == "record") {
            limiter.record(op.at("agent"), valueOr<std::int64_t>(op, "tokens", 0),
                           valueOr<double>(op, "cost", 0), valueOr<std::int64_t>(op, "requests", 1),
                           idOf(op), now);
        } else if (name == "release") {
            limiter.release(idOf(op), now);
        } else if (name == "status") {
            const team::LimiterStatus status = limiter.status(now);
            const auto left = limiter.budgetLeft();
            result = {{"agents", agentsOf(status)},
                      {"budget_remaining", left ? Json(*left) : Json()},
                      {"open_reservations", status.openReservations}};
        } else {
            return raised("unknown operation " + name);
        }
        const team::LimiterStatus after = limiter.peek();
        results.push_back({{"result", std::move(result)},
                           {"window_len", after.windowLength},
                           {"window_requests", after.windowRequests},
                           {"window_tokens", after.windowTokens}});
    }
    const team::LimiterStatus end = limiter.peek();
    Json open = Json::array();
    for (const team::OpenReservation &held : limiter.openReservations())
        open.push_back({{"agent", held.agent},
                        {"at_ms", held.atMs},
                        {"requests", 1},
                        {"reservation", indexOf(held.id)},
                        {"tokens", held.tokens}});
    return {{"results", std::move(results)},
            {"final",
             {{"agents", agentsOf(end)},
              {"open_reservations", std::move(open)},
              {"total_cost", end.totals.costUsd},
              {"total_requests", end.totals.requests},
              {"total_tokens", end.totals.tokens},
              {"window_requests", end.windowRequests},
              {"window_tokens", end.windowTokens}}}};
}

} // namespace

void addTeamSuites(Runners &runners)
{
    runners[{"claims", "timeline"}] = claimsTimeline;
    runners[{"rate_limiter", "timeline"}] = limiterTimeline;
}

} // namespace orrery::conformance
