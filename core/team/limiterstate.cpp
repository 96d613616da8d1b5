// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/limiterstate.h"

#include <algorithm>
#include <cmath>

namespace orrery::team {

NanoUsd nanoUsd(double usd)
{
    return usd > 0 ? static_cast<NanoUsd>(std::llround(std::min(usd, 1e9) * 1e9)) : 0;
}

LimiterState::AgentId LimiterState::internAnew(std::string_view name)
{
    auto it = m_ids.find(name);
    if (it == m_ids.end()) {
        it = m_ids.emplace(name, static_cast<AgentId>(m_agents.size())).first;
        m_agents.emplace_back().name = name;
    }
    return it->second;
}

LimiterState::Payers LimiterState::payersOf(AgentId agent, std::span<const std::string> names)
{
    Payers payers;
    for (const std::string &name : names) {
        const AgentId id = intern(name);
        if (id != agent && std::find(payers.begin(), payers.end(), id) == payers.end())
            payers.push_back(id);
    }
    return payers;
}

void LimiterState::charge(AgentId agent, const Payers &payers, double cost)
{
    addTo(m_agents[agent].chargedUsd, cost);
    for (const AgentId payer : payers)
        if (payer != agent) // somebody else may settle what has expired
            addTo(m_agents[payer].chargedUsd, cost);
}

const LimiterState::Agent *LimiterState::find(std::string_view name) const
{
    const auto it = m_ids.find(name);
    return it == m_ids.end() ? nullptr : &m_agents[it->second];
}

void LimiterState::expireOldest()
{
    const auto index = m_window.firstOpen();
    SlidingWindow::Entry &oldest = *m_window.findOpen(index);
    m_expired.push_back({index + 1, m_agents[oldest.agent].name, oldest.tokens, 0, 0});
    settle(index, oldest, -oldest.tokens, -1, 0);
    m_expired.back().windowTokens = m_window.sums().tokens;
    m_expired.back().windowRequests = m_window.sums().requests;
}

void LimiterState::settleWithPayers(const SlidingWindow::Entry &entry,
                                    SlidingWindow::Index reservation, double cost)
{
    const auto payers = m_payers.find(reservation);
    if (payers == m_payers.end())
        return;
    for (const AgentId payer : payers->second) {
        m_agents[payer].reservedCost -= entry.cost;
        addTo(m_agents[payer].chargedUsd, cost);
    }
}

/// With those who pay for it. Their names come first: a new one moves the agents.
ReservationId LimiterState::admitWithPayers(const Call &call, std::int64_t now,
                                            std::int64_t askedMs)
{
    Payers payers = payersOf(intern(call.agent), call.payers);
    Call own = call;
    own.payers = {};
    const ReservationId id = admit(own, now, askedMs);
    for (const AgentId payer : payers)
        m_agents[payer].reservedCost += call.cost.value_or(0);
    if (!payers.empty())
        m_payers.emplace(id - 1, std::move(payers));
    return id;
}

/// What was not reserved, or is no longer.
void LimiterState::recordAnew(std::string_view agent, std::int64_t tokens, double costUsd,
                              std::int64_t requests, ReservationId reservation, std::int64_t now)
{
    const AgentId id = intern(agent);
    charge(id, forgetPayers(reservation - 1), costUsd);
    Agent &own = m_agents[id];
    book(own, tokens, requests);
    bookCost(own, costUsd);
    if (tokens == 0 && requests == 0)
        return;
    m_window.add(now, tokens, requests, id);
    own.tokens += tokens;
    own.requests += requests;
}

bool LimiterState::release(ReservationId reservation)
{
    SlidingWindow::Entry *const entry = m_window.findOpen(reservation - 1);
    if (entry)
        settle(reservation - 1, *entry, -entry->tokens, -1, 0);
    forgetPayers(reservation - 1);
    return entry != nullptr;
}

void LimiterState::setBudget(const std::string &agent, double usd)
{
    m_budgets.insert_or_assign(agent, usd > 0 ? usd : 0);
}

void LimiterState::addSpent(std::string_view agent, double costUsd, std::int64_t tokens,
                            std::int64_t requests, std::span<const std::string> payers)
{
    const AgentId id = intern(agent);
    charge(id, payersOf(id, payers), costUsd);
    book(m_agents[id], tokens, requests);
    bookCost(m_agents[id], costUsd);
}

/// What they were.
LimiterState::Payers LimiterState::forgetPayers(SlidingWindow::Index reservation)
{
    if (m_payers.empty())
        return {};
    const auto node = m_payers.extract(reservation);
    return node.empty() ? Payers() : std::move(node.mapped());
}

bool LimiterState::isPaidBy(SlidingWindow::Index reservation, const Agent &agent) const
{
    if (&m_agents[m_window[reservation].agent] == &agent)
        return true;
    const auto payers = m_payers.find(reservation);
    return payers != m_payers.end()
           && std::any_of(payers->second.begin(), payers->second.end(),
                          [&](AgentId payer) { return &m_agents[payer] == &agent; });
}

bool LimiterState::fitsBudgetOf(std::string_view agent, const Call &call) const
{
    const double *budget = agentBudget(agent);
    if (!budget)
        return true;
    const Agent *own = find(agent);
    return fitsBudget(own ? own->chargedUsd : 0, own ? own->reservedCost : 0, call, *budget);
}

std::optional<std::string_view> LimiterState::refusingBudget(const Call &call) const
{
    if (!fitsBudgetOf(call.agent, call))
        return call.agent;
    for (const std::string &payer : call.payers)
        if (!fitsBudgetOf(payer, call))
            return payer;
    return std::nullopt;
}

bool LimiterState::lift(const std::string &provider, std::int64_t now)
{
    const bool wasHeld = holdOn(provider, now) != nullptr;
    m_holds.erase(provider);
    return wasHeld;
}

void LimiterState::hold(const std::string &provider, std::int64_t until, std::string sentence)
{
    Hold &hold = m_holds[provider];
    if (until > hold.until)
        hold = {until, std::move(sentence)};
}

LimiterStatus LimiterState::status() const
{
    LimiterStatus status;
    status.totals = m_totals;
    for (const Agent &agent : m_agents) {
        if (agent.isBooked)
            status.agents.emplace(agent.name, agent.totals);
        if (agent.chargedUsd > 0)
            status.chargedUsd.emplace(agent.name, agent.chargedUsd);
    }
    status.windowTokens = m_window.sums().tokens;
    status.windowRequests = m_window.sums().requests;
    status.windowLength = m_window.bookings();
    status.openReservations = m_openCount;
    status.reservedUsd = static_cast<double>(m_reservedCost) / 1e9;
    return status;
}

OpenReservation LimiterState::toOpen(SlidingWindow::Index reservation) const
{
    const SlidingWindow::Entry &entry = m_window[reservation];
    return {reservation + 1, m_agents[entry.agent].name, entry.tokens,
            m_time.toWall(entry.askedMs)};
}

std::optional<OpenReservation> LimiterState::open(ReservationId id) const
{
    return isOpen(id) ? std::optional(toOpen(id - 1)) : std::nullopt;
}

std::vector<OpenReservation> LimiterState::openReservations() const
{
    std::vector<OpenReservation> list;
    list.reserve(m_openCount);
    for (auto index = m_window.firstOpen(); index < m_window.end(); ++index) {
        if (m_window[index].isOpen)
            list.push_back(toOpen(index));
    }
    return list;
}

} // namespace orrery::team
