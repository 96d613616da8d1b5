// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/limiterstate.h"

#include <algorithm>
#include <cmath>

namespace orrery::team {

NanoUsd nanoUsd(double usd)
{
    return usd > 0 ? static_cast<NanoUsd>(std::llround(std::min(usd, 1e9) * 1e9)) : 0;
}

LimiterState::AgentId LimiterState::intern(std::string_view name)
{
    if (const auto it = m_ids.find(name); it != m_ids.end())
        return it->second;
    const auto id = static_cast<AgentId>(m_agents.size());
    m_agents.emplace_back().name = name;
    m_ids.emplace(name, id);
    return id;
}

const LimiterState::Agent *LimiterState::find(std::string_view name) const
{
    const auto it = m_ids.find(name);
    return it == m_ids.end() ? nullptr : &m_agents[it->second];
}

LimiterState::Reservation *LimiterState::open(ReservationId id)
{
    if (id == 0 || !m_reservations.contains(id - 1))
        return nullptr;
    Reservation &reservation = m_reservations[id - 1];
    return reservation.isOpen ? &reservation : nullptr;
}

void LimiterState::expireOldest(std::int64_t now)
{
    // Ids are given in order of time, so what expires is at the front.
    while (!m_reservations.empty()) {
        Reservation &oldest = m_reservations.front();
        if (oldest.timeMs > now - m_config.reservationTtlMs)
            return;
        m_expired.push_back(
            {m_reservations.begin() + 1, m_agents[oldest.agent].name, oldest.tokens});
        settle(oldest, -oldest.tokens, -1, 0);
    }
}

void LimiterState::book(Agent &agent, std::int64_t tokens, std::int64_t requests, double cost)
{
    agent.isBooked = true;
    for (LimiterTotals *sum : {&m_totals, &agent.totals}) {
        sum->tokens = std::max<std::int64_t>(0, sum->tokens + tokens);
        sum->requests = std::max<std::int64_t>(0, sum->requests + requests);
        sum->costUsd = std::max(0.0, sum->costUsd + cost);
    }
}

/// A correction of what was counted at the time of the reservation, at that same time. Ends the reservation.
void LimiterState::settle(Reservation &reservation, std::int64_t tokens, std::int64_t requests,
                          double cost)
{
    Agent &agent = m_agents[reservation.agent];
    reservation.isOpen = false;
    --m_openCount;
    agent.reservedCost -= reservation.cost;
    m_reservedCost -= reservation.cost;
    book(agent, tokens, requests, cost);
    if (m_window.contains(reservation.entry)) {
        m_window.setSettled(reservation.entry);
        agent.reserved -= reservation.tokens;
        if (tokens != 0 || requests != 0) {
            m_window.correct(reservation.entry, tokens, requests);
            agent.tokens += tokens;
            agent.requests += requests;
        }
    }
    // The oldest of the queue is always an open one.
    while (!m_reservations.empty() && !m_reservations.front().isOpen)
        m_reservations.pop();
}

bool LimiterState::fitsBudget(double spentUsd, NanoUsd reserved, const Call &call,
                              double budgetUsd) const
{
    if (spentUsd >= budgetUsd)
        return false;
    return !call.cost || nanoUsd(spentUsd) + reserved + *call.cost <= nanoUsd(budgetUsd);
}

std::optional<LimiterDenial::Reason> LimiterState::refuses(const Call &call, std::int64_t now) const
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

ReservationId LimiterState::admit(const Call &call, std::int64_t now, std::int64_t askedMs)
{
    const AgentId id = intern(call.agent);
    Agent &agent = m_agents[id];
    const SlidingWindow::Entry entry{now, call.tokens, 1, id, 1, true};
    const NanoUsd cost = call.cost.value_or(0);
    m_reservations.push({now, call.tokens, cost, m_window.add(entry), id, true, askedMs});
    count(entry, 1);
    agent.reservedCost += cost;
    m_reservedCost += cost;
    book(agent, call.tokens, 1, 0);
    ++m_openCount;
    return m_reservations.end();
}

void LimiterState::record(std::string_view agent, std::int64_t tokens, double costUsd,
                          std::int64_t requests, ReservationId reservation, std::int64_t now)
{
    if (Reservation *own = open(reservation)) {
        settle(*own, tokens - own->tokens, requests - 1, costUsd);
        return;
    }
    const AgentId id = intern(agent);
    book(m_agents[id], tokens, requests, costUsd);
    if (tokens == 0 && requests == 0)
        return;
    const SlidingWindow::Entry entry{now, tokens, requests, id, 1, false};
    m_window.add(entry);
    count(entry, 1);
}

bool LimiterState::release(ReservationId reservation)
{
    Reservation *own = open(reservation);
    if (!own)
        return false;
    settle(*own, -own->tokens, -1, 0);
    return true;
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
    for (const Agent &agent : m_agents)
        if (agent.isBooked)
            status.agents.emplace(agent.name, agent.totals);
    status.windowTokens = m_window.sums().tokens;
    status.windowRequests = m_window.sums().requests;
    status.windowLength = m_window.bookings();
    status.openReservations = m_openCount;
    status.reservedUsd = static_cast<double>(m_reservedCost) / 1e9;
    return status;
}

std::vector<OpenReservation> LimiterState::openReservations() const
{
    std::vector<OpenReservation> list;
    list.reserve(m_openCount);
    for (auto index = m_reservations.begin(); index < m_reservations.end(); ++index) {
        const Reservation &each = m_reservations[index];
        if (each.isOpen)
            list.push_back(
                {index + 1, m_agents[each.agent].name, each.tokens, m_time.toWall(each.askedMs)});
    }
    return list;
}

} // namespace orrery::team
