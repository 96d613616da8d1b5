// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec.h"
#include "core/team/ratelimiter.h"

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery::runtime {

/// A RateLimiter with a fair queue before it (policy `wait`): the oldest call that waits for what all share goes first,
/// and nobody overtakes it. A call that waits for something of its own, its provider or its agent's budget, holds up
/// nobody. A provider's pause is waited for under either policy. Thread-safe; callbacks run on whichever thread freed
/// the window, without a lock, and must only post.
class LimiterGate
{
public:
    LimiterGate(team::LimiterConfig config, LimitPolicy policy)
        : m_limiter(std::move(config)), m_policy(policy)
    {}

    using Verdict = team::RateLimiter::Verdict;
    using Ticket = std::uint64_t;
    struct Outcome {
        Verdict verdict;   ///< reservation != 0 when it may go now
        Ticket ticket = 0; ///< != 0 when it waits; `granted` will be called
    };

    /// `granted` is called later, once, if the outcome has a ticket that is not cancelled. Its verdict is a denial when
    /// the call can no longer go at all.
    Outcome acquire(team::LimiterAsk ask, std::int64_t nowMs, std::function<void(Verdict)> granted);
    void cancel(Ticket ticket, std::int64_t nowMs);
    void record(const std::string &agent, std::int64_t tokens, double costUsd,
                team::ReservationId reservation, std::int64_t nowMs);
    void release(team::ReservationId reservation, std::int64_t nowMs);
    /// The provider answered that it wants no calls until then.
    void penalise(const std::string &provider, std::int64_t untilMs, std::string sentence,
                  std::int64_t nowMs);
    /// Lets those go that fit now. Called by whoever waits, at the time at which it was told that it would fit.
    /// Returns when the next one fits, if anybody still waits.
    std::optional<std::int64_t> pump(std::int64_t nowMs);

    team::RateLimiter &limiter() { return m_limiter; }

private:
    struct Waiter {
        Ticket ticket;
        team::LimiterAsk ask;
        std::function<void(Verdict)> granted;
    };
    using Ready = std::vector<std::pair<Waiter, Verdict>>;

    bool mayWait(const team::LimiterDenial &denial) const;
    const Waiter *letGo(std::int64_t nowMs, Ready &ready, std::optional<std::int64_t> &next);
    team::DenialPtr queueBefore(const team::LimiterAsk &ask, std::int64_t nowMs, Ready &ready);
    static void tell(Ready ready);

    team::RateLimiter m_limiter;
    const LimitPolicy m_policy;
    std::mutex m_mutex;
    std::list<Waiter> m_queue; // guarded by m_mutex
    Ticket m_lastTicket = 0;   // guarded by m_mutex
};

} // namespace orrery::runtime
