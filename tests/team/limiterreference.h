// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/team/ratelimiter.h"

#include <cmath>
#include <set>

namespace orrery::team {

/// The limiter said plainly: lists that are added up each time.
struct LimiterReference {
    struct Entry {
        std::int64_t ts, tokens, requests;
        std::string agent;
    };
    struct Open {
        ReservationId id;
        std::int64_t ts, tokens;
        std::string agent;
        std::int64_t nano;
        std::set<std::string> payers; ///< its agent among them
        std::int64_t asked = 0;       ///< the caller's own time
    };
    using Reason = LimiterDenial::Reason;

    LimiterConfig config;
    std::vector<Entry> window;
    std::vector<Open> open;
    std::map<std::string, LimiterTotals> agents;
    std::map<std::string, double> charged;
    /// Who pays, beside its agent, for what has expired.
    std::map<ReservationId, std::set<std::string>> late;
    LimiterTotals totals;
    std::map<std::string, std::int64_t> holds;
    std::int64_t latest = INT64_MIN;
    std::int64_t offset = 0;

    std::int64_t steady(std::int64_t wall)
    {
        if (latest != INT64_MIN && wall + offset < latest - 1000)
            offset = latest - wall;
        return latest = std::max(latest, wall + offset);
    }
    void prune(std::int64_t now)
    {
        std::erase_if(window, [now](const Entry &e) { return e.ts <= now - 60000; });
    }
    void expire(std::int64_t now)
    {
        while (!open.empty() && open.front().ts <= now - config.reservationTtlMs) {
            late[open.front().id] = open.front().payers;
            late[open.front().id].erase(open.front().agent);
            settle(open.front().id, -open.front().tokens, -1, 0, now);
        }
    }
    static std::set<std::string> everybody(const std::string &agent,
                                           const std::vector<std::string> &payers)
    {
        std::set<std::string> all(payers.begin(), payers.end());
        all.insert(agent);
        return all;
    }
    void charge(const std::set<std::string> &who, double cost)
    {
        for (const std::string &each : who)
            charged[each] = std::max(0.0, charged[each] + cost);
    }
    /// What was reserved no more, or never.
    void recordNew(const std::string &agent, std::int64_t tokens, double cost,
                   std::int64_t requests, ReservationId id, std::int64_t now)
    {
        auto node = late.extract(id);
        std::set<std::string> who = node.empty() ? std::set<std::string>() : node.mapped();
        who.insert(agent);
        charge(who, cost);
        book(agent, tokens, requests, cost);
        if (tokens != 0 || requests != 0)
            window.push_back({now, tokens, requests, agent});
    }
    void book(const std::string &agent, std::int64_t tokens, std::int64_t requests, double cost)
    {
        for (LimiterTotals *sum : {&totals, &agents[agent]}) {
            sum->tokens = std::max<std::int64_t>(0, sum->tokens + tokens);
            sum->requests = std::max<std::int64_t>(0, sum->requests + requests);
            sum->costUsd = std::max(0.0, sum->costUsd + cost);
        }
    }
    bool settle(ReservationId id, std::int64_t tokens, std::int64_t requests, double cost,
                std::int64_t now)
    {
        for (auto it = open.begin(); it != open.end(); ++it) {
            if (it->id != id)
                continue;
            const Open held = *it;
            open.erase(it);
            book(held.agent, tokens, requests, cost);
            charge(held.payers, cost);
            if ((tokens != 0 || requests != 0) && held.ts > now - 60000)
                window.push_back({held.ts, tokens, requests, held.agent});
            return true;
        }
        return false;
    }
    const Open *find(ReservationId id) const
    {
        for (const Open &each : open)
            if (each.id == id)
                return &each;
        return nullptr;
    }
    std::int64_t tokens() const
    {
        std::int64_t sum = 0;
        for (const Entry &e : window)
            sum += e.tokens;
        return sum;
    }
    std::int64_t requests() const
    {
        std::int64_t sum = 0;
        for (const Entry &e : window)
            sum += e.requests;
        return sum;
    }
    std::map<std::string, Holder> holders() const
    {
        std::map<std::string, Holder> list;
        for (const Entry &e : window) {
            list[e.agent].tokens += e.tokens;
            list[e.agent].requests += e.requests;
        }
        for (const Open &each : open)
            if (list.contains(each.agent) && each.ts > latest - 60000)
                list[each.agent].reserved += each.tokens;
        std::erase_if(list, [](const auto &each) {
            return each.second.tokens == 0 && each.second.requests == 0;
        });
        return list;
    }
    bool fitsBudget(const std::string &only, double budget, std::optional<double> cost) const
    {
        const auto own = charged.find(only);
        const double spent = only.empty() ? totals.costUsd : own == charged.end() ? 0 : own->second;
        if (spent >= budget)
            return false;
        if (!cost)
            return true;
        std::int64_t sum = std::llround(spent * 1e9) + std::llround(*cost * 1e9);
        for (const Open &each : open)
            if (only.empty() || each.payers.contains(only))
                sum += each.nano;
        return sum <= std::llround(budget * 1e9);
    }
    /// Whose budget has no room.
    std::optional<std::string> refusingBudget(const LimiterAsk &ask) const
    {
        std::vector<std::string> chain = ask.payers;
        chain.insert(chain.begin(), ask.agent);
        for (const std::string &each : chain) {
            const auto own = config.agentBudgetsUsd.find(each);
            const std::optional<double> budget =
                own != config.agentBudgetsUsd.end() ? own->second : config.perAgentBudgetUsd;
            if (budget && !fitsBudget(each, *budget, ask.costUsd))
                return each;
        }
        return std::nullopt;
    }
    std::optional<Reason> refuses(const LimiterAsk &ask, std::int64_t now) const
    {
        if (config.budgetUsd && !fitsBudget("", *config.budgetUsd, ask.costUsd))
            return Reason::Budget;
        if (refusingBudget(ask))
            return Reason::AgentBudget;
        const bool tooMany = config.tpm && tokens() + ask.tokens > *config.tpm;
        if (tooMany && ask.tokens > *config.tpm)
            return Reason::TooLarge;
        if (const auto it = holds.find(ask.provider); it != holds.end() && it->second > now)
            return Reason::Provider;
        if (config.rpm && requests() + 1 > *config.rpm)
            return Reason::Requests;
        return tooMany ? std::optional(Reason::Tokens) : std::nullopt;
    }
    /// The first time at which it would go if nothing else happened, found by trying.
    std::optional<std::int64_t> fitsAt(const LimiterAsk &ask) const
    {
        std::set<std::int64_t> times;
        for (const Entry &e : window)
            times.insert(e.ts + 60000);
        for (const Open &each : open)
            times.insert(each.ts + config.reservationTtlMs);
        for (const auto &[provider, until] : holds)
            times.insert(until);
        LimiterReference now = *this;
        now.late.clear(); // of no account for what only waits
        for (const std::int64_t time : times) {
            if (time <= latest)
                continue;
            LimiterReference then = now;
            then.prune(time);
            then.expire(time);
            if (!then.refuses(ask, time))
                return time - offset;
        }
        return std::nullopt;
    }
    /// `id`: what the limiter gave the reservation, any number that is above all before it.
    void admit(const LimiterAsk &ask, ReservationId id, std::int64_t now)
    {
        window.push_back({now, ask.tokens, 1, ask.agent});
        book(ask.agent, ask.tokens, 1, 0);
        open.push_back({id, now, ask.tokens, ask.agent,
                        ask.costUsd ? std::int64_t(std::llround(*ask.costUsd * 1e9)) : 0,
                        everybody(ask.agent, ask.payers)});
    }
};

} // namespace orrery::team
