// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/claimtable.h"

#include "core/team/claimlog.h"
#include "core/team/steadytime.h"

#include <algorithm>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace orrery::team {

struct ClaimedFile {
    const std::string name;
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
    using FilePtr = std::shared_ptr<ClaimedFile>;

    ClaimedFile *find(std::string_view name)
    {
        Shard &shard = shardOf(name);
        const auto it = shard.find(name);
        return it == shard.end() ? nullptr : it->second.get();
    }
    FilePtr get(const std::string &name)
    {
        Shard &shard = shardOf(name);
        if (const auto it = shard.find(name); it != shard.end())
            return it->second;
        auto file = std::make_shared<ClaimedFile>(ClaimedFile{name, {}});
        shard.emplace(file->name, file); // the key looks at the file's own name
        return file;
    }
    void erase(const ClaimedFile &file)
    {
        Shard &shard = shardOf(file.name);
        const auto node = shard.extract(file.name); // keeps the key alive
    }

private:
    using Shard = std::unordered_map<std::string_view, FilePtr>;
    Shard &shardOf(std::string_view name)
    {
        return m_shards[(std::hash<std::string_view>()(name) >> 40) % m_shards.size()];
    }
    std::array<Shard, 256> m_shards;
};

/// A claim that has expired and was not told yet.
struct Expired {
    ClaimingAgent *owner;
    std::shared_ptr<ClaimedFile> file;
    std::int64_t start, end, claimedMs, deadlineMs;
};

} // namespace

struct ClaimTable::Private {
    explicit Private(std::int64_t ttl) : ttlMs(ttl) {}

    const std::int64_t ttlMs;
    ClaimLog log; ///< view() and size() need no lock, all else `mutex`
    SteadyTime time;
    std::mutex mutex;
    // All below is guarded by `mutex`.
    FileTable files;
    std::unordered_map<std::string, ClaimingAgent> agents; ///< never erased
    ClaimRecord *earliest = nullptr; ///< the standing claims in order of their deadlines
    ClaimRecord *latest = nullptr;
    std::deque<Expired> expired;

