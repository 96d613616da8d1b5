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
    // Who asked last is the likeliest to ask next.
    if (m_lastAsked < m_agents.size() && m_agents[m_lastAsked].name == name)
        return m_lastAsked;
    auto it = m_ids.find(name);
    if (it == m_ids.end()) {
        it = m_ids.emplace(name, static_cast<AgentId>(m_agents.size())).first;
        m_agents.emplace_back().name = name;
    }
    return m_lastAsked = it->second;
}

const LimiterState::Agent *LimiterState::find(std::string_view name) const
{
    const auto it = m_ids.find(name);
    return it == m_ids.end() ? nullptr : &m_agents[it->second];
}

void LimiterState::expireOldest(std::int64_t now)
{
    // Reservations are entered in order of time, so what expires is at the front.
    for (auto index = m_window.firstOpen(); index != m_window.end(); index = m_window.firstOpen()) {
        const SlidingWindow::Entry &oldest = m_window[index];
        if (oldest.timeMs > now - m_config.reservationTtlMs)
            return;
        m_expired.push_back({index + 1, m_agents[oldest.agent].name, oldest.tokens});
        settle(index, -oldest.tokens, -1, 0);
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
void LimiterState::settle(SlidingWindow::Index reservation, std::int64_t tokens,
                          std::int64_t requests, double cost)
{
    const SlidingWindow::Entry &entry = m_window[reservation];
    Agent &agent = m_agents[entry.agent];
    agent.reservedCost -= entry.cost;
    m_reservedCost -= entry.cost;
    book(agent, tokens, requests, cost);
    if (m_window.contains(reservation)) {
        agent.reserved -= entry.tokens;
        agent.tokens += tokens;
        agent.requests += requests;
    }
    m_window.close(reservation, tokens, requests);
    --m_openCount;
}

ReservationId LimiterState::admit(const Call &call, std::int64_t now, std::int64_t askedMs)
{
    const AgentId id = intern(call.agent);
    Agent &agent = m_agents[id];
    const NanoUsd cost = call.cost.value_or(0);
    const auto index = m_window.reserve(now, call.tokens, id, cost, askedMs);
    agent.tokens += call.tokens;
    agent.requests += 1;
    agent.reserved += call.tokens;
    agent.reservedCost += cost;
    m_reservedCost += cost;
    book(agent, call.tokens, 1, 0);
    ++m_openCount;
    return index + 1;
}

void LimiterState::record(std::string_view agent, std::int64_t tokens, double costUsd,
                          std::int64_t requests, ReservationId reservation, std::int64_t now)
{
    if (isOpen(reservation)) {
        settle(reservation - 1, tokens - m_window[reservation - 1].tokens, requests - 1, costUsd);
        return;
    }
    const AgentId id = intern(agent);
    Agent &own = m_agents[id];
    book(own, tokens, requests, costUsd);
    if (tokens == 0 && requests == 0)
        return;
    m_window.add(now, tokens, requests, id);
    own.tokens += tokens;
    own.requests += requests;
}

bool LimiterState::release(ReservationId reservation)
{
    if (!isOpen(reservation))
        return false;
    settle(reservation - 1, -m_window[reservation - 1].tokens, -1, 0);
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
    for (auto index = m_window.firstOpen(); index < m_window.end(); ++index) {
        const SlidingWindow::Entry &each = m_window[index];
        if (each.isOpen)
            list.push_back(
                {index + 1, m_agents[each.agent].name, each.tokens, m_time.toWall(each.askedMs)});
    }
    return list;
}

} // namespace orrery::team
