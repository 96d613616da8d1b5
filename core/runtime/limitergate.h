// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec.h"
#include "core/team/ratelimiter.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace orrery::runtime {

/// A RateLimiter with a fair queue before it (policy `wait`): the oldest request that waits goes first, and nobody
/// overtakes it. Thread-safe; callbacks run on whichever thread freed the window and must only post.
class LimiterGate
{
public:
    LimiterGate(team::LimiterConfig config, LimitPolicy policy)
        : m_limiter(config), m_policy(policy)
    {}

    using Ticket = std::uint64_t;
    struct Outcome {
        team::RateLimiter::Verdict verdict; ///< reservation != 0 when it may go now
        Ticket ticket = 0;                  ///< != 0 when it waits; `granted` will be called
    };

    /// `granted` is called later, once, if the outcome has a ticket that is not cancelled.
    Outcome acquire(const std::string &agent, std::int64_t tokens, std::int64_t nowMs,
                    std::function<void(team::RateLimiter::Verdict)> granted);
    void cancel(Ticket ticket, std::int64_t nowMs);
    void record(const std::string &agent, std::int64_t tokens, double costUsd,
                team::ReservationId reservation, std::int64_t nowMs);
    void release(team::ReservationId reservation, std::int64_t nowMs);
    /// Lets those go that fit now. Called by whoever waits, at the time at which it was told that it would fit.
    /// Returns when the head of the queue fits next, if anybody still waits.
    std::optional<std::int64_t> pump(std::int64_t nowMs);

    team::RateLimiter &limiter() { return m_limiter; }

private:
    struct Waiter {
        Ticket ticket;
        std::string agent;
        std::int64_t tokens;
        std::function<void(team::RateLimiter::Verdict)> granted;
    };

    team::RateLimiter m_limiter;
    const LimitPolicy m_policy;
    std::mutex m_mutex;
    std::deque<Waiter> m_queue; // guarded by m_mutex
    Ticket m_lastTicket = 0;    // guarded by m_mutex
};

} // namespace orrery::runtime
