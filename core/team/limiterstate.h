// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/team/ratelimiter.h"
#include "core/team/slidingwindow.h"
#include "core/team/steadytime.h"

#include <algorithm>
#include <limits>
#include <map>
#include <span>
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
    explicit LimiterState(LimiterConfig config)
        : m_config(std::move(config)), m_budgets(m_config.agentBudgetsUsd)
    {}

    struct Call {
        std::string_view agent;
        std::int64_t tokens = 1;
        std::optional<NanoUsd> cost;
        std::string_view provider;
        std::span<const std::string> payers = {};
    };
    using Reason = LimiterDenial::Reason;

    const LimiterConfig &config() const { return m_config; }
    SteadyTime &time() { return m_time; }
    const SteadyTime &time() const { return m_time; }
    const WindowSums &sums() const { return m_window.sums(); }

    void prune(std::int64_t now)
    {
        m_window.dropExpired(now, [this](const SlidingWindow::Entry &oldest) {
            Agent &agent = m_agents[oldest.agent];
            agent.tokens -= oldest.tokens;
            agent.requests -= oldest.requests;
            if (oldest.isOpen)
                agent.reserved -= oldest.tokens;
        });
    }
    void expire(std::int64_t now)
    {
        // Reservations are entered in order of time, so what expires is at the front.
        while (m_window.firstOpenMs() <= now - m_config.reservationTtlMs)
            expireOldest();
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
    bool lift(const std::string &provider, std::int64_t now); ///< true = it was held
    void setBudget(const std::string &agent, double usd);
    void addSpent(std::string_view agent, double costUsd, std::int64_t tokens,
                  std::int64_t requests, std::span<const std::string> payers);

    LimiterStatus status() const;
    std::vector<OpenReservation> openReservations() const;
    std::optional<OpenReservation> open(ReservationId id) const;
    std::vector<ExpiredReservation> takeExpired() { return std::exchange(m_expired, {}); }
    double spentUsd() const { return m_totals.costUsd; }

private:
    using AgentId = std::uint32_t;
    struct Agent {
        std::string name;
        LimiterTotals totals;
        bool isBooked = false; ///< false = it only asked so far
        double chargedUsd =
            0; ///< to its budget: its own costs and those of the calls that it pays for
        // In the window:
        std::int64_t tokens = 0;
        std::int64_t requests = 0;
        std::int64_t reserved = 0;
        NanoUsd reservedCost = 0; ///< of its budget
    };
    using Payers = std::vector<AgentId>; ///< of a call, none twice and not its agent
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

    void expireOldest();
    AgentId intern(std::string_view name)
    {
        // Who asked last is the likeliest to ask next.
        if (m_lastAsked < m_agents.size() && m_agents[m_lastAsked].name == name)
            return m_lastAsked;
        return m_lastAsked = internAnew(name);
    }
    AgentId internAnew(std::string_view name);
    Payers payersOf(AgentId agent, std::span<const std::string> names);
    void charge(AgentId agent, const Payers &payers, double cost);
    const Agent *find(std::string_view name) const;
    const Hold *holdOn(std::string_view provider, std::int64_t now) const
    {
        const auto it = m_holds.find(provider);
        return it == m_holds.end() || it->second.until <= now ? nullptr : &it->second;
    }
    bool isOpen(ReservationId id) const { return id != 0 && m_window.isOpen(id - 1); }
    // Sums never fall below nothing.
    static void addTo(double &usd, double more) { usd = std::max(0.0, usd + more); }
    static void addTo(LimiterTotals &sum, std::int64_t tokens, std::int64_t requests)
    {
        sum.tokens = std::max<std::int64_t>(0, sum.tokens + tokens);
        sum.requests = std::max<std::int64_t>(0, sum.requests + requests);
    }
    void book(Agent &agent, std::int64_t tokens, std::int64_t requests)
    {
        agent.isBooked = true;
        if (tokens >= 0 && requests >= 0) { // as nearly always: nothing to be checked
            m_totals.tokens += tokens;
            m_totals.requests += requests;
            agent.totals.tokens += tokens;
            agent.totals.requests += requests;
            return;
        }
        addTo(m_totals, tokens, requests);
        addTo(agent.totals, tokens, requests);
    }
    void bookCost(Agent &agent, double cost)
    {
        addTo(m_totals.costUsd, cost);
        addTo(agent.totals.costUsd, cost);
    }
    void settle(SlidingWindow::Index reservation, SlidingWindow::Entry &entry, std::int64_t tokens,
                std::int64_t requests, double cost);
    Payers forgetPayers(SlidingWindow::Index reservation);
    void settleWithPayers(const SlidingWindow::Entry &entry, SlidingWindow::Index reservation,
                          double cost);
    ReservationId admitWithPayers(const Call &call, std::int64_t now, std::int64_t askedMs);
    void recordAnew(std::string_view agent, std::int64_t tokens, double costUsd,
                    std::int64_t requests, ReservationId reservation, std::int64_t now);
    bool isPaidBy(SlidingWindow::Index reservation, const Agent &agent) const;
    OpenReservation toOpen(SlidingWindow::Index reservation) const;
    /// Nothing = none.
    const double *agentBudget(std::string_view agent) const
    {
        if (!m_budgets.empty())
            if (const auto own = m_budgets.find(agent); own != m_budgets.end())
                return &own->second;
        return m_config.perAgentBudgetUsd ? &*m_config.perAgentBudgetUsd : nullptr;
    }
    bool fitsBudget(double spentUsd, NanoUsd reserved, const Call &call, double budgetUsd) const;
    bool fitsBudgetOf(std::string_view agent, const Call &call) const;
    /// Of the call's agent and its payers the first whose budget has no room for it; nothing = all have.
    std::optional<std::string_view> refusingBudget(const Call &call) const;

    // In limiterexplanation.cpp. Times of fitting: `now` = at once, kNever.
    std::int64_t windowFitsAt(const Call &call, std::int64_t now,
                              const SlidingWindow::Entry **last) const;
    std::int64_t windowFitsEarlyAt(const WindowSums &most) const;
    std::int64_t budgetFitsAt(const Call &call, std::int64_t now, double budgetUsd,
                              const Agent *only) const;
    std::int64_t agentBudgetFitsAt(const Call &call, std::int64_t now,
                                   std::string_view agent) const;
    std::vector<Holder> holders() const;
    std::string budgetSentence(const Call &call, const LimiterDenial &denial) const;
    std::string windowSentence(const Call &call, const LimiterDenial &denial) const;

    const LimiterConfig m_config;
    std::map<std::string, double, std::less<>> m_budgets; ///< of single agents
    SteadyTime m_time;
    /// The reservation with id n is entry n - 1.
    SlidingWindow m_window;
    std::size_t m_openCount = 0;
    std::unordered_map<std::string, AgentId, NameHash, std::equal_to<>> m_ids;
    std::vector<Agent> m_agents; ///< by id
    /// Of reservations that have any: those that are open, or have expired and may be settled yet.
    std::unordered_map<SlidingWindow::Index, Payers> m_payers;
    AgentId m_lastAsked = 0;
    LimiterTotals m_totals;
    NanoUsd m_reservedCost = 0;
    std::unordered_map<std::string, Hold, NameHash, std::equal_to<>> m_holds; ///< by provider
    std::vector<ExpiredReservation> m_expired;
};

