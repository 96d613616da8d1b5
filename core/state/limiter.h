// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/state/shared.h"
#include "core/state/stateevent.h"

#include <optional>
#include <string>
#include <vector>

namespace orrery::state {

/// What an admitted call put into the window of 60 s.
struct Reservation {
    std::string agent;
    std::int64_t id = 0;
    std::int64_t timeMs = 0;    ///< when it was made
    std::int64_t settledMs = 0; ///< 0 = only reserved so far
    std::int64_t tokens = 0;    ///< reserved; once settled those that were used
    bool counts = true;         ///< as a request; not when it was given back

    bool operator==(const Reservation &) const = default;
};

/// The rate limiter of the latest run.
class Limiter
{
public:
    static constexpr std::int64_t kWindowMs = 60000;

    void apply(const StateEvent &event);
    /// What the window held after the latest event that tells it.
    std::int64_t windowTokens() const { return m_windowTokens; }
    std::int64_t windowRequests() const { return m_windowRequests; }
    /// Those of the minute before the latest event, and older ones that are not settled; by time.
    const std::vector<Reservation> &reservations() const { return *m_reservations; }
    std::optional<std::int64_t> tokensPerMinute() const { return m_tpm; }
    std::optional<std::int64_t> requestsPerMinute() const { return m_rpm; }
    std::optional<double> budgetUsd() const { return m_budgetUsd; }
    std::uint64_t waitSeq() const { return m_waitSeq; } ///< the latest wait or refusal; 0 = none
    bool operator==(const Limiter &) const = default;

private:
    void startRun(const StateEvent &event);
    void reserve(const StateEvent &event);
    void settle(const StateEvent &event);
    void giveBack(const StateEvent &event);
    Reservation *find(std::int64_t id);
    void forget(std::int64_t nowMs);

    Shared<std::vector<Reservation>> m_reservations;
    std::int64_t m_windowTokens = 0, m_windowRequests = 0;
    std::optional<std::int64_t> m_tpm, m_rpm;
    std::optional<double> m_budgetUsd;
    std::uint64_t m_waitSeq = 0;
};

} // namespace orrery::state
