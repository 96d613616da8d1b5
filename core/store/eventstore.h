// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/eventsnapshot.h"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace orrery::store {

/// The latest payloads that somebody asked for, up to a number of bytes. Thread-safe.
class PayloadCache
{
public:
    explicit PayloadCache(std::size_t mostBytes) : m_most(mostBytes) {}
    EventPtr find(std::uint64_t seq);
    /// One that is larger than the limit takes the place of all others.
    void keep(EventPtr event);
    std::size_t bytes() const;

private:
    mutable std::mutex m_mutex;
    const std::size_t m_most;
    std::size_t m_bytes = 0;
    std::list<EventPtr> m_latest; ///< front: asked for last
    std::unordered_map<std::uint64_t, std::list<EventPtr>::iterator> m_places;
};

/// The events of a run or a journal as columns in memory. One thread appends (EventLoader's, or that of a live run), any
/// thread reads: through snapshot(), which costs the same however many events there are, and payload().
///
/// A journal is read from its end first. Until what lies before that is there too, the rows are in two parts, the front
/// and the tail, with a gap between them (EventSnapshot::gap).
class EventStore
{
public:
    /// Reads one event with its payload; called on the threads that ask for it, by several at once.
    using PayloadSource = std::function<Result<EventPtr>(std::uint64_t seq)>;
    static constexpr std::size_t kPayloadBytes = 64u << 20;

    explicit EventStore(std::size_t payloadBytes = kPayloadBytes);
    ~EventStore();
    EventStore(const EventStore &) = delete;

    // For the thread that appends:
    /// After all others, seen at once; its payload goes into the cache.
    void append(const EventPtr &event);
    /// Numbers for the names in rows.
    NameId intern(std::string_view name);
    /// At the end of a part; `names` of the row are from intern(). One that is out of order is ignored. Seen from the next
    /// publish() on.
    void add(EventPart part, const EventRow &row);
    void publish();
    /// What lies before the rows of the tail will come to the front.
    void openGap();
    /// It has come.
    void closeGap();

    // For any thread:
    EventSnapshot snapshot() const;
    /// The whole event: from the cache, or from the source. NotFound says that it is not there, or not on disk yet.
    Result<EventPtr> payload(std::uint64_t seq) const;
    void setPayloadSource(PayloadSource source);
    std::size_t payloadBytes() const { return m_cache.bytes(); } ///< held by the cache

private:
    struct Part;
    Part &part(EventPart which);
    const std::shared_ptr<EventNames> m_names;
    mutable PayloadCache m_cache;
    mutable std::mutex m_mutex; ///< of what follows
    std::unique_ptr<Part> m_front, m_tail;
    bool m_hasGap = false;
    std::uint64_t m_layout = 0;
    PayloadSource m_source;
};

} // namespace orrery::store