// Inline, what every call goes through: an optional that is returned goes through memory in two pieces and is read as one,
// which stalls each call.
inline bool LimiterState::fitsBudget(double spentUsd, NanoUsd reserved, const Call &call,
                                     double budgetUsd) const
{
    if (spentUsd >= budgetUsd)
        return false;
    return !call.cost || nanoUsd(spentUsd) + reserved + *call.cost <= nanoUsd(budgetUsd);
}

[[gnu::always_inline]] inline std::optional<LimiterDenial::Reason>
LimiterState::refuses(const Call &call, std::int64_t now) const
{
    if (m_config.budgetUsd
        && !fitsBudget(m_totals.costUsd, m_reservedCost, call, *m_config.budgetUsd))
        return Reason::Budget;
    if ((m_config.perAgentBudgetUsd || !m_budgets.empty()) && refusingBudget(call))
        return Reason::AgentBudget;
    const WindowSums &sums = m_window.sums();
    const bool tooMany = m_config.tpm && sums.tokens + call.tokens > *m_config.tpm;
    if (tooMany && call.tokens > *m_config.tpm)
        return Reason::TooLarge;
    // The name is not even copied as long as nobody waits.
    if (!m_holds.empty() && holdOn(call.provider, now))
        return Reason::Provider;
    if (m_config.rpm && sums.requests + 1 > *m_config.rpm)
        return Reason::Requests;
    return tooMany ? std::optional(Reason::Tokens) : std::nullopt;
}

/// A correction of what was counted at the time of the reservation, at that same time. Ends the reservation.
[[gnu::always_inline]] inline void LimiterState::settle(SlidingWindow::Index reservation,
                                                        SlidingWindow::Entry &entry,
                                                        std::int64_t tokens, std::int64_t requests,
                                                        double cost)
{
    Agent &agent = m_agents[entry.agent];
    if (entry.cost != 0) {
        agent.reservedCost -= entry.cost;
        m_reservedCost -= entry.cost;
    }
    book(agent, tokens, requests);
    if (cost != 0) {
        bookCost(agent, cost);
        addTo(agent.chargedUsd, cost);
    }
    if (!m_payers.empty())
        settleWithPayers(entry, reservation, cost);
    if (m_window.contains(reservation)) {
        agent.reserved -= entry.tokens;
        agent.tokens += tokens;
        if (requests != 0)
            agent.requests += requests;
    }
    m_window.close(reservation, entry, tokens, requests);
    --m_openCount;
}

[[gnu::always_inline]] inline ReservationId LimiterState::admit(const Call &call, std::int64_t now,
                                                                std::int64_t askedMs)
{
    if (!call.payers.empty())
        return admitWithPayers(call, now, askedMs);
    const AgentId id = intern(call.agent);
    Agent &agent = m_agents[id];
    const NanoUsd cost = call.cost.value_or(0);
    const auto index = m_window.reserve(now, call.tokens, id, cost, askedMs);
    agent.tokens += call.tokens;
    agent.requests += 1;
    agent.reserved += call.tokens;
    if (cost != 0) {
        agent.reservedCost += cost;
        m_reservedCost += cost;
    }
    book(agent, call.tokens, 1);
    ++m_openCount;
    return index + 1;
}

[[gnu::always_inline]] inline void LimiterState::record(std::string_view agent, std::int64_t tokens,
                                                        double costUsd, std::int64_t requests,
                                                        ReservationId reservation, std::int64_t now)
{
    // None is 0, and its index one that no entry has.
    const SlidingWindow::Index index = reservation - 1;
    SlidingWindow::Entry *const entry = m_window.findOpen(index);
    if (!entry) {
        recordAnew(agent, tokens, costUsd, requests, reservation, now);
        return;
    }
    settle(index, *entry, tokens - entry->tokens, requests - 1, costUsd);
    if (!m_payers.empty())
        forgetPayers(index);
}

} // namespace orrery::team
