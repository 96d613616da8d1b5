// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/team/claimtable.h"

#include <algorithm>
#include <map>

namespace orrery::team {

/// The claim table said plainly: one list that is looked through. Times never go back.
struct ClaimReference {
    std::int64_t ttlMs = 0;
    std::vector<Claim> held;
    std::map<std::string, std::vector<std::string>> parents;

    void prune(std::int64_t now)
    {
        std::erase_if(held, [now](const Claim &claim) { return claim.deadlineMs <= now; });
    }
    /// `other` is the agent or a parent of it.
    bool isAbove(const std::string &other, const std::string &agent)
    {
        const auto &above = parents[agent];
        return other == agent || std::count(above.begin(), above.end(), other) > 0;
    }
    std::vector<Claim> conflicts(const std::string &agent, const std::string &file,
                                 std::int64_t start, std::int64_t end, std::int64_t now)
    {
        prune(now);
        std::vector<Claim> found;
        for (const Claim &claim : held) {
            bool meets = false;
            for (std::int64_t line = start; line <= end; ++line)
                meets = meets || (claim.start <= line && line <= claim.end);
            if (claim.file == file && meets && !isAbove(claim.agent, agent))
                found.push_back(claim);
        }
        return found;
    }
    ClaimVerdict claim(const std::string &agent, const std::string &file, std::int64_t start,
                       std::int64_t end, std::int64_t now)
    {
        ClaimVerdict verdict;
        verdict.conflicts = conflicts(agent, file, start, end, now);
        verdict.granted = verdict.conflicts.empty();
        if (!verdict.granted)
            return verdict;
        verdict.replaced = release(agent, file, now);
        held.push_back({agent, file, start, end, now, now + ttlMs});
        return verdict;
    }
    std::optional<Claim> release(const std::string &agent, const std::string &file,
                                 std::int64_t now)
    {
        prune(now);
        for (auto it = held.begin(); it != held.end(); ++it)
            if (it->agent == agent && it->file == file) {
                const Claim claim = *it;
                held.erase(it);
                return claim;
            }
        return std::nullopt;
    }
    std::optional<Claim> extend(const std::string &agent, const std::string &file, std::int64_t now)
    {
        auto claim = release(agent, file, now);
        if (claim) {
            claim->deadlineMs = now + ttlMs;
            held.push_back(*claim);
        }
        return claim;
    }
    std::vector<MovedClaim> move(const std::string &file, const LineEdits &edits,
                                 const std::string &by, std::int64_t now)
    {
        prune(now);
        std::vector<MovedClaim> moved;
        for (Claim &claim : held) {
            if (claim.file != file)
                continue;
            const LineRange from{claim.start, claim.end};
            const auto to = movedBy(edits, from, isAbove(claim.agent, by));
            if (to == from)
                continue;
            if (to) {
                claim.start = to->start;
                claim.end = to->end;
            }
            moved.push_back({claim, from, !to});
        }
        for (const MovedClaim &each : moved)
            if (each.isGone)
                release(each.agent, file, now);
        return moved;
    }
    bool holds(const std::string &agent, const std::string &file, std::int64_t start,
               std::int64_t end, std::int64_t now)
    {
        prune(now);
        bool all = true;
        for (std::int64_t line = start; line <= end; ++line) {
            bool isHeld = false;
            for (const Claim &claim : held)
                isHeld = isHeld
                         || (claim.file == file && claim.start <= line && line <= claim.end
                             && isAbove(claim.agent, agent));
            all = all && isHeld;
        }
        return all;
    }
};

/// Lists whose order is of no account.
template <typename Claims>
Claims sorted(Claims claims)
{
    std::sort(claims.begin(), claims.end(), [](const Claim &a, const Claim &b) {
        return std::tie(a.file, a.agent) < std::tie(b.file, b.agent);
    });
    return claims;
}

} // namespace orrery::team
