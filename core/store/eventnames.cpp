// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/eventnames.h"

#include <algorithm>
#include <functional>
#include <mutex>

namespace orrery::store {

EventNames::EventNames()
    : m_chunks(std::make_unique<std::atomic<Chunk *>[]>(kChunks)), m_slots(1024, 0)
{
    m_chunks[0] = new Chunk();
}

EventNames::~EventNames()
{
    for (std::size_t i = 0; i < kChunks && m_chunks[i]; ++i)
        delete m_chunks[i].load(std::memory_order_relaxed);
}

/// Where it is, or the free slot where it belongs.
std::size_t EventNames::slotOf(std::string_view text) const
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot = std::hash<std::string_view>()(text) & mask;
    while (m_slots[slot] != 0 && this->text(m_slots[slot]) != text)
        slot = (slot + 1) & mask;
    return slot;
}

NameId EventNames::intern(std::string_view text)
{
    if (text.empty())
        return 0;
    // Only this thread changes anything, so it may look without the lock.
    std::size_t slot = slotOf(text);
    if (m_slots[slot] != 0)
        return m_slots[slot];
    const std::size_t id = m_size.load(std::memory_order_relaxed);
    if (id == kChunk * kChunks)
        return 0;
    auto &place = m_chunks[id / kChunk];
    Chunk *chunk = place.load(std::memory_order_relaxed);
    if (!chunk)
        place.store(chunk = new Chunk(), std::memory_order_release);
    (*chunk)[id % kChunk] = kept(text);
    const std::unique_lock lock(m_mutex);
    m_size.store(id + 1, std::memory_order_release);
    m_slots[slot] = static_cast<NameId>(id);
    if (2 * id > m_slots.size())
        grow();
    return static_cast<NameId>(id);
}

void EventNames::grow()
{
    std::vector<NameId> old(2 * m_slots.size(), 0);
    old.swap(m_slots);
    for (const NameId id : old)
        if (id != 0)
            m_slots[slotOf(text(id))] = id;
}

std::string_view EventNames::kept(std::string_view text)
{
    if (m_used + text.size() > kBytes) {
        m_texts.push_back(std::make_unique<char[]>(std::max(kBytes, text.size())));
        m_used = 0;
    }
    char *place = m_texts.back().get() + m_used;
    std::copy(text.begin(), text.end(), place);
    m_used += text.size();
    return {place, text.size()};
}

NameId EventNames::find(std::string_view text) const
{
    if (text.empty())
        return 0;
    const std::shared_lock lock(m_mutex);
    return m_slots[slotOf(text)];
}

std::string_view EventNames::text(NameId id) const
{
    if (id == 0 || id >= size())
        return {};
    return (*m_chunks[id / kChunk].load(std::memory_order_acquire))[id % kChunk];
}

} // namespace orrery::store
