// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/limitergate.h"

#include <algorithm>

namespace orrery::runtime {

using team::LimiterDenial;
using Reason = LimiterDenial::Reason;

namespace {

/// What others who ask do not compete for.
bool isOwn(Reason reason) { return reason == Reason::Provider || reason == Reason::AgentBudget; }

} // namespace

bool LimiterGate::mayWait(const LimiterDenial &denial) const
{
    return denial.fitsAtMs && (m_policy == LimitPolicy::Wait || denial.reason == Reason::Provider);
}

/// Moves those that may go, or never can, into `ready`. Returns the first that waits for what all share.
const LimiterGate::Waiter *LimiterGate::letGo(std::int64_t nowMs, Ready &ready,
                                              std::optional<std::int64_t> &next)
{
    using Explain = team::RateLimiter::Explain;
    next.reset();
    for (auto it = m_queue.begin(); it != m_queue.end();) {
        Verdict verdict = m_limiter.acquire(it->ask, nowMs, Explain::WithoutWords);
        if (verdict.denial && !mayWait(*verdict.denial)) // it will be read: in words
            verdict = m_limiter.acquire(it->ask, nowMs);
        if (verdict.denial && mayWait(*verdict.denial)) {
            const std::int64_t fits = *verdict.denial->fitsAtMs;
            next = std::min(next.value_or(fits), fits);
            if (!isOwn(verdict.denial->reason))
                return &*it;
            ++it;
            continue;
        }
        ready.emplace_back(std::move(*it), std::move(verdict));
        it = m_queue.erase(it);
    }
    return nullptr;
}

/// Why `ask` has to wait behind another call, if it has to.
team::DenialPtr LimiterGate::queueBefore(const team::LimiterAsk &ask, std::int64_t nowMs,
                                         Ready &ready)
{
    std::optional<std::int64_t> next;
    while (const Waiter *head = letGo(nowMs, ready, next)) {
        const auto why = m_limiter.check(head->ask, nowMs);
        if (!why)
            continue; // room was made just now
        LimiterDenial denial = *why;
        if (const auto own = m_limiter.check(ask, nowMs)) {
            if (!mayWait(*own))
                return own;
            denial.fitsAtMs = std::max(why->fitsAtMs, own->fitsAtMs);
        }
        denial.reason = Reason::Queued;
        denial.headReason = why->reason;
        denial.behind = head->ask.agent;
        denial.tokens = ask.tokens;
        denial.estimateUsd = ask.costUsd;
        denial.sentence = ask.agent + "'s call waits behind " + head->ask.agent
                          + "'s, which came first. " + why->sentence;
        return std::make_shared<const LimiterDenial>(std::move(denial));
    }
    return nullptr;
}

LimiterGate::Outcome LimiterGate::acquire(team::LimiterAsk ask, std::int64_t nowMs,
                                          std::function<void(Verdict)> granted)
{
    Outcome outcome;
    Ready ready;
    {
        std::lock_guard lock(m_mutex);
        if (!m_queue.empty())
            outcome.verdict.denial = queueBefore(ask, nowMs, ready);
        if (!outcome.verdict.denial)
            outcome.verdict = m_limiter.acquire(ask, nowMs);
        if (outcome.verdict.denial
            && (outcome.verdict.denial->reason == Reason::Queued
                || mayWait(*outcome.verdict.denial))) {
            outcome.ticket = ++m_lastTicket;
            m_queue.push_back({outcome.ticket, std::move(ask), std::move(granted)});
        }
    }
    tell(std::move(ready));
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

void LimiterGate::penalise(const std::string &provider, std::int64_t untilMs, std::string sentence,
                           std::int64_t nowMs)
{
    m_limiter.penalise(provider, untilMs, std::move(sentence), nowMs);
}

std::optional<std::int64_t> LimiterGate::pump(std::int64_t nowMs)
{
    Ready ready;
    std::optional<std::int64_t> next;
    {
        std::lock_guard lock(m_mutex);
        letGo(nowMs, ready, next);
    }
    tell(std::move(ready));
    return next;
}

void LimiterGate::tell(Ready ready)
{
    for (auto &[waiter, verdict] : ready)
        waiter.granted(std::move(verdict));
}

} // namespace orrery::runtime
