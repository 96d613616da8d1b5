// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/ratelimiter.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <mutex>
#include <unordered_map>

namespace orrery::team {

namespace {

constexpr std::int64_t kWindowMs = 60000;

struct Entry {
    std::int64_t ts;
    std::int64_t tokens;
    std::int64_t requests;
    std::string agent;
};

struct Reservation {
    std::string agent;
    std::int64_t tokens;
    std::int64_t ts;
};

struct InWindow {
    std::int64_t tokens = 0;
    std::int64_t requests = 0;
};

std::string grouped(std::int64_t number)
{
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0);
         at -= 3)
        digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

std::string dollars(double amount)
{
    char text[32];
    std::snprintf(text, sizeof text, "$%.2f", amount);
    return text;
}

} // namespace

const char *toString(LimiterDenial::Reason reason)
{
    switch (reason) {
    case LimiterDenial::Reason::Requests: return "requests";
    case LimiterDenial::Reason::Tokens: return "tokens";
    case LimiterDenial::Reason::Budget: return "budget";
    case LimiterDenial::Reason::AgentBudget: return "agent_budget";
    case LimiterDenial::Reason::TooLarge: return "too_large";
    }
    return "tokens";
}

struct RateLimiter::Private {
    explicit Private(LimiterConfig c) : config(c) {}

    const LimiterConfig config;
    mutable std::mutex mutex;
    // All below is guarded by `mutex`.
    std::deque<Entry> window; ///< by time; refunds and deltas stand at the time of their acquire
    std::int64_t windowTokens = 0;
    std::int64_t windowRequests = 0;
    std::unordered_map<std::string, InWindow> inWindow;
    std::map<ReservationId, Reservation>
        reservations; ///< by id, which is by age unless the clock went back
    ReservationId lastId = 0;
    LimiterTotals totals;
    std::map<std::string, LimiterTotals> agents;
    std::vector<ExpiredReservation> expired;

    void count(const Entry &entry, std::int64_t sign)
    {
        windowTokens += sign * entry.tokens;
        windowRequests += sign * entry.requests;
        InWindow &agent = inWindow[entry.agent];
        agent.tokens += sign * entry.tokens;
        agent.requests += sign * entry.requests;
    }

    void prune(std::int64_t nowMs)
    {
        while (!window.empty() && window.front().ts <= nowMs - kWindowMs) {
            count(window.front(), -1);
            window.pop_front();
        }
    }

    void insert(Entry entry)
    {
        count(entry, 1);
        // Settlements are mostly recent: the search from the end is short.
        auto it = window.end();
        while (it != window.begin() && std::prev(it)->ts > entry.ts)
            --it;
        window.insert(it, std::move(entry));
    }

    void book(const std::string &agent, std::int64_t tokens, std::int64_t requests, double cost)
    {
        const auto add = [&](LimiterTotals &sum) {
            sum.tokens = std::max<std::int64_t>(0, sum.tokens + tokens);
            sum.requests = std::max<std::int64_t>(0, sum.requests + requests);
            sum.costUsd = std::max(0.0, sum.costUsd + cost);
        };
        add(totals);
        add(agents[agent]);
    }

    /// A correction of something that was counted at `ts`, at that same time.
    void settle(const Reservation &reservation, std::int64_t tokens, std::int64_t requests,
                double cost, std::int64_t nowMs)
    {
        book(reservation.agent, tokens, requests, cost);
        if ((tokens != 0 || requests != 0) && reservation.ts > nowMs - kWindowMs)
            insert({reservation.ts, tokens, requests, reservation.agent});
    }

    void expire(std::int64_t nowMs)
    {
        while (!reservations.empty()
               && reservations.begin()->second.ts <= nowMs - config.reservationTtlMs) {
            const auto [id, reservation] = *reservations.begin();
            reservations.erase(reservations.begin());
            settle(reservation, -reservation.tokens, -1, 0, nowMs);
            expired.push_back({id, reservation.agent, reservation.tokens});
        }
    }

