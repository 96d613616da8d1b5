// SPDX-License-Identifier: GPL-3.0-or-later
// Why a call cannot go now, who is in its way, and when it can.
#include "core/team/limiterstate.h"

#include <algorithm>
#include <cstdio>

namespace orrery::team {

namespace {

std::string grouped(std::int64_t number)
{
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0);
         at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

std::string dollars(double amount)
{
    char text[40];
    // Parts of a cent are told where cents would say $0.00.
    std::snprintf(text, sizeof text, amount != 0 && amount < 0.01 ? "$%.6f" : "$%.2f", amount);
    return text;
}

std::string seconds(std::int64_t ms) { return std::to_string((ms + 999) / 1000) + " s"; }

} // namespace

const char *toString(LimiterDenial::Reason reason)
{
    switch (reason) {
    case LimiterDenial::Reason::Requests: return "requests";
    case LimiterDenial::Reason::Tokens: return "tokens";
    case LimiterDenial::Reason::Budget: return "budget";
    case LimiterDenial::Reason::AgentBudget: return "agent_budget";
    case LimiterDenial::Reason::TooLarge: return "too_large";
    case LimiterDenial::Reason::Provider: return "provider";
    case LimiterDenial::Reason::Queued: return "queued";
    }
    return "tokens";
}

std::vector<Holder> LimiterState::holders() const
{
    std::vector<Holder> list;
    for (const Agent &agent : m_agents)
        if (agent.tokens != 0 || agent.requests != 0)
            list.push_back({agent.name, agent.tokens, agent.reserved, agent.requests});
    std::sort(list.begin(), list.end(), [](const Holder &a, const Holder &b) {
        return a.tokens != b.tokens ? a.tokens > b.tokens : a.agent < b.agent;
    });
    return list;
}

/// With reservations that expire before they leave the window: each open one leaves at its expiry. Rare, so not fast.
std::int64_t LimiterState::windowFitsEarlyAt(const WindowSums &most) const
{
    struct Leaving {
        std::int64_t timeMs, tokens, requests;
    };
    std::vector<Leaving> leaving;
    for (auto index = m_window.begin(); index < m_window.end(); ++index) {
        const SlidingWindow::Entry &entry = m_window[index];
        const std::int64_t stays =
            entry.isOpen ? m_config.reservationTtlMs : SlidingWindow::lengthMs;
        leaving.push_back({entry.timeMs + stays, entry.tokens, entry.requests});
    }
    std::sort(leaving.begin(), leaving.end(),
              [](const Leaving &a, const Leaving &b) { return a.timeMs < b.timeMs; });
    WindowSums left = m_window.sums();
    for (std::size_t i = 0; i < leaving.size(); ++i) {
        left.tokens -= leaving[i].tokens;
        left.requests -= leaving[i].requests;
        const bool goesOn = i + 1 < leaving.size() && leaving[i + 1].timeMs == leaving[i].timeMs;
        if (!goesOn && left.tokens <= most.tokens && left.requests <= most.requests)
            return leaving[i].timeMs;
    }
    return kNever;
}

/// `last` becomes the entry whose leaving makes room, if the call has to wait for one.
std::int64_t LimiterState::windowFitsAt(const Call &call, std::int64_t now,
                                        const SlidingWindow::Entry **last) const
{
    const WindowSums most{m_config.tpm ? *m_config.tpm - call.tokens : kNever,
                          m_config.rpm ? *m_config.rpm - 1 : kNever};
    const WindowSums &sums = m_window.sums();
    if (sums.tokens <= most.tokens && sums.requests <= most.requests)
        return now;
    if (m_openCount > 0 && m_config.reservationTtlMs < SlidingWindow::lengthMs)
        return windowFitsEarlyAt(most);
    const auto fit = m_window.whenAtMost(most);
    if (!fit)
        return kNever;
    *last = &m_window[fit->last];
    return fit->timeMs;
}

/// The same of an agent's budget, if it has one.
std::int64_t LimiterState::agentBudgetFitsAt(const Call &call, std::int64_t now,
                                             std::string_view agent) const
{
    const double *budget = agentBudget(agent);
    if (!budget)
        return now;
    if (const Agent *known = find(agent))
        return budgetFitsAt(call, now, *budget, known);
    return fitsBudget(0, 0, call, *budget) ? now : kNever;
}

/// A budget that is reserved but not spent comes free when the reservations expire, at the latest.
std::int64_t LimiterState::budgetFitsAt(const Call &call, std::int64_t now, double budget,
                                        const Agent *only) const
{
    const double spent = only ? only->chargedUsd : m_totals.costUsd;
    NanoUsd reserved = only ? only->reservedCost : m_reservedCost;
    if (fitsBudget(spent, reserved, call, budget))
        return now;
    for (auto index = m_window.firstOpen(); index < m_window.end(); ++index) {
        const SlidingWindow::Entry &each = m_window[index];
        if (!each.isOpen || each.cost == 0 || (only && !isPaidBy(index, *only)))
            continue;
        reserved -= each.cost;
        if (fitsBudget(spent, reserved, call, budget))
            return each.timeMs + m_config.reservationTtlMs;
    }
    return kNever;
}

LimiterDenial LimiterState::explain(const Call &call, Reason reason, std::int64_t now,
                                    bool inWords) const
{
    LimiterDenial denial;
    denial.reason = reason;
    denial.tokens = call.tokens;
    denial.windowTokens = m_window.sums().tokens;
    denial.windowRequests = m_window.sums().requests;
    denial.limit = reason == Reason::Requests                               ? *m_config.rpm
                   : reason == Reason::Tokens || reason == Reason::TooLarge ? *m_config.tpm
                                                                            : 0;
    if (reason == Reason::Budget || reason == Reason::AgentBudget) {
        const bool ofTeam = reason == Reason::Budget;
        if (!ofTeam)
            denial.budgetOf = refusingBudget(call).value_or(call.agent);
        const Agent *whose = ofTeam ? nullptr : find(denial.budgetOf);
        denial.spentUsd = ofTeam ? m_totals.costUsd : whose ? whose->chargedUsd : 0;
        const NanoUsd reserved = ofTeam ? m_reservedCost : whose ? whose->reservedCost : 0;
        denial.reservedUsd = static_cast<double>(reserved) / 1e9;
        if (call.cost)
            denial.estimateUsd = static_cast<double>(*call.cost) / 1e9;
    }

    const SlidingWindow::Entry *last = nullptr;
    std::int64_t fits = now;
    if (reason == Reason::TooLarge) {
        fits = kNever;
    } else {
        fits = windowFitsAt(call, now, &last);
        if (m_config.budgetUsd)
            fits = std::max(fits, budgetFitsAt(call, now, *m_config.budgetUsd, nullptr));
        fits = std::max(fits, agentBudgetFitsAt(call, now, call.agent));
        for (const std::string &payer : call.payers)
            fits = std::max(fits, agentBudgetFitsAt(call, now, payer));
        if (const Hold *hold = holdOn(call.provider, now))
            fits = std::max(fits, hold->until);
    }
    if (fits != kNever)
        denial.fitsAtMs = m_time.toWall(fits);
    if (!inWords)
        return denial;

    const std::string wait = fits == kNever ? "" : " It fits in " + seconds(fits - now);
    switch (reason) {
    case Reason::TooLarge:
        denial.sentence = std::string(call.agent) + "'s call needs " + grouped(call.tokens)
                          + " tokens, more than the whole window of " + grouped(denial.limit) + ".";
        break;
    case Reason::Budget:
    case Reason::AgentBudget:
        denial.sentence = budgetSentence(call, denial);
        if (!wait.empty())
            denial.sentence += wait + ", or as soon as a call under way costs less.";
        break;
    case Reason::Provider:
        denial.sentence = holdOn(call.provider, now)->sentence + wait + ".";
        break;
    default:
        denial.holders = holders();
        denial.sentence = windowSentence(call, denial);
        if (!wait.empty()) {
            denial.sentence += wait;
            if (reason == Reason::Tokens && last && last->tokens > 0)
                denial.sentence += ", when " + m_agents[last->agent].name + "'s "
                                   + grouped(last->tokens) + " leave";
            denial.sentence += ", or as soon as a reservation is settled for less.";
        }
    }
    return denial;
}

std::string LimiterState::budgetSentence(const Call &call, const LimiterDenial &denial) const
{
    const bool ofTeam = denial.reason == Reason::Budget;
    const double budget = ofTeam ? *m_config.budgetUsd : *agentBudget(denial.budgetOf);
    std::string whose =
        (ofTeam ? "The team's" : denial.budgetOf + "'s") + " budget of " + dollars(budget);
    if (!ofTeam && denial.budgetOf != call.agent)
        whose += ", from which " + std::string(call.agent) + " lives too,";
    if (denial.spentUsd >= budget)
        return whose + " is used up (" + dollars(denial.spentUsd) + ").";
    return whose + " has no room for a call of about " + dollars(*denial.estimateUsd) + ": "
           + dollars(denial.spentUsd) + " are spent and " + dollars(denial.reservedUsd)
           + " are reserved by calls under way.";
}

std::string LimiterState::windowSentence(const Call &call, const LimiterDenial &denial) const
{
    const bool byTokens = denial.reason == Reason::Tokens;
    const WindowSums &sums = m_window.sums();
    std::string text = std::string(call.agent) + "'s call needs "
                       + (byTokens ? grouped(call.tokens) + " tokens" : "a request")
                       + ". The window holds " + grouped(byTokens ? sums.tokens : sums.requests)
                       + " of " + grouped(denial.limit) + ":";
    for (std::size_t i = 0; i < denial.holders.size(); ++i) {
        const Holder &holder = denial.holders[i];
        text += (i ? ", " : " ") + holder.agent + " "
                + grouped(byTokens ? holder.tokens : holder.requests);
        if (byTokens && holder.reserved > 0)
            text += " (" + grouped(holder.reserved) + " only reserved)";
    }
    return text + ".";
}

} // namespace orrery::team
