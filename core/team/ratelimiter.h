// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::team {

using ReservationId = std::uint64_t; ///< 0 = none

struct LimiterConfig {
    std::optional<std::int64_t> rpm;
    std::optional<std::int64_t> tpm;
    std::optional<double> budgetUsd;
    std::optional<double> perAgentBudgetUsd;
    std::int64_t reservationTtlMs = 300000;
};

struct Holder {
    std::string agent;
    std::int64_t tokens = 0;   ///< in the window now
    std::int64_t reserved = 0; ///< of these, reserved and not yet settled
    std::int64_t requests = 0;
};

/// Why a call cannot go now.
struct LimiterDenial {
    enum class Reason { Requests, Tokens, Budget, AgentBudget, TooLarge };
    Reason reason = Reason::Tokens;
    std::int64_t tokens = 0; ///< asked for
    std::int64_t limit = 0;  ///< of the window that refused; budgets: 0
    std::int64_t windowTokens = 0;
    std::int64_t windowRequests = 0;
    std::vector<Holder> holders; ///< most tokens first
    std::optional<std::int64_t>
        fitsAtMs;         ///< when it would fit if nothing else happened; nothing = never
    std::string sentence; ///< the same for a person, times relative ("in 17 s")
};
const char *
toString(LimiterDenial::Reason reason); ///< requests, tokens, budget, agent_budget, too_large

struct LimiterTotals {
    std::int64_t requests = 0;
    std::int64_t tokens = 0;
    double costUsd = 0;
};

struct LimiterStatus {
    LimiterTotals totals;
    std::map<std::string, LimiterTotals> agents;
    std::int64_t windowTokens = 0;
    std::int64_t windowRequests = 0;
    std::size_t windowLength = 0; ///< entries, refunds and deltas included
    std::size_t openReservations = 0;
};

struct OpenReservation {
    ReservationId id = 0;
    std::string agent;
    std::int64_t tokens = 0;
    std::int64_t atMs = 0;
};

struct ExpiredReservation {
    ReservationId id;
    std::string agent;
    std::int64_t tokens;
};

/// Sliding 60 s window of tokens and requests with reservations. Semantics of Nous's limiter, with settlements booked
/// at the reservation's own time. Thread-safe; times are ms handed in by the caller. Amortised O(1).
class RateLimiter
{
public:
    explicit RateLimiter(LimiterConfig config);
    ~RateLimiter();
    const LimiterConfig &config() const;

    struct Verdict {
        ReservationId reservation = 0;       ///< != 0 when admitted
        std::optional<LimiterDenial> denial; ///< set when not
        std::int64_t windowTokens = 0;       ///< after the call
        std::int64_t windowRequests = 0;
    };
    Verdict acquire(const std::string &agent, std::int64_t tokens, std::int64_t nowMs);
    /// Books what was really used. With an open reservation only the difference is booked, to its owner.
    void record(const std::string &agent, std::int64_t tokens, double costUsd,
                std::int64_t requests, ReservationId reservation, std::int64_t nowMs);
    /// Gives a reservation back in full. False if it was not open.
    bool release(ReservationId reservation, std::int64_t nowMs);
    LimiterStatus status(std::int64_t nowMs);
    /// Window entries as they stand, without pruning (for the conformance suite and tests).
    LimiterStatus peek() const;
    /// In order of admission.
    std::vector<OpenReservation> openReservations() const;
    /// What is left of the team's budget, negative when it is overdrawn; nothing when there is none.
    std::optional<double> budgetLeft() const;
    /// Reservations that expired since the last call of this function.
    std::vector<ExpiredReservation> takeExpired();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace orrery::team
