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
        while (m_window.hasExpired(now))
            count(m_window.takeOldest(), -1);
    }
    void expire(std::int64_t now)
    {
        if (!m_reservations.empty())
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
    struct Reservation {
        std::int64_t timeMs = 0;
        std::int64_t tokens = 0;
        NanoUsd cost = 0;
        SlidingWindow::Index entry = 0;
        AgentId agent = 0;
        bool isOpen = false;
        std::int64_t askedMs = 0;
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
    Reservation *open(ReservationId id);
    void count(const SlidingWindow::Entry &entry, int sign)
    {
        Agent &agent = m_agents[entry.agent];
        agent.tokens += sign * entry.tokens;
        agent.requests += sign * entry.requests;
        if (entry.isReserved)
            agent.reserved += sign * entry.tokens;
    }
    void book(Agent &agent, std::int64_t tokens, std::int64_t requests, double cost);
    void settle(Reservation &reservation, std::int64_t tokens, std::int64_t requests, double cost);
    std::optional<double> agentBudget(std::string_view agent) const
    {
        if (m_config.agentBudgetsUsd.empty())
            return m_config.perAgentBudgetUsd;
        const auto own = m_config.agentBudgetsUsd.find(agent);
        return own == m_config.agentBudgetsUsd.end() ? m_config.perAgentBudgetUsd : own->second;
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
    SlidingWindow m_window;
    /// The one with id n has the number n - 1; the oldest is open.
    ChunkedQueue<Reservation> m_reservations;
    std::size_t m_openCount = 0;
    std::unordered_map<std::string, AgentId, NameHash, std::equal_to<>> m_ids;
    std::vector<Agent> m_agents; ///< by id
    LimiterTotals m_totals;
    NanoUsd m_reservedCost = 0;
    std::unordered_map<std::string, Hold, NameHash, std::equal_to<>> m_holds; ///< by provider
    std::vector<ExpiredReservation> m_expired;
};

} // namespace orrery::team
