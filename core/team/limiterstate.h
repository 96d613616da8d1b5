// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/team/ratelimiter.h"
#include "core/team/slidingwindow.h"
#include "core/team/steadytime.h"

#include <limits>
#include <string_view>
#include <unordered_map>

namespace orrery::team {

/// Money in whole nano-dollars, so that sums of reservations come out even.
using NanoUsd = std::int64_t;
NanoUsd nanoUsd(double usd); ///< negative and NaN = 0; at most a thousand million dollars

/// The books of a RateLimiter. Not thread-safe. All times are SteadyTime's unless they say wall.
class LimiterState
{
public:
    explicit LimiterState(LimiterConfig config) : m_config(std::move(config)) {}

    struct Call {
        std::string_view agent;
        std::int64_t tokens = 1;
        std::optional<NanoUsd> cost;
        std::string_view provider;
    };
    using Reason = LimiterDenial::Reason;

    const LimiterConfig &config() const { return m_config; }
    SteadyTime &time() { return m_time; }
    const WindowSums &sums() const { return m_window.sums(); }

    void prune(std::int64_t now)
    {
        while (m_window.hasExpired(now)) {
            const SlidingWindow::Entry &oldest = m_window[m_window.begin()];
            Agent &agent = m_agents[oldest.agent];
            agent.tokens -= oldest.tokens;
            agent.requests -= oldest.requests;
            if (oldest.isOpen)
                agent.reserved -= oldest.tokens;
            m_window.dropOldest();
        }
    }
    void expire(std::int64_t now)
    {
        if (m_window.firstOpen() != m_window.end())
            expireOldest(now);
    }
    /// Why the call may not go now; nothing = it may.
    std::optional<Reason> refuses(const Call &call, std::int64_t now) const;
    LimiterDenial explain(const Call &call, Reason reason, std::int64_t now, bool inWords) const;
    /// `askedMs` is the caller's own time, which may be slightly before `now`; it is what openReservations() tells.
    ReservationId admit(const Call &call, std::int64_t now, std::int64_t askedMs);
    void record(std::string_view agent, std::int64_t tokens, double costUsd, std::int64_t requests,
                ReservationId reservation, std::int64_t now);
    bool release(ReservationId reservation);
    void hold(const std::string &provider, std::int64_t until, std::string sentence);

    LimiterStatus status() const;
    std::vector<OpenReservation> openReservations() const;
    std::vector<ExpiredReservation> takeExpired() { return std::exchange(m_expired, {}); }
    double spentUsd() const { return m_totals.costUsd; }

private:
    using AgentId = std::uint32_t;
    struct Agent {
        std::string name;
        LimiterTotals totals;
        bool isBooked = false; ///< false = it only asked so far
        // In the window:
        std::int64_t tokens = 0;
        std::int64_t requests = 0;
        std::int64_t reserved = 0;
        NanoUsd reservedCost = 0;
    };
    struct Hold {
        std::int64_t until = 0;
        std::string sentence;
    };
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const
        {
            return std::hash<std::string_view>()(name);
        }
    };
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

    void expireOldest(std::int64_t now);
    AgentId intern(std::string_view name);
    const Agent *find(std::string_view name) const;
    const Hold *holdOn(std::string_view provider, std::int64_t now) const
    {
        if (m_holds.empty())
            return nullptr;
        const auto it = m_holds.find(provider);
        return it == m_holds.end() || it->second.until <= now ? nullptr : &it->second;
    }
    bool isOpen(ReservationId id) const { return id != 0 && m_window.isOpen(id - 1); }
    void book(Agent &agent, std::int64_t tokens, std::int64_t requests, double cost);
    void settle(SlidingWindow::Index reservation, std::int64_t tokens, std::int64_t requests,
                double cost);
    /// Nothing = none.
    const double *agentBudget(std::string_view agent) const
    {
        const auto own = m_config.agentBudgetsUsd.find(agent);
        if (own != m_config.agentBudgetsUsd.end())
            return &own->second;
        return m_config.perAgentBudgetUsd ? &*m_config.perAgentBudgetUsd : nullptr;
    }
    bool fitsBudget(double spentUsd, NanoUsd reserved, const Call &call, double budgetUsd) const;

    // In limiterexplanation.cpp. Times of fitting: `now` = at once, kNever.
    std::int64_t windowFitsAt(const Call &call, std::int64_t now,
                              const SlidingWindow::Entry **last) const;
    std::int64_t windowFitsEarlyAt(const WindowSums &most) const;
    std::int64_t budgetFitsAt(const Call &call, std::int64_t now, double budgetUsd,
                              const Agent *only) const;
    std::vector<Holder> holders() const;
    std::string budgetSentence(const Call &call, const LimiterDenial &denial) const;
    std::string windowSentence(const Call &call, const LimiterDenial &denial) const;

    const LimiterConfig m_config;
    SteadyTime m_time;
    /// The reservation with id n is entry n - 1.
    SlidingWindow m_window;
    std::size_t m_openCount = 0;
    std::unordered_map<std::string, AgentId, NameHash, std::equal_to<>> m_ids;
    std::vector<Agent> m_agents; ///< by id
    AgentId m_lastAsked = 0;
    LimiterTotals m_totals;
    NanoUsd m_reservedCost = 0;
    std::unordered_map<std::string, Hold, NameHash, std::equal_to<>> m_holds; ///< by provider
    std::vector<ExpiredReservation> m_expired;
};

// Inline, as an optional that is returned goes through memory in two pieces and is read as one, which stalls each call.
inline bool LimiterState::fitsBudget(double spentUsd, NanoUsd reserved, const Call &call,
                                     double budgetUsd) const
{
    if (spentUsd >= budgetUsd)
        return false;
    return !call.cost || nanoUsd(spentUsd) + reserved + *call.cost <= nanoUsd(budgetUsd);
}

inline std::optional<LimiterDenial::Reason> LimiterState::refuses(const Call &call,
                                                                  std::int64_t now) const
{
    if (m_config.budgetUsd
        && !fitsBudget(m_totals.costUsd, m_reservedCost, call, *m_config.budgetUsd))
        return Reason::Budget;
    if (const auto budget = agentBudget(call.agent)) {
        const Agent *own = find(call.agent);
        if (!fitsBudget(own ? own->totals.costUsd : 0, own ? own->reservedCost : 0, call, *budget))
            return Reason::AgentBudget;
    }
    const WindowSums &sums = m_window.sums();
    const bool tooMany = m_config.tpm && sums.tokens + call.tokens > *m_config.tpm;
    if (tooMany && call.tokens > *m_config.tpm)
        return Reason::TooLarge;
    if (holdOn(call.provider, now))
        return Reason::Provider;
    if (m_config.rpm && sums.requests + 1 > *m_config.rpm)
        return Reason::Requests;
    return tooMany ? std::optional(Reason::Tokens) : std::nullopt;
}

} // namespace orrery::team
