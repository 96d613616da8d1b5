// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
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
    std::map<std::string, double, std::less<>> agentBudgetsUsd; ///< of single agents, in its place
    std::int64_t reservationTtlMs = 300000;
};

/// A call that asks to go.
struct LimiterAsk {
    std::string agent;
    std::int64_t tokens = 1;
    /// What it will cost at most as far as one knows, in US dollars; nothing = unpriced. With it the budgets are hard:
    /// what is spent, what others have reserved and this must fit. Without it a call goes until the budget is used up.
    std::optional<double> costUsd;
    std::string provider; ///< to whom it goes, see RateLimiter::penalise()
    /// Whose budgets must have room for it too and pay for it: the agent's parent, the parent's parent, and so on.
    std::vector<std::string> payers = {};
};

struct Holder {
    std::string agent;
    std::int64_t tokens = 0;   ///< in the window now
    std::int64_t reserved = 0; ///< of these, reserved and not yet settled
    std::int64_t requests = 0;
};

/// Why a call cannot go now.
struct LimiterDenial {
    enum class Reason {
        Requests,
        Tokens,
        Budget,
        AgentBudget,
        TooLarge, ///< for the whole window: it never fits
        Provider, ///< the provider asked for a pause, or cannot be reached
        Queued    ///< others came first (LimiterGate)
    };
    Reason reason = Reason::Tokens;
    std::int64_t tokens = 0; ///< asked for
    std::int64_t limit = 0;  ///< of the window that refused; budgets, provider: 0
    std::int64_t windowTokens = 0;
    std::int64_t windowRequests = 0;
    std::vector<Holder> holders; ///< most tokens first; tokens and requests only
    /// When it would fit if nothing else happened; nothing = never.
    std::optional<std::int64_t> fitsAtMs;
    std::string sentence; ///< the same for a person, times relative ("in 17 s")

    // Budgets only; of the team, or of `budgetOf`: of what it and those that it pays for spent and reserved.
    double spentUsd = 0;
    double reservedUsd = 0;
    std::optional<double> estimateUsd;
    std::string budgetOf; ///< AgentBudget: whose it is, the agent itself or one of its payers
    // Queued only: who is at the head of the queue, and why that one waits. The limit is the one that it waits for.
    std::string behind;
    Reason headReason = Reason::Tokens;
};
using DenialPtr = std::shared_ptr<const LimiterDenial>; ///< null = none
/// requests, tokens, budget, agent_budget, too_large, provider, queued
const char *toString(LimiterDenial::Reason reason);

struct LimiterTotals {
    std::int64_t requests = 0;
    std::int64_t tokens = 0;
    double costUsd = 0;
};

struct LimiterStatus {
    LimiterTotals totals;
    std::map<std::string, LimiterTotals> agents;
    std::map<std::string, double>
        chargedUsd; ///< to the budget of each agent: by itself and by those that it pays for
    std::int64_t windowTokens = 0;
    std::int64_t windowRequests = 0;
    std::size_t windowLength = 0; ///< entries, refunds and deltas included
    std::size_t openReservations = 0;
    double reservedUsd = 0; ///< by calls under way
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
    std::int64_t windowTokens; ///< after it was given back
    std::int64_t windowRequests;
};

/// Sliding 60 s window of tokens and requests with reservations. Semantics of Nous's limiter, with settlements booked
/// at the reservation's own time. Thread-safe. Times are wall-clock ms handed in by the caller; a clock that is set
/// back lets nothing more through (SteadyTime). Each function that admits or books is amortised O(1) whatever the
/// window holds; a refusal costs O(agents) and some microseconds at 1,000,000 entries.
class RateLimiter
{
public:
    explicit RateLimiter(LimiterConfig config);
    ~RateLimiter();
    const LimiterConfig &config() const; ///< as it was at the start

    struct Verdict {
        ReservationId reservation = 0;   ///< != 0 when admitted
        DenialPtr denial;                ///< set when not
        std::int64_t windowTokens = 0;   ///< after the call
        std::uint64_t sequence = 0;      ///< its place in the order in which operations took effect
        std::int64_t windowRequests = 0; ///< after the call
    };
    enum class Explain { Fully, WithoutWords /**< no holders and no sentence */ };
    Verdict acquire(const LimiterAsk &ask, std::int64_t nowMs, Explain explain = Explain::Fully);
    Verdict acquire(const std::string &agent, std::int64_t tokens, std::int64_t nowMs);
    /// What acquire() would answer, without admitting anything.
    DenialPtr check(const LimiterAsk &ask, std::int64_t nowMs);
    /// Books what was really used. With an open reservation only the difference is booked, to its owner; one that has
    /// expired is booked anew, and paid for by those who were to pay. Returns its place in the order of operations.
    std::uint64_t record(const std::string &agent, std::int64_t tokens, double costUsd,
                         std::int64_t requests, ReservationId reservation, std::int64_t nowMs);
    /// Gives a reservation back in full. Its place in the order of operations, 0 if it was not open.
    std::uint64_t release(ReservationId reservation, std::int64_t nowMs);
    /// Calls to `provider` wait until then: it said so (HTTP 429 with Retry-After), or cannot be reached. The later of two times counts.
    void penalise(const std::string &provider, std::int64_t untilMs, std::string sentence,
                  std::int64_t nowMs);
    /// Its pause is over now. True when it had one.
    bool lift(const std::string &provider, std::int64_t nowMs);

    /// From now on the budget of this agent, also of one that was not there at the start. What it has spent counts.
    void setAgentBudget(const std::string &agent, double usd);
    /// Books what an agent spent earlier, in the run that this one goes on from. The window knows nothing of it.
    void addSpent(const std::string &agent, double costUsd, std::int64_t tokens,
                  std::int64_t requests, const std::vector<std::string> &payers = {});

    struct Window {
        std::int64_t tokens = 0;
        std::int64_t requests = 0;
    };
    Window window(std::int64_t nowMs); ///< O(1), unlike status()
    LimiterStatus status(std::int64_t nowMs);
    /// Window entries as they stand, without pruning (for the conformance suite and tests).
    LimiterStatus peek() const;
    /// In order of admission.
    std::vector<OpenReservation> openReservations() const;
    /// Nothing when it is not open (any more). O(1).
    std::optional<OpenReservation> find(ReservationId reservation) const;
    /// The limiter's own time at its latest operation: as the wall clock, but never back. Waits for nobody.
    std::int64_t steadyMs() const;
    /// What is left of the team's budget, negative when it is overdrawn; nothing when there is none.
    std::optional<double> budgetLeft() const;
    /// Reservations that expired by `nowMs` and were not told yet.
    std::vector<ExpiredReservation> takeExpired(std::int64_t nowMs);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace orrery::team
