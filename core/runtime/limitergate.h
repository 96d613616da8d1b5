// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec.h"
#include "core/runtime/limiterevent.h"
#include "core/runtime/orderedoutbox.h"
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
/// and nobody overtakes it. A call that waits for something of its own, its provider or a budget of its agent or of the
/// agent's parents, holds up nobody. A provider's pause is waited for under either policy. It tells what happens, in the
/// order in which it does; reservations are told once there are limits. Thread-safe; callbacks run on whichever thread
/// freed the window, without a lock and after what they answer was told, and must only post.
class LimiterGate
{
public:
    /// Called by one thread at a time; must not use the gate.
    using Tell = OrderedOutbox<LimiterEvent>::Publish;

    LimiterGate(team::LimiterConfig config, LimitPolicy policy, Tell tell = {});

    using Verdict = team::RateLimiter::Verdict;
    using Ticket = std::uint64_t;
    struct Outcome {
        Verdict verdict;   ///< reservation != 0 when it may go now
        Ticket ticket = 0; ///< != 0 when it waits; `granted` will be called
    };
    /// What a call waits for, if the policy lets it.
    enum class Patience {
        Waits,
        NotForProvider, ///< it can go to another one instead
        Never           ///< it goes at once or not at all
    };

    /// `granted` is called later, once, if the outcome has a ticket that is not cancelled. Its verdict is a denial when
    /// the call can no longer go, or wait, at all.
    Outcome acquire(team::LimiterAsk ask, std::int64_t nowMs, std::function<void(Verdict)> granted,
                    Patience patience = Patience::Waits);
    void cancel(Ticket ticket, std::int64_t nowMs);
    void record(const std::string &agent, std::int64_t tokens, double costUsd,
                team::ReservationId reservation, std::int64_t nowMs);
    void release(team::ReservationId reservation, std::int64_t nowMs);
    /// The provider answered that it wants no calls until then, or cannot be reached; `agent` is who was told so.
    void penalise(const std::string &provider, std::int64_t untilMs, std::string sentence,
                  std::int64_t nowMs, const std::string &agent = {});
    /// The provider answers again: those that wait for it may go.
    void lift(const std::string &provider, std::string sentence, std::int64_t nowMs,
              const std::string &agent = {});
    /// As RateLimiter has it. From now on there are limits.
    void setAgentBudget(const std::string &agent, double usd);
    /// Lets those go that fit now, and tells what has expired. Called by whoever waits, at the time at which it was told
    /// that it would fit. Returns when the next one fits, if anybody still waits.
    std::optional<std::int64_t> pump(std::int64_t nowMs);

    /// To look at. What is changed through it is not told.
    team::RateLimiter &limiter() { return m_limiter; }

private:
    struct Waiter {
        Ticket ticket;
        team::LimiterAsk ask;
        std::function<void(Verdict)> granted;
        Patience patience;
    };
    using Ready = std::vector<std::pair<Waiter, Verdict>>;

    // `m_mutex` is held in all of these.
    bool mayWait(const team::LimiterDenial &denial, Patience patience) const;
    const Waiter *letGo(std::int64_t nowMs, Ready &ready, std::optional<std::int64_t> &next);
    team::DenialPtr queueBefore(const team::LimiterAsk &ask, Patience patience, std::int64_t nowMs,
                                Ready &ready);
    void note(LimiterEvent event);
    void noteChange(LimiterEvent event, std::int64_t nowMs);
    void noteVerdict(const Verdict &verdict, const team::LimiterAsk &ask, bool waits);
    void noteExpired(std::int64_t nowMs);
    bool tells(team::ReservationId reservation) const { return reservation >= m_toldFrom; }

    /// Without the lock: publishes what was noted, then answers.
    void tell(Ready ready);

    team::RateLimiter m_limiter;
    const LimitPolicy m_policy;
    std::mutex m_mutex;
    // Guarded by m_mutex, which every change of the limiter holds:
    std::list<Waiter> m_queue;
    Ticket m_lastTicket = 0;
    team::ReservationId m_lastReservation = 0;
    team::ReservationId m_toldFrom; ///< those before it were made without limits, and are not told
    const bool m_isHeard;
    OrderedOutbox<LimiterEvent> m_outbox;
};

} // namespace orrery::runtime
