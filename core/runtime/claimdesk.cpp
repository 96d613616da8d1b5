// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/claimdesk.h"

namespace orrery::runtime {

EventData dataOf(const ClaimEvent &event, std::uint64_t number)
{
    const team::Claim &claim = event.claim;
    Json data = {{"file", claim.file},
                 {"start", claim.start},
                 {"end", claim.end},
                 {"table_seq", number},
                 {"at_ms", event.atMs}};
    if (event.kind == EventKind::ClaimGranted) {
        data["expires_at_ms"] = claim.deadlineMs;
        data["replaced"] =
            event.other ? Json{{"start", event.other->start}, {"end", event.other->end}} : Json();
    } else if (event.kind == EventKind::ClaimDenied) {
        data["holder"] = event.other->agent;
        data["holder_start"] = event.other->start;
        data["holder_end"] = event.other->end;
        data["expires_in_ms"] = event.leftMs;
        data["via"] = event.via;
    } else if (event.kind == EventKind::ClaimMoved) {
        data["from_start"] = event.from.start;
        data["from_end"] = event.from.end;
    }
    if (!event.by.empty())
        data["by"] = event.by;
    return data;
}

ClaimDesk::ClaimDesk(std::int64_t ttlMs, const team::Membership &members, Tell tell)
    : m_members(members), m_table(ttlMs), m_outbox(std::move(tell))
{}

void ClaimDesk::put(ClaimEvent event)
{
    event.atMs = m_table.steadyMs();
    m_outbox.put(std::move(event));
}

/// What the latest operation has found expired: that was before the operation itself.
void ClaimDesk::putExpired()
{
    for (team::Claim &claim : m_table.takeExpired())
        put({EventKind::ClaimExpired, std::move(claim)});
}

void ClaimDesk::putReleased(const team::Claim &claim, const std::string &by)
{
    ClaimEvent event{EventKind::ClaimReleased, claim};
    event.by = by;
    put(std::move(event));
}

Result<team::ClaimVerdict> ClaimDesk::claim(const std::string &agent, const std::string &file,
                                            std::int64_t start, std::int64_t end,
                                            std::int64_t nowMs)
{
    const auto parents = m_members.parentsOf(agent);
    Result<team::ClaimVerdict> verdict;
    {
        std::lock_guard lock(m_mutex);
        verdict = m_table.claim(agent, file, start, end, nowMs, parents);
        if (!verdict)
            return verdict;
        putExpired();
        ClaimEvent event;
        event.claim = {agent, file, start, end, 0, 0};
        if (verdict->granted) {
            event.claim.deadlineMs = verdict->deadlineMs;
            event.other = verdict->replaced;
        } else {
            event.kind = EventKind::ClaimDenied;
            event.other = verdict->conflicts.front();
            event.via = "claim";
            event.leftMs = event.other->deadlineMs - nowMs;
        }
        put(std::move(event));
    }
    m_outbox.flush();
    return verdict;
}

std::optional<team::Claim> ClaimDesk::extend(const std::string &agent, const std::string &file,
                                             std::int64_t nowMs)
{
    std::optional<team::Claim> claim;
    {
        std::lock_guard lock(m_mutex);
        claim = m_table.extend(agent, file, nowMs);
        putExpired();
        if (claim)
            put({EventKind::ClaimGranted, *claim, 0, claim});
    }
    m_outbox.flush();
    return claim;
}

std::optional<team::ReleasedClaim> ClaimDesk::release(const std::string &agent,
                                                      const std::string &file, std::int64_t nowMs,
                                                      const std::string &by)
{
    std::optional<team::ReleasedClaim> claim;
    {
        std::lock_guard lock(m_mutex);
        claim = m_table.release(agent, file, nowMs);
        putExpired();
        if (claim)
            putReleased(*claim, by);
    }
    m_outbox.flush();
    return claim;
}

void ClaimDesk::releaseAll(const std::string &agent, std::int64_t nowMs)
{
    {
        std::lock_guard lock(m_mutex);
        const auto claims = m_table.releaseAll(agent, nowMs);
        putExpired();
        for (const team::Claim &claim : claims)
            putReleased(claim, {});
    }
    m_outbox.flush();
}

std::optional<team::Claim> ClaimDesk::refuseWrite(const std::string &agent, const std::string &file,
                                                  std::int64_t start, std::int64_t end,
                                                  std::int64_t nowMs)
{
    const auto parents = m_members.parentsOf(agent);
    std::optional<team::Claim> other;
    {
        std::lock_guard lock(m_mutex);
        auto conflicts = m_table.conflicts(agent, file, start, end, nowMs, parents);
        putExpired();
        if (!conflicts.empty()) {
            other = std::move(conflicts.front());
            ClaimEvent event{EventKind::ClaimDenied, {agent, file, start, end, 0, 0}, 0, other};
            event.via = "write";
            event.leftMs = other->deadlineMs - nowMs;
            put(std::move(event));
        }
    }
    m_outbox.flush();
    return other;
}

void ClaimDesk::move(const std::string &agent, const std::string &file,
                     const team::LineEdits &edits, std::int64_t nowMs)
{
    const auto parents = m_members.parentsOf(agent);
    {
        std::lock_guard lock(m_mutex);
        const auto moved = m_table.move(file, edits, agent, nowMs, parents);
        putExpired();
        // Those that have ended first: nothing that is told next overlaps them then.
        for (const team::MovedClaim &claim : moved)
            if (claim.isGone)
                putReleased(claim, agent);
        for (const team::MovedClaim &claim : moved)
            if (!claim.isGone)
                put({EventKind::ClaimMoved, claim, 0, {}, {}, 0, claim.from, agent});
    }
    m_outbox.flush();
}

void ClaimDesk::expire(std::int64_t nowMs)
{
    {
        std::lock_guard lock(m_mutex);
        for (team::Claim &claim : m_table.expire(nowMs))
            put({EventKind::ClaimExpired, std::move(claim)});
    }
    m_outbox.flush();
}

std::vector<team::Claim> ClaimDesk::conflicts(const std::string &agent, const std::string &file,
                                              std::int64_t start, std::int64_t end,
                                              std::int64_t nowMs)
{
    const auto parents = m_members.parentsOf(agent);
    std::lock_guard lock(m_mutex); // it may find what has expired, which has its place in the order
    return m_table.conflicts(agent, file, start, end, nowMs, parents);
}

bool ClaimDesk::holds(const std::string &agent, const std::string &file, std::int64_t start,
                      std::int64_t end, std::int64_t nowMs)
{
    const auto parents = m_members.parentsOf(agent);
    std::lock_guard lock(m_mutex); // as above
    return m_table.holds(agent, file, start, end, nowMs, parents);
}

} // namespace orrery::runtime
