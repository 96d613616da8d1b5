// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"
#include "core/runtime/orderedoutbox.h"
#include "core/team/claimtable.h"
#include "core/team/membership.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace orrery::runtime {

/// What happened to the claim table.
struct ClaimEvent {
    EventKind kind = EventKind::ClaimGranted; ///< one of Claim…
    team::Claim claim;                        ///< ClaimDenied: what was asked for, without times
    std::int64_t atMs = 0; ///< the table's own time: as the wall clock, but never back
    std::optional<team::Claim>
        other;               ///< ClaimGranted: what it replaces; ClaimDenied: who is in the way
    std::string via;         ///< ClaimDenied: claim, write
    std::int64_t leftMs = 0; ///< ClaimDenied: how long that one has it yet
    team::LineRange from;    ///< ClaimMoved
    std::string by;          ///< ClaimMoved, ClaimReleased: who did it; empty = the holder
};

/// As the event's data; `number` is its place among all of the table. Its agent is `event.claim.agent`.
EventData dataOf(const ClaimEvent &event, std::uint64_t number);

/// The claim table of a team, which knows who works for whom and tells what happens, in the order in which it does.
/// Thread-safe; when a function returns, what it did has been told.
class ClaimDesk
{
public:
    /// Called by one thread at a time; must not use the desk.
    using Tell = OrderedOutbox<ClaimEvent>::Publish;

    ClaimDesk(std::int64_t ttlMs, const team::Membership &members, Tell tell);

    Result<team::ClaimVerdict> claim(const std::string &agent, const std::string &file,
                                     std::int64_t start, std::int64_t end, std::int64_t nowMs);
    std::optional<team::Claim> extend(const std::string &agent, const std::string &file,
                                      std::int64_t nowMs);
    /// `by` is who takes it away; empty = the agent gives it back.
    std::optional<team::ReleasedClaim> release(const std::string &agent, const std::string &file,
                                               std::int64_t nowMs, const std::string &by = {});
    void releaseAll(const std::string &agent, std::int64_t nowMs);
    /// The agent is about to write these lines. Somebody's claim that is in the way; then that is told.
    std::optional<team::Claim> refuseWrite(const std::string &agent, const std::string &file,
                                           std::int64_t start, std::int64_t end,
                                           std::int64_t nowMs);
    /// The agent has edited the file: the claims follow.
    void move(const std::string &agent, const std::string &file, const team::LineEdits &edits,
              std::int64_t nowMs);
    /// Tells what has expired.
    void expire(std::int64_t nowMs);

    // To look; nothing is told.
    std::vector<team::Claim> conflicts(const std::string &agent, const std::string &file,
                                       std::int64_t start, std::int64_t end, std::int64_t nowMs);
    bool holds(const std::string &agent, const std::string &file, std::int64_t start,
               std::int64_t end, std::int64_t nowMs);
    std::vector<team::Claim> snapshot(std::int64_t nowMs) const { return m_table.snapshot(nowMs); }

private:
    // m_mutex is held:
    void put(ClaimEvent event);
    void putExpired();
    void putReleased(const team::Claim &claim, const std::string &by);

    const team::Membership &m_members;
    std::mutex m_mutex; ///< held over each change and the telling of it
    team::ClaimTable m_table;
    OrderedOutbox<ClaimEvent> m_outbox;
};

} // namespace orrery::runtime
