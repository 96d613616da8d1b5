// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/eventstore.h"

#include "core/store/eventblock.h"
#include "core/store/eventrow.h"

namespace orrery::store {

/// Rows one after another. All blocks but the last are full.
struct EventStore::Part {
    std::shared_ptr<EventBlock> open; ///< the last; of the thread that appends
    std::shared_ptr<const EventBlocks> blocks = std::make_shared<EventBlocks>();
    std::size_t rows = 0;
    std::uint64_t firstSeq = 0, lastSeq = 0;
    // Not told to snapshots yet:
    std::shared_ptr<const EventBlocks> newBlocks;
    std::size_t newRows = 0;

    void append(const EventRow &row)
    {
        if (!open || open->isFull()) {
            open = std::make_shared<EventBlock>(row.seq, open ? open->latest() : INT64_MIN);
            auto all = std::make_shared<EventBlocks>(newBlocks ? *newBlocks : *blocks);
            all->push_back(open);
            newBlocks = std::move(all);
        }
        open->append(row);
        if (lastSeq == 0)
            firstSeq = row.seq;
        lastSeq = row.seq;
        ++newRows;
    }

    /// Under the lock of the store.
    void tell()
    {
        if (newBlocks)
            blocks = std::move(newBlocks);
        newBlocks.reset();
        rows += std::exchange(newRows, 0);
    }
};

EventPtr PayloadCache::find(std::uint64_t seq)
{
    const std::lock_guard lock(m_mutex);
    const auto place = m_places.find(seq);
    if (place == m_places.end())
        return nullptr;
    m_latest.splice(m_latest.begin(), m_latest, place->second);
    return m_latest.front();
}

namespace {

/// With the tree that somebody may make of its data.
std::size_t bytesOf(const Event &event) { return 512 + 6 * event.data.text().size(); }

} // namespace

void PayloadCache::keep(EventPtr event)
{
    const std::lock_guard lock(m_mutex);
    if (m_places.contains(event->seq))
        return;
    m_bytes += bytesOf(*event);
    m_latest.push_front(std::move(event));
    m_places[m_latest.front()->seq] = m_latest.begin();
    while (m_bytes > m_most && m_latest.size() > 1) {
        m_bytes -= bytesOf(*m_latest.back());
        m_places.erase(m_latest.back()->seq);
        m_latest.pop_back();
    }
}

std::size_t PayloadCache::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

EventStore::EventStore(std::size_t payloadBytes)
    : m_names(std::make_shared<EventNames>()), m_cache(payloadBytes),
      m_front(std::make_unique<Part>()), m_tail(std::make_unique<Part>())
{
    for (int kind = 0; kind < int(EventKind::Count); ++kind)
        m_names->intern(toString(EventKind(kind)));
}

EventStore::~EventStore() = default;

EventStore::Part &EventStore::part(EventPart which)
{
    return which == EventPart::Front ? *m_front : *m_tail;
}

NameId EventStore::intern(std::string_view name) { return m_names->intern(name); }

void EventStore::append(const EventPtr &event)
{
    const EventColumns columns = columnsOf(*event);
    add(EventPart::Tail,
        rowOf(*event, columns, [this](std::string_view name) { return intern(name); }));
    m_cache.keep(event);
    publish();
}

void EventStore::add(EventPart which, const EventRow &row)
{
    const bool isTail = which == EventPart::Tail;
    Part &part = this->part(which);
    const std::uint64_t after = std::max(part.lastSeq, isTail ? m_front->lastSeq : 0);
    const std::uint64_t before = isTail || m_tail->lastSeq == 0 ? UINT64_MAX : m_tail->firstSeq;
    if (row.seq > after && row.seq < before)
        part.append(row);
}

void EventStore::publish()
{
    const std::lock_guard lock(m_mutex);
    if (m_front->newRows > 0 && m_tail->rows > 0)
        ++m_layout;
    m_front->tell();
    m_tail->tell();
}

void EventStore::openGap()
{
    const std::lock_guard lock(m_mutex);
    m_hasGap = true;
}

void EventStore::closeGap()
{
    const std::lock_guard lock(m_mutex);
    m_hasGap = false;
}

EventSnapshot EventStore::snapshot() const
{
    EventSnapshot snapshot;
    const std::lock_guard lock(m_mutex);
    snapshot.m_front = m_front->blocks;
    snapshot.m_tail = m_tail->blocks;
    snapshot.m_frontRows = m_front->rows;
    snapshot.m_tailRows = m_tail->rows;
    snapshot.m_names = m_names;
    snapshot.m_nameCount = m_names->size();
    snapshot.m_layout = m_layout;
    snapshot.m_hasGap = m_hasGap;
    return snapshot;
}

Result<EventPtr> EventStore::payload(std::uint64_t seq) const
{
    if (EventPtr event = m_cache.find(seq))
        return event;
    PayloadSource source;
    {
        const std::lock_guard lock(m_mutex);
        source = m_source;
    }
    if (!source)
        return fail(ErrorCode::NotFound, "Event " + std::to_string(seq) + " is not there.");
    auto event = source(seq);
    if (event)
        m_cache.keep(*event);
    return event;
}

void EventStore::setPayloadSource(PayloadSource source)
{
    const std::lock_guard lock(m_mutex);
    m_source = std::move(source);
}

} // namespace orrery::store