    std::vector<Holder> holders() const
    {
        std::map<std::string, Holder> byAgent;
        for (const auto &[agent, sum] : inWindow)
            if (sum.tokens != 0 || sum.requests != 0)
                byAgent[agent] = {agent, sum.tokens, 0, sum.requests};
        for (const auto &[id, reservation] : reservations)
            if (const auto it = byAgent.find(reservation.agent); it != byAgent.end())
                it->second.reserved += reservation.tokens;
        std::vector<Holder> list;
        for (auto &[agent, holder] : byAgent)
            list.push_back(std::move(holder));
        std::stable_sort(list.begin(), list.end(),
                         [](const Holder &a, const Holder &b) { return a.tokens > b.tokens; });
        return list;
    }

    std::optional<LimiterDenial> refuse(const std::string &agent, std::int64_t tokens,
                                        std::int64_t nowMs);
    void explain(LimiterDenial &denial, const std::string &agent, std::int64_t nowMs) const;
    LimiterStatus status() const
    {
        return {totals, agents, windowTokens, windowRequests, window.size(), reservations.size()};
    }
};

std::optional<LimiterDenial> RateLimiter::Private::refuse(const std::string &agent,
                                                          std::int64_t tokens, std::int64_t nowMs)
{
    using Reason = LimiterDenial::Reason;
    LimiterDenial denial;
    denial.tokens = tokens;
    denial.windowTokens = windowTokens;
    denial.windowRequests = windowRequests;
    const auto own = agents.find(agent);
    const double ownCost = own == agents.end() ? 0.0 : own->second.costUsd;
    if (config.budgetUsd && totals.costUsd >= *config.budgetUsd) {
        denial.reason = Reason::Budget;
        denial.sentence = "The team's budget of " + dollars(*config.budgetUsd) + " is used up ("
                          + dollars(totals.costUsd) + ").";
    } else if (config.perAgentBudgetUsd && ownCost >= *config.perAgentBudgetUsd) {
        denial.reason = Reason::AgentBudget;
        denial.sentence = agent + "'s budget of " + dollars(*config.perAgentBudgetUsd)
                          + " is used up (" + dollars(ownCost) + ").";
    } else if (config.tpm && tokens > *config.tpm && windowTokens + tokens > *config.tpm) {
        denial.reason = Reason::TooLarge;
        denial.limit = *config.tpm;
        denial.sentence = agent + "'s call needs " + grouped(tokens)
                          + " tokens, more than the whole window of " + grouped(*config.tpm) + ".";
    } else if (config.rpm && windowRequests + 1 > *config.rpm) {
        denial.reason = Reason::Requests;
        denial.limit = *config.rpm;
        explain(denial, agent, nowMs);
    } else if (config.tpm && windowTokens + tokens > *config.tpm) {
        denial.reason = Reason::Tokens;
        denial.limit = *config.tpm;
        explain(denial, agent, nowMs);
    } else {
        return std::nullopt;
    }
    return denial;
}

