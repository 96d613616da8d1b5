// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/team/lineedits.h"

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
    std::int64_t deadlineMs = 0;   ///< of the claim, when granted
    std::optional<Claim> replaced; ///< the agent's former claim on that file, when granted
    std::vector<Claim> conflicts;  ///< who holds overlapping lines, when not granted
    std::uint64_t sequence = 0;    ///< its place in the order in which operations took effect
};

struct ReleasedClaim : Claim {
    std::uint64_t sequence = 0; ///< as above
};

/// A claim whose lines an edit moved.
struct MovedClaim : Claim {
    LineRange from;
    bool isGone =
        false; ///< none of its lines is left, so it has ended; `start` and `end` are `from` then

    bool operator==(const MovedClaim &) const = default;
};

/// Who may write which lines. One claim per (agent, file); a re-claim replaces. A sub-agent works under what its parents
/// hold: their claims are not in its way, while its own are in theirs and in its siblings'. Thread-safe. Times are
/// wall-clock ms handed in by the caller; a clock that is set back shortens no claim (SteadyTime). A claim is gone once
/// `deadline <= now`. A change costs O(claims on that file), and takes at most 32 claims of other files out that have
/// expired; snapshot() reads a view of its own and neither waits for a writer nor holds one up.
class ClaimTable
{
public:
    explicit ClaimTable(std::int64_t ttlMs = 300000);
    ~ClaimTable();

    using Parents = std::vector<std::string>; ///< an agent's parent, the parent's parent, …

    /// Error InvalidArgument for start > end or a negative line. Line 0 is allowed.
    Result<ClaimVerdict> claim(const std::string &agent, const std::string &file,
                               std::int64_t start, std::int64_t end, std::int64_t nowMs,
                               const Parents &parents = {});
    /// The released claim, or nothing if the agent held none.
    std::optional<ReleasedClaim> release(const std::string &agent, const std::string &file,
                                         std::int64_t nowMs);
    /// In the order in which they were claimed.
    std::vector<ReleasedClaim> releaseAll(const std::string &agent, std::int64_t nowMs);
    /// Claims the same lines anew, from now on. Nothing if the agent holds none.
    std::optional<Claim> extend(const std::string &agent, const std::string &file,
                                std::int64_t nowMs);
    /// The file was edited by `by`: every claim on it follows its lines, all at once. Deadlines stay. Those that moved.
    std::vector<MovedClaim> move(const std::string &file, const LineEdits &edits,
                                 const std::string &by, std::int64_t nowMs,
                                 const Parents &parents = {});

    /// Claims of agents other than `agent` and its parents that overlap the lines.
    std::vector<Claim> conflicts(const std::string &agent, const std::string &file,
                                 std::int64_t start, std::int64_t end, std::int64_t nowMs,
                                 const Parents &parents = {});
    /// True if `agent` and its parents hold all of these lines between them.
    bool holds(const std::string &agent, const std::string &file, std::int64_t start,
               std::int64_t end, std::int64_t nowMs, const Parents &parents = {});
    /// Up to `most` of the claims that have expired and were not told yet, in the order in which they were taken out: that
    /// of their deadlines, but that those on a file are taken out when somebody claims lines of it.
    std::vector<Claim> expire(std::int64_t nowMs, std::size_t most = 1000);
    /// All of those that operations so far have taken out. Takes out no more itself.
    std::vector<Claim> takeExpired();
    /// The table's own time at its latest operation: as the wall clock, but never back. Waits for nobody.
    std::int64_t steadyMs() const;
    /// All claims in the order of their latest change: claim, extension or move. O(claims), in one piece of memory.
    std::vector<Claim> snapshot(std::int64_t nowMs) const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace orrery::team
