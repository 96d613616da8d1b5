// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/limitergate.h"

#include <algorithm>
#include <limits>

namespace orrery::runtime {

using team::LimiterDenial;
using Reason = LimiterDenial::Reason;

namespace {

/// What others who ask do not compete for.
bool isOwn(Reason reason) { return reason == Reason::Provider || reason == Reason::AgentBudget; }

constexpr team::ReservationId kNone = std::numeric_limits<team::ReservationId>::max();

bool hasLimits(const team::LimiterConfig &config)
{
    return config.rpm || config.tpm || config.budgetUsd || config.perAgentBudgetUsd
           || !config.agentBudgetsUsd.empty();
}

} // namespace

LimiterGate::LimiterGate(team::LimiterConfig config, LimitPolicy policy, Tell tell)
    : m_limiter(std::move(config)), m_policy(policy),
      m_toldFrom(hasLimits(m_limiter.config()) ? 0 : kNone), m_isHeard(tell != nullptr),
      m_outbox(std::move(tell))
{}

bool LimiterGate::mayWait(const LimiterDenial &denial, Patience patience) const
{
    if (!denial.fitsAtMs || patience == Patience::Never)
        return false;
    return denial.reason == Reason::Provider ? patience == Patience::Waits
                                             : m_policy == LimitPolicy::Wait;
}

void LimiterGate::note(LimiterEvent event)
{
    if (!m_isHeard)
        return;
    event.atMs = m_limiter.steadyMs();
    m_outbox.put(std::move(event));
}

/// With the window as it is now.
void LimiterGate::noteChange(LimiterEvent event, std::int64_t nowMs)
{
    const auto window = m_limiter.window(nowMs);
    event.windowTokens = window.tokens;
    event.windowRequests = window.requests;
    note(std::move(event));
}

void LimiterGate::noteVerdict(const Verdict &verdict, const team::LimiterAsk &ask, bool waits)
{
    LimiterEvent event;
    event.agent = ask.agent;
    event.tokens = ask.tokens;
    event.denial = verdict.denial;
    event.kind = !verdict.denial ? EventKind::LimiterAcquired
                 : waits         ? EventKind::LimiterWaiting
                                 : EventKind::LimiterDenied;
    event.reservation = verdict.reservation;
    event.windowTokens = verdict.denial ? verdict.denial->windowTokens : verdict.windowTokens;
    event.windowRequests = verdict.denial ? verdict.denial->windowRequests : verdict.windowRequests;
    m_lastReservation = std::max(m_lastReservation, verdict.reservation);
    if (verdict.denial || tells(verdict.reservation))
        note(std::move(event));
}

void LimiterGate::noteExpired(std::int64_t nowMs)
{
    for (team::ExpiredReservation &each : m_limiter.takeExpired(nowMs)) {
        if (!tells(each.id))
            continue;
        LimiterEvent event;
        event.kind = EventKind::LimiterExpired;
        event.agent = std::move(each.agent);
        event.reservation = each.id;
        event.tokens = each.tokens;
        event.windowTokens = each.windowTokens;
        event.windowRequests = each.windowRequests;
        note(std::move(event));
    }
}

/// Moves those that may go, or can no longer wait, into `ready`. Returns the first that waits for what all share.
const LimiterGate::Waiter *LimiterGate::letGo(std::int64_t nowMs, Ready &ready,
                                              std::optional<std::int64_t> &next)
{
    using Explain = team::RateLimiter::Explain;
    next.reset();
    for (auto it = m_queue.begin(); it != m_queue.end();) {
        Verdict verdict = m_limiter.acquire(it->ask, nowMs, Explain::WithoutWords);
        if (verdict.denial && !mayWait(*verdict.denial, it->patience)) // it will be read: in words
            verdict = m_limiter.acquire(it->ask, nowMs);
        if (verdict.denial && mayWait(*verdict.denial, it->patience)) {
            const std::int64_t fits = *verdict.denial->fitsAtMs;
            next = std::min(next.value_or(fits), fits);
            if (!isOwn(verdict.denial->reason))
                return &*it;
            ++it;
            continue;
        }
        noteVerdict(verdict, it->ask, false);
        ready.emplace_back(std::move(*it), std::move(verdict));
        it = m_queue.erase(it);
    }
    return nullptr;
}

/// Why `ask` has to wait behind another call, if it has to.
team::DenialPtr LimiterGate::queueBefore(const team::LimiterAsk &ask, Patience patience,
                                         std::int64_t nowMs, Ready &ready)
{
    std::optional<std::int64_t> next;
    while (const Waiter *head = letGo(nowMs, ready, next)) {
        const auto why = m_limiter.check(head->ask, nowMs);
        if (!why)
            continue; // somebody else has given something back through the limiter itself
        LimiterDenial denial = *why;
        if (const auto own = m_limiter.check(ask, nowMs)) {
            if (!mayWait(*own, patience))
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
                                          std::function<void(Verdict)> granted, Patience patience)
{
    Outcome outcome;
    Ready ready;
    {
        std::lock_guard lock(m_mutex);
        noteExpired(nowMs);
        if (!m_queue.empty())
            outcome.verdict.denial = queueBefore(ask, patience, nowMs, ready);
        if (!outcome.verdict.denial)
            outcome.verdict = m_limiter.acquire(ask, nowMs);
        const team::DenialPtr &denial = outcome.verdict.denial;
        const bool waits =
            denial
            && (mayWait(*denial, patience)
                || (denial->reason == Reason::Queued && patience != Patience::Never));
        noteVerdict(outcome.verdict, ask, waits);
        if (waits) {
            outcome.ticket = ++m_lastTicket;
            m_queue.push_back({outcome.ticket, std::move(ask), std::move(granted), patience});
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
    Ready ready;
    {
        std::lock_guard lock(m_mutex);
        noteExpired(nowMs);
        LimiterEvent event;
        event.kind = EventKind::LimiterSettled;
        event.agent = agent;
        event.reservation = reservation;
        event.used = tokens;
        const bool isTold = m_isHeard && tells(reservation);
        if (isTold)
            if (auto open = m_limiter.find(reservation)) {
                event.agent = std::move(open->agent);
                event.tokens = open->tokens;
            }
        m_limiter.record(agent, tokens, costUsd, 1, reservation, nowMs);
        if (isTold)
            noteChange(std::move(event), nowMs);
        std::optional<std::int64_t> next;
        letGo(nowMs, ready, next);
    }
    tell(std::move(ready));
}

void LimiterGate::release(team::ReservationId reservation, std::int64_t nowMs)
{
    Ready ready;
    {
        std::lock_guard lock(m_mutex);
        noteExpired(nowMs);
        std::optional<team::OpenReservation> open;
        if (m_isHeard && tells(reservation))
            open = m_limiter.find(reservation);
        m_limiter.release(reservation, nowMs);
        if (open) {
            LimiterEvent event;
            event.kind = EventKind::LimiterReleased;
            event.agent = std::move(open->agent);
            event.reservation = reservation;
            event.tokens = open->tokens;
            noteChange(std::move(event), nowMs);
        }
        std::optional<std::int64_t> next;
        letGo(nowMs, ready, next);
    }
    tell(std::move(ready));
}

void LimiterGate::penalise(const std::string &provider, std::int64_t untilMs, std::string sentence,
                           std::int64_t nowMs, const std::string &agent)
{
    {
        std::lock_guard lock(m_mutex);
        noteExpired(nowMs);
        LimiterEvent event;
        event.kind = EventKind::LimiterHeld;
        event.agent = agent;
        event.provider = provider;
        event.untilMs = untilMs;
        event.sentence = sentence;
        m_limiter.penalise(provider, untilMs, std::move(sentence), nowMs);
        noteChange(std::move(event), nowMs);
    }
    tell({});
}

void LimiterGate::lift(const std::string &provider, std::string sentence, std::int64_t nowMs,
                       const std::string &agent)
{
    Ready ready;
    {
        std::lock_guard lock(m_mutex);
        noteExpired(nowMs);
        if (m_limiter.lift(provider, nowMs)) {
            LimiterEvent event;
            event.kind = EventKind::LimiterHeld;
            event.agent = agent;
            event.provider = provider;
            event.untilMs = nowMs;
            event.sentence = std::move(sentence);
            noteChange(std::move(event), nowMs);
        }
        std::optional<std::int64_t> next;
        letGo(nowMs, ready, next);
    }
    tell(std::move(ready));
}

void LimiterGate::setAgentBudget(const std::string &agent, double usd)
{
    std::lock_guard lock(m_mutex);
    m_limiter.setAgentBudget(agent, usd);
    if (m_toldFrom == kNone)
        m_toldFrom = m_lastReservation + 1;
}

std::optional<std::int64_t> LimiterGate::pump(std::int64_t nowMs)
{
    Ready ready;
    std::optional<std::int64_t> next;
    {
        std::lock_guard lock(m_mutex);
        noteExpired(nowMs);
        letGo(nowMs, ready, next);
    }
    tell(std::move(ready));
    return next;
}

void LimiterGate::tell(Ready ready)
{
    m_outbox.flush();
    for (auto &[waiter, verdict] : ready)
        waiter.granted(std::move(verdict));
}

} // namespace orrery::runtime
