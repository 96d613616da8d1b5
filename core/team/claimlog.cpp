// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/claimlog.h"

#include <algorithm>

namespace orrery::team {

ClaimLog::View ClaimLog::view() const
{
    // Both under the lock: chunks enter before their records are committed, and leave after their last end was.
    std::lock_guard lock(m_listMutex);
    return {m_chunks, m_committed.load(std::memory_order_acquire)};
}

void ClaimLog::replaceChunks(ClaimChunks chunks)
{
    auto list = std::make_shared<const ClaimChunks>(std::move(chunks));
    {
        std::lock_guard lock(m_listMutex);
        m_chunks.swap(list);
    }
    // The former list goes here, outside the lock.
}

ClaimRecord &ClaimLog::append()
{
    if (m_chunks->empty() || m_chunks->back()->used.load() == ClaimChunk::kSize) {
        ClaimChunks chunks = *m_chunks;
        chunks.push_back(std::make_shared<ClaimChunk>());
        replaceChunks(std::move(chunks));
    }
    ClaimChunk &chunk = *m_chunks->back();
    ClaimRecord &record = chunk.records[chunk.used.load(std::memory_order_relaxed)];
    record.chunk = &chunk;
    return record;
}

void ClaimLog::publish(ClaimRecord &record)
{
    ClaimChunk &chunk = *record.chunk;
    ++chunk.standing;
    m_standing.store(m_standing.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    chunk.used.store(chunk.used.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

void ClaimLog::drop(ClaimRecord &record)
{
    m_standing.store(m_standing.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    ClaimChunk &chunk = *record.chunk;
    if (--chunk.standing > 0 || chunk.used.load(std::memory_order_relaxed) < ClaimChunk::kSize)
        return;
    commit(); // before the chunk is gone for those who look from now on
    ClaimChunks chunks = *m_chunks;
    std::erase_if(chunks, [&](const auto &each) { return each.get() == &chunk; });
    replaceChunks(std::move(chunks));
}

} // namespace orrery::team
