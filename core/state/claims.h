// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharedlog.h"
#include "core/state/shared.h"
#include "core/state/stateevent.h"

#include <map>
#include <string>
#include <utility>

namespace orrery::state {

/// Lines of a file that an agent holds, or held. An agent has one claim on a file at a time.
struct Claim {
    enum class End { None, Released, Expired, WithRun };
    std::string agent, file;
    std::int64_t start = 0, end = 0;
    std::int64_t claimedMs = 0; ///< when it was granted or renewed
    std::int64_t expiresMs = 0;
    std::int64_t endedMs = 0; ///< 0 = it has not ended
    End how = End::None;
    std::int64_t conflicts = 0;                     ///< how often others were refused lines of it
    std::int64_t editsInside = 0, editsOutside = 0; ///< by its holder, while it held it
    std::uint64_t seq = 0;                          ///< of the event that granted it first

    bool operator==(const Claim &) const = default;
};

/// Who holds which lines.
class Claims
{
public:
    using Key = std::pair<std::string, std::string>; ///< agent, file
    void apply(const StateEvent &event);
    /// Those that no event has ended, by agent and file. One whose time is over may still be among them.
    const std::map<Key, Claim> &held() const { return *m_held; }
    const SharedLog<Claim> &ended() const { return m_ended; }
    const SharedLog<std::uint64_t> &refusals() const
    {
        return m_refusals;
    } ///< numbers of the events
    bool operator==(const Claims &other) const;

private:
    void grant(const StateEvent &event);
    void finish(const Key &key, Claim::End how, std::int64_t atMs);
    void finishAll(std::int64_t atMs);
    void move(const StateEvent &event);
    void countEdit(const StateEvent &event);

    Shared<std::map<Key, Claim>> m_held;
    SharedLog<Claim> m_ended;
    SharedLog<std::uint64_t> m_refusals;
    std::int64_t m_ttlMs = 300000;
};

} // namespace orrery::state