    template <typename Record>
    Claim toClaim(const Record &record) const
    {
        return {*record.owner->name,
                record.file->name,
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
    ClaimingAgent &addAgent(const std::string &name)
    {
        const auto [it, isNew] = agents.try_emplace(name);
        it->second.name = &it->first;
        return it->second;
    }
    /// Those of them that have ever claimed anything.
    std::vector<const ClaimingAgent *> findAll(const Parents &names)
    {
        std::vector<const ClaimingAgent *> found;
        for (const std::string &name : names)
            if (const ClaimingAgent *agent = findAgent(name))
                found.push_back(agent);
        return found;
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

    /// Ends it for those who look from the next commit on. The file's entry stays; log.drop() has to follow.
    void unlink(ClaimRecord &record, std::uint64_t change)
    {
        ClaimingAgent &owner = *record.owner;
        (record.previous ? record.previous->next : owner.first) = record.next;
        (record.next ? record.next->previous : owner.last) = record.previous;
        (record.earlier ? record.earlier->later : earliest) = record.later;
        (record.later ? record.later->earlier : latest) = record.earlier;
        std::erase(record.file->standing, &record);
        log.end(record, change);
    }
    /// `record` may be gone afterwards.
    void end(ClaimRecord &record, std::uint64_t change)
    {
        unlink(record, change);
        log.drop(record);
    }
    void dropIfFree(const ClaimedFile &file)
    {
        if (file.standing.empty())
            files.erase(file);
    }
    void expireRecord(ClaimRecord &record)
    {
        expired.push_back({record.owner, record.file, record.start, record.end, record.claimedMs,
                           record.deadlineMs});
        end(record, log.nextChange());
        log.commit();
    }

    /// The newest of all.
    ClaimRecord &put(std::shared_ptr<ClaimedFile> file, ClaimingAgent &agent, LineRange lines,
                     std::int64_t claimedMs, std::int64_t now, std::uint64_t change)
    {
        ClaimRecord &record = log.append();
        record.madeAt = change;
        record.start = lines.start;
        record.end = lines.end;
        record.claimedMs = claimedMs;
        record.deadlineMs = now + ttlMs;
        record.file = std::move(file);
        record.owner = &agent;
        record.previous = agent.last;
        (agent.last ? agent.last->next : agent.first) = &record;
        agent.last = &record;
        record.earlier = latest;
        (latest ? latest->later : earliest) = &record;
        latest = &record;
        record.file->standing.push_back(&record);
        log.publish(record);
        return record;
    }
    /// The same claim with other lines, in the places that it had.
    ClaimRecord &putInPlaceOf(ClaimRecord &before, LineRange lines, std::uint64_t change)
    {
        ClaimRecord &record = log.append();
        record.madeAt = change;
        record.start = lines.start;
        record.end = lines.end;
        record.claimedMs = before.claimedMs;
        record.deadlineMs = before.deadlineMs;
        record.file = before.file;
        record.owner = before.owner;
        record.previous = before.previous;
        record.next = before.next;
        record.earlier = before.earlier;
        record.later = before.later;
        (record.previous ? record.previous->next : record.owner->first) = &record;
        (record.next ? record.next->previous : record.owner->last) = &record;
        (record.earlier ? record.earlier->later : earliest) = &record;
        (record.later ? record.later->earlier : latest) = &record;
        std::vector<ClaimRecord *> &standing = record.file->standing;
        *std::find(standing.begin(), standing.end(), &before) = &record;
        log.publish(record);
        log.end(before, change);
        return record;
    }

    /// Time goes on, and some of what has expired by now is taken out.
    std::int64_t bringUpTo(std::int64_t nowMs, std::size_t most = kSweep)
    {
        const std::int64_t now = time.advance(nowMs);
        for (; most > 0 && earliest && earliest->deadlineMs <= now; --most) {
            const auto file = earliest->file;
            expireRecord(*earliest);
            dropIfFree(*file);
        }
        return now;
    }
    /// What has expired on one file. Its entry stays.
    void expireOn(ClaimedFile &file, std::int64_t now)
    {
        for (std::size_t i = file.standing.size(); i-- > 0;)
            if (file.standing[i]->deadlineMs <= now)
                expireRecord(*file.standing[i]);
    }

    /// Of others. Their agents and these are known by their places.
    std::vector<Claim> conflicts(const ClaimedFile *file, const ClaimingAgent *agent,
                                 const std::vector<const ClaimingAgent *> &parents, LineRange lines,
                                 std::int64_t now) const
    {
        std::vector<Claim> found;
        if (file)
            for (const ClaimRecord *record : file->standing)
                if (record->owner != agent && record->deadlineMs > now && record->start <= lines.end
                    && lines.start <= record->end
                    && std::find(parents.begin(), parents.end(), record->owner) == parents.end())
                    found.push_back(toClaim(*record));
        return found;
    }

    /// Releases the record, unless it has expired.
    std::optional<ReleasedClaim> take(ClaimRecord &record, std::int64_t now)
    {
        const auto file = record.file;
        std::optional<ReleasedClaim> taken;
        if (record.deadlineMs > now) {
            const std::uint64_t change = log.nextChange();
            taken = ReleasedClaim{toClaim(record), change};
            end(record, change);
            log.commit();
        } else {
            expireRecord(record);
        }
        dropIfFree(*file);
        return taken;
    }
};

ClaimTable::ClaimTable(std::int64_t ttlMs) : d(std::make_unique<Private>(ttlMs)) {}

ClaimTable::~ClaimTable() = default;

Result<ClaimVerdict> ClaimTable::claim(const std::string &agent, const std::string &file,
                                       std::int64_t start, std::int64_t end, std::int64_t nowMs,
                                       const Parents &parents)
{
    if (start > end || start < 0)
        return fail(ErrorCode::InvalidArgument,
                    "The lines " + std::to_string(start) + "-" + std::to_string(end)
                        + " are no range: the first may not be negative or after the last.");
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    ClaimVerdict verdict;
    ClaimedFile *entry = d->files.find(file);
    ClaimingAgent *owner = d->findAgent(agent);
    if (entry)
        d->expireOn(*entry, now);
    verdict.conflicts = d->conflicts(entry, owner, d->findAll(parents), {start, end}, now);
    verdict.granted = verdict.conflicts.empty();
    verdict.sequence = d->log.nextChange();
    if (verdict.granted) {
        ClaimRecord *before = Private::own(entry, owner);
        if (before)
            verdict.replaced = d->toClaim(*before);
        // The new one first: readers see both changes at once.
        const ClaimRecord &record =
            d->put(before ? before->file : d->files.get(file), owner ? *owner : d->addAgent(agent),
                   {start, end}, now, now, verdict.sequence);
        verdict.deadlineMs = d->time.toWall(record.deadlineMs);
        if (before)
            d->end(*before, verdict.sequence);
    }
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
    const ClaimRecord &record = d->put(before->file, *before->owner, {before->start, before->end},
                                       before->claimedMs, now, change);
    d->end(*before, change);
    d->log.commit();
    return d->toClaim(record);
}

std::vector<MovedClaim> ClaimTable::move(const std::string &file, const LineEdits &edits,
                                         const std::string &by, std::int64_t nowMs,
                                         const Parents &parents)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    ClaimedFile *entry = d->files.find(file);
    if (!entry)
        return {};
    const ClaimingAgent *editor = d->findAgent(by);
    const auto above = d->findAll(parents);
    const std::uint64_t change = d->log.nextChange();
    std::vector<MovedClaim> moved;
    std::vector<ClaimRecord *> ended;
    // They are ended together: a reader finds each claim once, either where it was or where it is.
    for (ClaimRecord *record : std::vector<ClaimRecord *>(entry->standing)) {
        const LineRange from{record->start, record->end};
        const bool isOwn = record->owner == editor
                           || std::find(above.begin(), above.end(), record->owner) != above.end();
        const auto to = movedBy(edits, from, isOwn);
        if (record->deadlineMs <= now || to == from)
            continue;
        if (to)
            moved.push_back({d->toClaim(d->putInPlaceOf(*record, *to, change)), from, false});
        else
            moved.push_back({d->toClaim(*record), from, true});
        if (!to)
            d->unlink(*record, change);
        ended.push_back(record);
    }
    d->log.commit();
    for (ClaimRecord *record : ended)
        d->log.drop(*record);
    d->dropIfFree(*entry);
    return moved;
}

std::vector<Claim> ClaimTable::conflicts(const std::string &agent, const std::string &file,
                                         std::int64_t start, std::int64_t end, std::int64_t nowMs,
                                         const Parents &parents)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    return d->conflicts(d->files.find(file), d->findAgent(agent), d->findAll(parents), {start, end},
                        now);
}

bool ClaimTable::holds(const std::string &agent, const std::string &file, std::int64_t start,
                       std::int64_t end, std::int64_t nowMs, const Parents &parents)
{
    std::lock_guard lock(d->mutex);
    const std::int64_t now = d->bringUpTo(nowMs);
    const ClaimedFile *entry = d->files.find(file);
    auto holders = d->findAll(parents);
    holders.push_back(d->findAgent(agent));
    // Each claim in turn that goes on where the lines held so far end.
    std::int64_t next = start;
    for (bool goesOn = true; next <= end && goesOn;) {
        goesOn = false;
        for (const ClaimingAgent *holder : holders) {
            const ClaimRecord *record = Private::own(entry, holder);
            if (record && record->deadlineMs > now && record->start <= next
                && next <= record->end) {
                if (record->end >= end)
                    return true;
                next = record->end + 1;
                goesOn = true;
            }
        }
    }
    return next > end;
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

std::vector<Claim> ClaimTable::takeExpired()
{
    std::lock_guard lock(d->mutex);
    std::vector<Claim> told;
    for (; !d->expired.empty(); d->expired.pop_front())
        told.push_back(d->toClaim(d->expired.front()));
    return told;
}

std::int64_t ClaimTable::steadyMs() const { return d->time.latest(); }

std::vector<Claim> ClaimTable::snapshot(std::int64_t nowMs) const
{
    const ClaimLog::View view = d->log.view();
    // Not earlier than the view: what had expired for a claim that is in it, is gone here too.
    const std::int64_t now = std::max(d->time.fromWall(nowMs), d->time.latest());
    std::vector<Claim> claims;
    claims.reserve(d->log.size()); // growing would copy them all, and touch twice the memory
    view.forEach([&](const ClaimRecord &record) {
        if (record.deadlineMs > now)
            claims.push_back(d->toClaim(record));
    });
    return claims;
}

} // namespace orrery::team
