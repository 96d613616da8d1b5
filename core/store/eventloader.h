// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/eventstore.h"
#include "core/store/journal.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace orrery::store {

class RowReader;

/// Reads a journal into a store on a thread of its own: first the last kTailRows events, then those before from the front,
/// and then what is written, as long as it lives. Whoever reads the store sees each step in its next snapshot.
class EventLoader
{
public:
    static constexpr std::uint64_t kTailRows = 8192;

    struct Progress {
        std::uint64_t lastSeq = 0;   ///< of the journal, when it was looked at last
        bool hasTail = false;        ///< the newest events are there
        bool isWhole = false;        ///< so is every other
        bool isBeingWritten = false; ///< more may come
        std::optional<Error> error;  ///< why the latest try failed; it goes on trying
        std::vector<Damage> damage;
    };

    /// `store` is filled by this loader alone and outlives it; it gets its payloads from the journal too. `hasChanged` (may be
    /// empty) is called on the loader's thread after each step, and must not wait for who destroys it. Errors as
    /// JournalReader::open().
    static Result<std::unique_ptr<EventLoader>> open(const std::string &path, EventStore &store,
                                                     std::function<void()> hasChanged = {});
    ~EventLoader(); ///< ends within the piece that is being read
    EventLoader(const EventLoader &) = delete;

    Progress progress() const;
    /// Whether it is whole before so many ms are over.
    bool waitUntilWhole(int ms) const;

private:
    EventLoader(std::unique_ptr<RowReader> reader, EventStore &store,
                std::function<void()> hasChanged);
    void work();
    void loadAll();
    void follow();
    bool readPiece(EventPart part, std::uint64_t &from, std::uint64_t before);
    void note(const std::function<void(Progress &)> &change);
    bool isEnding() const;
    void pause(int ms);

    const std::unique_ptr<RowReader> m_reader; ///< of the thread
    EventStore &m_store;
    const std::function<void()> m_hasChanged;
    std::uint64_t m_next = 1; ///< of the thread: what follows the tail
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
    Progress m_progress;
    bool m_isEnding = false;
    std::thread m_thread; ///< last: it uses all of the above
};

/// One reader of a journal behind a lock, for EventStore::setPayloadSource().
Result<EventStore::PayloadSource> payloadsOf(const std::string &path);

} // namespace orrery::store
