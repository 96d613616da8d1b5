// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/claims.h"

#include "core/state/logs.h"

#include <algorithm>

namespace orrery::state {

namespace {

Claims::Key keyOf(const StateEvent &event)
{
    return {std::string(event.agent()), event.data().text("file")};
}

void setLines(Claim &claim, const JsonFields &data)
{
    claim.start = data.line("start");
    claim.end = std::max(claim.start, data.line("end"));
}

} // namespace

bool Claims::operator==(const Claims &other) const
{
    return m_held == other.m_held && m_ttlMs == other.m_ttlMs && haveSame(m_ended, other.m_ended)
           && haveSame(m_refusals, other.m_refusals);
}

void Claims::apply(const StateEvent &event)
{
    switch (event.kind()) {
    case EventKind::RunStarted:
        m_ttlMs = std::max<std::int64_t>(1, event.data().integer("claim_ttl_ms", 300000));
        finishAll(event.timeMs());
        break;
    case EventKind::RunFinished: finishAll(event.timeMs()); break;
    case EventKind::ClaimGranted: grant(event); break;
    case EventKind::ClaimDenied: {
        m_refusals.push_back(std::make_shared<const std::uint64_t>(event.seq()));
        const Key key(event.data().text("holder"), event.data().text("file"));
        if (m_held->contains(key))
            ++m_held.change().at(key).conflicts;
        break;
    }
    case EventKind::ClaimReleased:
        finish(keyOf(event), Claim::End::Released, event.timeMs());
        break;
    case EventKind::ClaimExpired: finish(keyOf(event), Claim::End::Expired, event.timeMs()); break;
    case EventKind::ClaimMoved: move(event); break;
    case EventKind::FileEdited: countEdit(event); break;
    default: break;
    }
}

void Claims::grant(const StateEvent &event)
{
    const auto [place, isNew] = m_held.change().try_emplace(keyOf(event));
    Claim &claim = place->second;
    if (isNew) {
        claim.agent = place->first.first;
        claim.file = place->first.second;
        claim.seq = event.seq();
    }
    setLines(claim, event.data());
    claim.claimedMs = event.timeMs();
    claim.expiresMs = event.data().integer("expires_at_ms", claim.claimedMs + m_ttlMs);
}

void Claims::finish(const Key &key, Claim::End how, std::int64_t atMs)
{
    if (!m_held->contains(key))
        return;
    Claim claim = m_held->at(key);
    m_held.change().erase(key);
    claim.how = how;
    claim.endedMs = atMs;
    m_ended.push_back(std::make_shared<const Claim>(std::move(claim)));
}

void Claims::finishAll(std::int64_t atMs)
{
    while (!m_held->empty())
        finish(Key(m_held->begin()->first), Claim::End::WithRun, atMs);
}

void Claims::move(const StateEvent &event)
{
    if (const Key key = keyOf(event); m_held->contains(key))
        setLines(m_held.change().at(key), event.data());
}

void Claims::countEdit(const StateEvent &event)
{
    const Key key = keyOf(event);
    if (!m_held->contains(key))
        return;
    Claim &claim = m_held.change().at(key);
    ++(event.row().detail == 1 ? claim.editsInside : claim.editsOutside);
}

} // namespace orrery::state
