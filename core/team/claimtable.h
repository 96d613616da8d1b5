// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::team {

/// The lines `start`…`end` (both included) of `file`, held by `agent` until `deadlineMs` (same clock as `nowMs`).
struct Claim {
    std::string agent;
    std::string file; ///< workspace-relative, canonical
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::int64_t claimedMs = 0;
    std::int64_t deadlineMs = 0;

    bool operator==(const Claim &) const = default;
};

struct ClaimVerdict {
    bool granted = false;
    std::optional<Claim> replaced; ///< the agent's former claim on that file, when granted
    std::vector<Claim> conflicts;  ///< who holds overlapping lines, when not granted
    std::uint64_t sequence = 0;    ///< its place in the order in which operations took effect
};

struct ReleasedClaim : Claim {
    std::uint64_t sequence = 0; ///< as above
};

/// Who may write which lines. One claim per (agent, file); a re-claim replaces. Thread-safe. Times are wall-clock ms
/// handed in by the caller; a clock that is set back shortens no claim (SteadyTime). A claim is gone once
/// `deadline <= now`. A change costs O(claims on that file), and takes at most 32 claims out that have expired;
/// snapshot() reads a view of its own and neither waits for a writer nor holds one up.
class ClaimTable
{
public:
    explicit ClaimTable(std::int64_t ttlMs = 300000);
    ~ClaimTable();

    /// Error InvalidArgument for start > end or a negative line. Line 0 is allowed.
    Result<ClaimVerdict> claim(const std::string &agent, const std::string &file,
                               std::int64_t start, std::int64_t end, std::int64_t nowMs);
    /// The released claim, or nothing if the agent held none.
    std::optional<ReleasedClaim> release(const std::string &agent, const std::string &file,
                                         std::int64_t nowMs);
    /// In the order in which they were claimed.
    std::vector<ReleasedClaim> releaseAll(const std::string &agent, std::int64_t nowMs);
    /// Claims the same lines anew, from now on. Nothing if the agent holds none.
    std::optional<Claim> extend(const std::string &agent, const std::string &file,
                                std::int64_t nowMs);

    /// Claims of agents other than `agent` that overlap the lines.
    std::vector<Claim> conflicts(const std::string &agent, const std::string &file,
                                 std::int64_t start, std::int64_t end, std::int64_t nowMs);
    /// True if `agent` holds all of these lines itself.
    bool holds(const std::string &agent, const std::string &file, std::int64_t start,
               std::int64_t end, std::int64_t nowMs);
    /// Up to `most` of the claims that have expired and were not told yet, in order of deadline.
    std::vector<Claim> expire(std::int64_t nowMs, std::size_t most = 1000);
    /// All claims in (re-)claim order.
    std::vector<Claim> snapshot(std::int64_t nowMs) const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace orrery::team
