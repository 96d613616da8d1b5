// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/limitergate.h"

#include <algorithm>
#include <vector>

namespace orrery::runtime {

LimiterGate::Outcome LimiterGate::acquire(const std::string &agent, std::int64_t tokens,
                                          std::int64_t nowMs,
                                          std::function<void(team::RateLimiter::Verdict)> granted)
{
    std::lock_guard lock(m_mutex);
    Outcome outcome;
    const bool mustQueue = !m_queue.empty();
    outcome.verdict = m_limiter.acquire(agent, tokens, nowMs);
    if (outcome.verdict.reservation != 0 && !mustQueue)
        return outcome;
    if (outcome.verdict.reservation != 0) {
        // It would fit, but somebody was here first.
        m_limiter.release(outcome.verdict.reservation, nowMs);
        outcome.verdict.reservation = 0;
        team::LimiterDenial denial;
        denial.tokens = tokens;
        denial.sentence =
            agent + "'s call waits behind " + m_queue.front().agent + "'s, which came first.";
        outcome.verdict.denial = std::move(denial);
    } else if (m_policy == LimitPolicy::Refuse || !outcome.verdict.denial->fitsAtMs) {
        return outcome;
    }
    outcome.ticket = ++m_lastTicket;
    m_queue.push_back({outcome.ticket, agent, tokens, std::move(granted)});
    return outcome;
}

void LimiterGate::cancel(Ticket ticket, std::int64_t nowMs)
{
    {
        std::lock_guard lock(m_mutex);
        std::erase_if(m_queue, [&](const Waiter &waiter) { return waiter.ticket == ticket; });
    }
    pump(nowMs);
}

void LimiterGate::record(const std::string &agent, std::int64_t tokens, double costUsd,
                         team::ReservationId reservation, std::int64_t nowMs)
{
    m_limiter.record(agent, tokens, costUsd, 1, reservation, nowMs);
    pump(nowMs);
}

void LimiterGate::release(team::ReservationId reservation, std::int64_t nowMs)
{
    m_limiter.release(reservation, nowMs);
    pump(nowMs);
}

std::optional<std::int64_t> LimiterGate::pump(std::int64_t nowMs)
{
    std::vector<std::pair<Waiter, team::RateLimiter::Verdict>> ready;
    std::optional<std::int64_t> next;
    {
        std::lock_guard lock(m_mutex);
        while (!m_queue.empty()) {
            auto verdict = m_limiter.acquire(m_queue.front().agent, m_queue.front().tokens, nowMs);
            const bool hopeless = verdict.denial && !verdict.denial->fitsAtMs;
            if (verdict.reservation == 0 && !hopeless) {
                next = verdict.denial->fitsAtMs;
                break;
            }
            ready.emplace_back(std::move(m_queue.front()), std::move(verdict));
            m_queue.pop_front();
        }
    }
    for (auto &[waiter, verdict] : ready)
        waiter.granted(std::move(verdict));
    return next;
}

} // namespace orrery::runtime
