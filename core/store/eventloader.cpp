// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/eventloader.h"

#include "core/store/journaltable.h"
#include "core/store/rowreader.h"

#include <chrono>

namespace orrery::store {

namespace {

constexpr std::size_t kPieceRows = 4096; ///< between two looks at what else is to do
constexpr int kFollowMs = 50;            ///< between two looks at a journal that is being written
constexpr int kRestMs = 500;             ///< and at one that is not

} // namespace

Result<EventStore::PayloadSource> payloadsOf(const std::string &path)
{
    auto opened = JournalTable::open(path);
    if (!opened)
        return fail(opened.error());
    struct Shared {
        std::mutex mutex;
        std::unique_ptr<JournalTable> table;
    };
    auto shared = std::make_shared<Shared>();
    shared->table = std::move(*opened);
    return [shared](std::uint64_t seq) -> Result<EventPtr> {
        const std::lock_guard lock(shared->mutex);
        if (EventPtr event = shared->table->eventAt(seq))
            return event;
        const std::string damage = shared->table->damage().at(seq);
        return fail(ErrorCode::NotFound,
                    damage.empty()
                        ? "Event " + std::to_string(seq) + " is not in the journal, or not yet."
                        : damage);
    };
}

Result<std::unique_ptr<EventLoader>> EventLoader::open(const std::string &path, EventStore &store,
                                                       std::function<void()> hasChanged)
{
    auto reader =
        RowReader::open(path, [&store](std::string_view name) { return store.intern(name); });
    if (!reader)
        return fail(reader.error());
    auto payloads = payloadsOf(path);
    if (!payloads)
        return fail(payloads.error());
    store.setPayloadSource(std::move(*payloads));
    return std::unique_ptr<EventLoader>(
        new EventLoader(std::move(*reader), store, std::move(hasChanged)));
}

EventLoader::EventLoader(std::unique_ptr<RowReader> reader, EventStore &store,
                         std::function<void()> hasChanged)
    : m_reader(std::move(reader)), m_store(store), m_hasChanged(std::move(hasChanged)),
      m_thread([this] { work(); })
{}

EventLoader::~EventLoader()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

EventLoader::Progress EventLoader::progress() const
{
    const std::lock_guard lock(m_mutex);
    return m_progress;
}

bool EventLoader::waitUntilWhole(int ms) const
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, std::chrono::milliseconds(ms), [this] {
        return m_progress.isWhole || m_isEnding;
    }) && m_progress.isWhole;
}

bool EventLoader::isEnding() const
{
    const std::lock_guard lock(m_mutex);
    return m_isEnding;
}

void EventLoader::pause(int ms)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, std::chrono::milliseconds(ms), [this] { return m_isEnding; });
}

void EventLoader::note(const std::function<void(Progress &)> &change)
{
    {
        const std::lock_guard lock(m_mutex);
        change(m_progress);
    }
    m_changed.notify_all();
    if (m_hasChanged)
        m_hasChanged();
}

void EventLoader::work()
{
    loadAll();
    follow();
}

/// False when it could not be read, which is tried again.
bool EventLoader::readPiece(EventPart part, std::uint64_t &from, std::uint64_t before)
{
    const auto next = m_reader->read(from, before, kPieceRows,
                                     [&](const EventRow &row) { m_store.add(part, row); });
    m_store.publish();
    if (next)
        from = *next;
    note([&](Progress &progress) {
        progress.error = next ? std::nullopt : std::optional(next.error());
        if (m_reader->damageCount() != progress.damage.size())
            progress.damage = m_reader->damage();
    });
    if (!next)
        pause(kRestMs);
    return next.has_value();
}

void EventLoader::loadAll()
{
    const bool isWritten = m_reader->isBeingWritten();
    const auto last = m_reader->lastSeq();
    // A file whose last number cannot be found is read from its front alone.
    const std::uint64_t tail = last && *last > kTailRows ? *last - kTailRows + 1 : 1;
    const std::uint64_t end = last ? *last + 1 : UINT64_MAX;
    if (tail > 1)
        m_store.openGap();
    m_next = tail;
    while (m_next < end && !isEnding())
        (void)readPiece(EventPart::Tail, m_next, end);
    note([&](Progress &progress) {
        progress.hasTail = true;
        progress.lastSeq = last.value_or(0);
        progress.isBeingWritten = isWritten;
    });
    for (std::uint64_t next = 1; next < tail && !isEnding();)
        (void)readPiece(EventPart::Front, next, tail);
    if (isEnding())
        return;
    m_store.closeGap();
    m_next = last ? end : m_store.snapshot().lastSeq() + 1;
    note([](Progress &progress) { progress.isWhole = true; });
}

void EventLoader::follow()
{
    while (!isEnding()) {
        // Asked first: what is written before the writer goes is read then.
        const bool isWritten = m_reader->isBeingWritten();
        const auto last = m_reader->lastSeq();
        const bool hasMore = last && *last >= m_next;
        if (hasMore)
            (void)readPiece(EventPart::Tail, m_next, *last + 1);
        if (hasMore || isWritten != progress().isBeingWritten)
            note([&](Progress &progress) {
                progress.isBeingWritten = isWritten;
                progress.lastSeq = last.value_or(progress.lastSeq);
            });
        if (!hasMore)
            pause(isWritten ? kFollowMs : kRestMs);
    }
}

} // namespace orrery::store
