// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/claimtable.h"

#include "core/team/claimlog.h"
#include "core/team/steadytime.h"

#include <algorithm>
#include <deque>
#include <string_view>
#include <unordered_map>

namespace orrery::team {

struct ClaimedFile {
    std::shared_ptr<const std::string> name; ///< what the table's key looks at
    std::vector<ClaimRecord *> standing;
};

struct ClaimingAgent {
    const std::string *name = nullptr;
    ClaimRecord *first = nullptr; ///< its standing claims in the order in which they were made
    ClaimRecord *last = nullptr;
};

namespace {

/// Expired claims that one operation takes out at most, so that a million of them stall nobody.
constexpr std::size_t kSweep = 32;

/// Small tables in place of a large one, since growing moves all that a table holds.
class FileTable
{
public:
    ClaimedFile *find(std::string_view name)
    {
        Shard &shard = shardOf(name);
        const auto it = shard.find(name);
        return it == shard.end() ? nullptr : &it->second;
    }
    ClaimedFile &get(const std::string &name)
    {
        if (ClaimedFile *found = find(name))
            return *found;
        auto own = std::make_shared<const std::string>(name);
        const std::string_view key = *own;
        return shardOf(key).emplace(key, ClaimedFile{std::move(own), {}}).first->second;
    }
    void erase(const ClaimedFile &file)
    {
        const auto name = file.name; // keeps the key alive
        shardOf(*name).erase(*name);
    }

private:
    using Shard = std::unordered_map<std::string_view, ClaimedFile>;
    Shard &shardOf(std::string_view name)
    {
        return m_shards[(std::hash<std::string_view>()(name) >> 40) % m_shards.size()];
    }
    std::array<Shard, 256> m_shards;
};

/// A claim that has expired and was not told yet.
struct Expired {
    const std::string *agent;
    std::shared_ptr<const std::string> file;
    std::int64_t start, end, claimedMs, deadlineMs;
};

} // namespace

struct ClaimTable::Private {
    explicit Private(std::int64_t ttl) : ttlMs(ttl) {}

    const std::int64_t ttlMs;
    ClaimLog log; ///< view() needs no lock, all else `mutex`
    SteadyTime time;
    std::mutex mutex;
    // All below is guarded by `mutex`.
    FileTable files;
    std::unordered_map<std::string, ClaimingAgent> agents; ///< never erased
    std::deque<Expired> expired;

    template <typename Record>
    Claim toClaim(const Record &record) const
    {
        return {*record.agent,
                *record.file,
                record.start,
                record.end,
                time.toWall(record.claimedMs),
                time.toWall(record.deadlineMs)};
    }

    ClaimingAgent *findAgent(const std::string &name)
    {
        const auto it = agents.find(name);
        return it == agents.end() ? nullptr : &it->second;
    }
    ClaimingAgent &getAgent(const std::string &name)
    {
        const auto [it, isNew] = agents.try_emplace(name);
        it->second.name = &it->first;
        return it->second;
    }

    /// The agent's record on the file, also one that is overdue.
    static ClaimRecord *own(const ClaimedFile *file, const ClaimingAgent *agent)
    {
        if (file && agent)
            for (ClaimRecord *record : file->standing)
                if (record->owner == agent)
                    return record;
        return nullptr;
    }

    /// Takes the record out; the file's entry stays. `record` may be gone afterwards.
    void end(ClaimRecord &record, std::uint64_t change)
    {
        ClaimingAgent &owner = *record.owner;
        (record.previous ? record.previous->next : owner.first) = record.next;
        (record.next ? record.next->previous : owner.last) = record.previous;
        std::erase(record.fileEntry->standing, &record);
        log.end(record, change);
    }
    void dropIfFree(const ClaimedFile &file)
    {
        if (file.standing.empty())
            files.erase(file);
    }
    void expireRecord(ClaimRecord &record)
    {
        expired.push_back({record.agent, record.file, record.start, record.end, record.claimedMs,
                           record.deadlineMs});
        end(record, log.nextChange());
        log.commit();
    }

    ClaimRecord &put(ClaimedFile &file, ClaimingAgent &agent, std::int64_t start, std::int64_t end,
                     std::int64_t claimedMs, std::int64_t now, std::uint64_t change)
    {
        ClaimRecord &record = log.append();
        record.madeAt = change;
        record.file = file.name;
        record.agent = agent.name;
        record.start = start;
        record.end = end;
        record.claimedMs = claimedMs;
        record.deadlineMs = now + ttlMs;
        record.fileEntry = &file;
        record.owner = &agent;
        record.previous = agent.last;
        (agent.last ? agent.last->next : agent.first) = &record;
        agent.last = &record;
        file.standing.push_back(&record);
        log.publish(record);
        return record;
    }

