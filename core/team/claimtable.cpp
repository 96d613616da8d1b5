// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/claimtable.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>

namespace orrery::team {

namespace {

struct Held {
    Claim claim;
    std::uint64_t order =
        0; ///< position in (re-)claim order; also tells a standing claim from a replaced one
};

bool overlaps(const Claim &claim, std::int64_t start, std::int64_t end)
{
    return claim.start <= end && start <= claim.end;
}

} // namespace

struct ClaimTable::Private {
    explicit Private(std::int64_t ttl) : ttlMs(ttl) {}

    const std::int64_t ttlMs;
    std::mutex mutex;
    // All below is guarded by `mutex`.
    std::unordered_map<std::string, std::vector<Held>> files;
    std::unordered_map<std::string, std::set<std::string>> filesOf; ///< by agent
    std::set<std::tuple<std::int64_t, std::uint64_t, std::string>>
        deadlines;              ///< deadline, order, file
    std::vector<Claim> expired; ///< since the last expire()
    std::uint64_t lastOrder = 0;

    void remove(std::vector<Held> &list, std::vector<Held>::iterator it)
    {
        deadlines.erase({it->claim.deadlineMs, it->order, it->claim.file});
        const auto owner = filesOf.find(it->claim.agent);
        owner->second.erase(it->claim.file);
        if (owner->second.empty())
            filesOf.erase(owner);
        const std::string file = it->claim.file;
        list.erase(it);
        if (list.empty())
            files.erase(file);
    }

    /// Takes out what has expired, earliest deadline first. Amortised: each claim leaves once.
    void sweep(std::int64_t nowMs)
    {
        while (!deadlines.empty() && std::get<0>(*deadlines.begin()) <= nowMs) {
            const auto [deadline, order, file] = *deadlines.begin();
            auto &list = files.at(file);
            const auto it =
                std::find_if(list.begin(), list.end(),
                             [order = order](const Held &held) { return held.order == order; });
            expired.push_back(it->claim);
            remove(list, it);
        }
    }

    std::optional<Claim> take(const std::string &agent, const std::string &file)
    {
        const auto found = files.find(file);
        if (found == files.end())
            return std::nullopt;
        auto &list = found->second;
        const auto it = std::find_if(list.begin(), list.end(),
                                     [&](const Held &held) { return held.claim.agent == agent; });
        if (it == list.end())
            return std::nullopt;
        Claim claim = it->claim;
        remove(list, it);
        return claim;
    }

    void put(Claim claim)
    {
        const std::uint64_t order = ++lastOrder;
        deadlines.insert({claim.deadlineMs, order, claim.file});
        filesOf[claim.agent].insert(claim.file);
        auto &list = files[claim.file];
        list.push_back({std::move(claim), order});
    }

    std::vector<Claim> conflicts(const std::string &agent, const std::string &file,
                                 std::int64_t start, std::int64_t end) const
    {
        std::vector<Claim> found;
        const auto it = files.find(file);
        if (it == files.end())
            return found;
        for (const Held &held : it->second)
            if (held.claim.agent != agent && overlaps(held.claim, start, end))
                found.push_back(held.claim);
        return found;
    }
};

ClaimTable::ClaimTable(std::int64_t ttlMs) : d(std::make_unique<Private>(ttlMs)) {}

ClaimTable::~ClaimTable() = default;

Result<ClaimVerdict> ClaimTable::claim(const std::string &agent, const std::string &file,
                                       std::int64_t start, std::int64_t end, std::int64_t nowMs)
{
    if (start > end || start < 0 || end < 0)
        return fail(ErrorCode::InvalidArgument,
                    "The lines " + std::to_string(start) + "-" + std::to_string(end)
                        + " are no range: the first may not be negative or after the last.");
    std::lock_guard lock(d->mutex);
    d->sweep(nowMs);
    ClaimVerdict verdict;
    verdict.conflicts = d->conflicts(agent, file, start, end);
    if (!verdict.conflicts.empty())
        return verdict;
    verdict.granted = true;
    verdict.replaced = d->take(agent, file);
    d->put({agent, file, start, end, nowMs, nowMs + d->ttlMs});
    return verdict;
}

std::optional<Claim> ClaimTable::release(const std::string &agent, const std::string &file,
                                         std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->sweep(nowMs);
    return d->take(agent, file);
}

std::vector<Claim> ClaimTable::releaseAll(const std::string &agent, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->sweep(nowMs);
    std::vector<Claim> released;
    const auto it = d->filesOf.find(agent);
    if (it == d->filesOf.end())
        return released;
    const std::set<std::string> files = it->second; // take() changes the original
    for (const std::string &file : files)
        released.push_back(*d->take(agent, file));
    return released;
}

std::optional<Claim> ClaimTable::extend(const std::string &agent, const std::string &file,
                                        std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->sweep(nowMs);
    auto claim = d->take(agent, file);
    if (claim) {
        claim->deadlineMs = nowMs + d->ttlMs;
        d->put(*claim);
    }
    return claim;
}

std::vector<Claim> ClaimTable::conflicts(const std::string &agent, const std::string &file,
                                         std::int64_t start, std::int64_t end, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->sweep(nowMs);
    return d->conflicts(agent, file, start, end);
}

bool ClaimTable::holds(const std::string &agent, const std::string &file, std::int64_t start,
                       std::int64_t end, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->sweep(nowMs);
    const auto it = d->files.find(file);
    return it != d->files.end()
           && std::any_of(it->second.begin(), it->second.end(), [&](const Held &held) {
                  return held.claim.agent == agent && held.claim.start <= start
                         && end <= held.claim.end;
              });
}

std::vector<Claim> ClaimTable::expire(std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    d->sweep(nowMs);
    return std::exchange(d->expired, {});
}

std::vector<Claim> ClaimTable::snapshot(std::int64_t nowMs)
{
    std::vector<Held> all;
    {
        std::lock_guard lock(d->mutex);
        d->sweep(nowMs);
        for (const auto &[file, list] : d->files)
            all.insert(all.end(), list.begin(), list.end());
    }
    // Sorted outside the lock, so that a reader does not hold up the writers.
    std::sort(all.begin(), all.end(),
              [](const Held &a, const Held &b) { return a.order < b.order; });
    std::vector<Claim> claims;
    claims.reserve(all.size());
    for (Held &held : all)
        claims.push_back(std::move(held.claim));
    return claims;
}

std::optional<std::int64_t> ClaimTable::nextDeadline()
{
    std::lock_guard lock(d->mutex);
    if (d->deadlines.empty())
        return std::nullopt;
    return std::get<0>(*d->deadlines.begin());
}

} // namespace orrery::team