void RateLimiter::Private::explain(LimiterDenial &denial, const std::string &agent,
                                   std::int64_t nowMs) const
{
    denial.holders = holders();
    std::int64_t tokensLeft = windowTokens;
    std::int64_t requestsLeft = windowRequests;
    const Entry *last = nullptr;
    for (auto it = window.begin(); it != window.end();) {
        const std::int64_t ts = it->ts;
        // An acquire and its corrections leave together.
        for (; it != window.end() && it->ts == ts; ++it) {
            tokensLeft -= it->tokens;
            requestsLeft -= it->requests;
            if (it->tokens > 0)
                last = &*it;
        }
        if ((!config.tpm || tokensLeft + denial.tokens <= *config.tpm)
            && (!config.rpm || requestsLeft + 1 <= *config.rpm)) {
            denial.fitsAtMs = ts + kWindowMs;
            break;
        }
    }
    const bool byTokens = denial.reason == LimiterDenial::Reason::Tokens;
    std::string text = agent + "'s call needs "
                       + (byTokens ? grouped(denial.tokens) + " tokens" : "a request")
                       + ". The window holds " + grouped(byTokens ? windowTokens : windowRequests)
                       + " of " + grouped(denial.limit) + ":";
    for (std::size_t i = 0; i < denial.holders.size(); ++i) {
        const Holder &holder = denial.holders[i];
        text += (i ? ", " : " ") + holder.agent + " "
                + grouped(byTokens ? holder.tokens : holder.requests);
        if (byTokens && holder.reserved > 0)
            text += " (" + grouped(holder.reserved) + " only reserved)";
    }
    text += ".";
    if (denial.fitsAtMs) {
        text += " It fits in " + std::to_string((*denial.fitsAtMs - nowMs + 999) / 1000) + " s";
        if (byTokens && last)
            text += ", when " + last->agent + "'s " + grouped(last->tokens) + " leave";
        text += ", or as soon as a reservation is settled for less.";
    }
    denial.sentence = std::move(text);
}

RateLimiter::RateLimiter(LimiterConfig config) : d(std::make_unique<Private>(config)) {}

RateLimiter::~RateLimiter() = default;

const LimiterConfig &RateLimiter::config() const { return d->config; }

RateLimiter::Verdict RateLimiter::acquire(const std::string &agent, std::int64_t tokens,
                                          std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->prune(nowMs);
    d->expire(nowMs);
    Verdict verdict;
    verdict.denial = d->refuse(agent, tokens, nowMs);
    if (!verdict.denial) {
        d->insert({nowMs, tokens, 1, agent});
        d->book(agent, tokens, 1, 0);
        verdict.reservation = ++d->lastId;
        d->reservations[verdict.reservation] = {agent, tokens, nowMs};
    }
    verdict.windowTokens = d->windowTokens;
    verdict.windowRequests = d->windowRequests;
    return verdict;
}

void RateLimiter::record(const std::string &agent, std::int64_t tokens, double costUsd,
                         std::int64_t requests, ReservationId reservation, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->prune(nowMs);
    d->expire(nowMs);
    const auto it = d->reservations.find(reservation);
    if (it == d->reservations.end()) {
        d->book(agent, tokens, requests, costUsd);
        if (tokens != 0 || requests != 0)
            d->insert({nowMs, tokens, requests, agent});
        return;
    }
    const Reservation owner = it->second;
    d->reservations.erase(it);
    d->settle(owner, tokens - owner.tokens, requests - 1, costUsd, nowMs);
}

bool RateLimiter::release(ReservationId reservation, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->prune(nowMs);
    const auto it = d->reservations.find(reservation);
    if (it == d->reservations.end())
        return false;
    const Reservation owner = it->second;
    d->reservations.erase(it);
    d->settle(owner, -owner.tokens, -1, 0, nowMs);
    return true;
}

LimiterStatus RateLimiter::status(std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->prune(nowMs);
    d->expire(nowMs);
    return d->status();
}

LimiterStatus RateLimiter::peek() const
{
    std::lock_guard lock(d->mutex);
    return d->status();
}

std::vector<OpenReservation> RateLimiter::openReservations() const
{
    std::lock_guard lock(d->mutex);
    std::vector<OpenReservation> open;
    open.reserve(d->reservations.size());
    for (const auto &[id, held] : d->reservations)
        open.push_back({id, held.agent, held.tokens, held.ts});
    return open;
}

std::optional<double> RateLimiter::budgetLeft() const
{
    std::lock_guard lock(d->mutex);
    if (!d->config.budgetUsd)
        return std::nullopt;
    return *d->config.budgetUsd - d->totals.costUsd;
}

std::vector<ExpiredReservation> RateLimiter::takeExpired()
{
    std::lock_guard lock(d->mutex);
    return std::exchange(d->expired, {});
}

} // namespace orrery::team