    /// Time goes on, and some of what has expired by now is taken out. Deadlines are in the order of the log.
    std::int64_t bringUpTo(std::int64_t nowMs, std::size_t most = kSweep)
    {
        const std::int64_t now = time.advance(nowMs);
        std::size_t looks = 4 * most;
        for (std::size_t done = 0; done < most; ++done) {
            ClaimRecord *oldest = log.oldest(looks);
            if (!oldest || oldest->deadlineMs > now)
                break;
            ClaimedFile &file = *oldest->fileEntry;
            expireRecord(*oldest);
            dropIfFree(file);
        }
        return now;
    }

    std::vector<Claim> conflicts(const ClaimedFile *file, const ClaimingAgent *agent,
                                 std::int64_t start, std::int64_t end, std::int64_t now) const
    {
        std::vector<Claim> found;
        if (file)
            for (const ClaimRecord *record : file->standing)
                if (record->owner != agent && record->deadlineMs > now && record->start <= end
                    && start <= record->end)
                    found.push_back(toClaim(*record));
        return found;
    }

    /// Releases the record, unless it has expired.
    std::optional<ReleasedClaim> take(ClaimRecord &record, std::int64_t now)
    {
        ClaimedFile &file = *record.fileEntry;
        std::optional<ReleasedClaim> taken;
        if (record.deadlineMs > now) {
            const std::uint64_t change = log.nextChange();
            taken = ReleasedClaim{toClaim(record), change};
            end(record, change);
            log.commit();
        } else {
            expireRecord(record);
        }
        dropIfFree(file);
        return taken;
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
    const std::int64_t now = d->bringUpTo(nowMs);
    ClaimVerdict verdict;
    ClaimedFile *entry = d->files.find(file);
    verdict.conflicts = d->conflicts(entry, d->findAgent(agent), start, end, now);
    verdict.granted = verdict.conflicts.empty();
    verdict.sequence = d->log.nextChange();
    if (!verdict.granted) {
        d->log.commit();
        return verdict;
    }
    ClaimingAgent &owner = d->getAgent(agent);
    ClaimedFile &held = entry ? *entry : d->files.get(file);
    ClaimRecord *before = Private::own(entry, &owner);
    if (before && before->deadlineMs > now)
        verdict.replaced = d->toClaim(*before);
    // The new one first: readers see both changes at once.
    d->put(held, owner, start, end, now, now, verdict.sequence);
    if (before && verdict.replaced)
        d->end(*before, verdict.sequence);
    else if (before)
        d->expireRecord(*before);
    d->log.commit();
    return verdict;
}

std::optional<ReleasedClaim> ClaimTable::release(const std::string &agent, const std::string &file,
                                                 std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    ClaimRecord *record = Private::own(d->files.find(file), d->findAgent(agent));
    return record ? d->take(*record, now) : std::nullopt;
}

std::vector<ReleasedClaim> ClaimTable::releaseAll(const std::string &agent, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    std::vector<ReleasedClaim> released;
    if (ClaimingAgent *owner = d->findAgent(agent))
        while (owner->first)
            if (auto claim = d->take(*owner->first, now))
                released.push_back(std::move(*claim));
    return released;
}

std::optional<Claim> ClaimTable::extend(const std::string &agent, const std::string &file,
                                        std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    ClaimRecord *before = Private::own(d->files.find(file), d->findAgent(agent));
    if (!before || before->deadlineMs <= now)
        return std::nullopt;
    const std::uint64_t change = d->log.nextChange();
    const ClaimRecord &record = d->put(*before->fileEntry, *before->owner, before->start,
                                       before->end, before->claimedMs, now, change);
    d->end(*before, change);
    d->log.commit();
    return d->toClaim(record);
}

std::vector<Claim> ClaimTable::conflicts(const std::string &agent, const std::string &file,
                                         std::int64_t start, std::int64_t end, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    return d->conflicts(d->files.find(file), d->findAgent(agent), start, end, now);
}

bool ClaimTable::holds(const std::string &agent, const std::string &file, std::int64_t start,
                       std::int64_t end, std::int64_t nowMs)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    const ClaimRecord *record = Private::own(d->files.find(file), d->findAgent(agent));
    return record && record->deadlineMs > now && record->start <= start && end <= record->end;
}

std::vector<Claim> ClaimTable::expire(std::int64_t nowMs, std::size_t most)
{
    std::lock_guard lock(d->mutex);
    d->bringUpTo(nowMs, most);
    std::vector<Claim> told;
    for (; !d->expired.empty() && told.size() < most; d->expired.pop_front())
        told.push_back(d->toClaim(d->expired.front()));
    return told;
}

std::vector<Claim> ClaimTable::snapshot(std::int64_t nowMs) const
{
    const ClaimLog::View view = d->log.view();
    // Not earlier than the view: what had expired for a claim that is in it, is gone here too.
    const std::int64_t now = std::max(d->time.fromWall(nowMs), d->time.latest());
    std::vector<Claim> claims;
    view.forEach([&](const ClaimRecord &record) {
        if (record.deadlineMs > now)
            claims.push_back(d->toClaim(record));
    });
    return claims;
}

} // namespace orrery::team
