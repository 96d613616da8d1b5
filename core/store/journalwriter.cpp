// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/eventinsert.h"
#include "core/store/journal.h"
#include "core/store/journalfile.h"
#include "core/store/recordfile.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>
#include <vector>

namespace orrery::store {

namespace {

using namespace std::chrono_literals;
constexpr auto kGroup = 50ms;

class Writer final : public JournalWriter
{
public:
    Writer(WritableJournal journal, std::uint64_t lastSeq, EventInsert insert)
        : m_right(std::move(journal.right)), m_database(std::move(journal.database)),
          m_lastSeq(lastSeq), m_insert(std::move(insert)), m_thread([this] { work(); })
    {}

    ~Writer() override
    {
        {
            std::lock_guard lock(m_mutex);
            m_closing = true;
        }
        m_changed.notify_all();
        m_thread.join();
    }

    std::uint64_t lastSeq() const override { return m_lastSeq; }

    void append(EventPtr event) override
    {
        std::lock_guard lock(m_mutex);
        m_queue.push_back(std::move(event));
        ++m_appended;
        if (m_queue.size() == 1)
            m_changed.notify_all();
    }

    Result<void> flush() override
    {
        std::unique_lock lock(m_mutex);
        const std::uint64_t target = m_appended;
        const std::uint64_t failures = m_failures;
        ++m_flushers;
        m_changed.notify_all();
        m_written.wait(lock, [&] { return m_committed >= target || m_failures > failures; });
        --m_flushers;
        if (m_committed < target)
            return fail(*m_error);
        return {};
    }

    std::optional<Error> error() const override
    {
        std::lock_guard lock(m_mutex);
        return m_error;
    }

    std::size_t waiting() const override
    {
        std::lock_guard lock(m_mutex);
        return m_appended - m_committed;
    }

    void onProblem(Listener listener) override
    {
        std::lock_guard lock(m_listenerMutex);
        m_listener = std::move(listener);
        m_toldWaiting = 0;
    }

    std::shared_ptr<WriteRight> right() const override { return m_right; }

private:
    void work()
    {
        std::vector<EventPtr> group; // taken out of the queue; not yet written
        std::unique_lock lock(m_mutex);
        while (true) {
            m_changed.wait(lock, [&] { return m_closing || !m_queue.empty() || !group.empty(); });
            if (m_queue.empty() && group.empty())
                return; // closing, and everything is written
            if (!m_closing && m_flushers == 0)
                m_changed.wait_for(lock, kGroup, [&] { return m_closing || m_flushers > 0; });
            if (group.empty())
                group.swap(m_queue);
            else
                std::move(m_queue.begin(), m_queue.end(), std::back_inserter(group));
            m_queue.clear();
            lock.unlock();
            const auto done = commit(group);
            const std::size_t count = group.size();
            if (done)
                group.clear(); // without the lock: there may be many events to free
            lock.lock();
            if (done) {
                m_committed += count;
                m_error = isGone();
            } else {
                m_error = done.error();
                ++m_failures;
            }
            m_written.notify_all();
            const auto problem = m_error;
            const std::size_t waiting = m_appended - m_committed;
            lock.unlock();
            tell(problem, waiting);
            lock.lock();
            if (!done && m_closing)
                return; // one last try was made
            if (!done)
                m_changed.wait_for(lock, 4 * kGroup, [&] { return m_closing; });
        }
    }

    std::optional<Error> isGone() const
    {
        if (!m_right->file().isDeleted())
            return std::nullopt;
        return makeError(ErrorCode::Io, m_database.path()
                                            + ": the file was deleted while a run wrote it. What "
                                              "is written now is lost when the program ends.");
    }

    /// What has changed since the last time.
    void tell(std::optional<Error> problem, std::size_t waiting)
    {
        std::lock_guard lock(m_listenerMutex);
        const std::size_t due = 2 * m_toldWaiting; // 0: nothing is wrong as far as anybody knows
        if (problem ? m_toldWaiting != 0 && waiting < due : m_toldWaiting == 0)
            return;
        m_toldWaiting = problem ? std::max<std::size_t>(waiting, 1) : 0;
        if (problem && waiting > 0)
            problem->message += (problem->message.ends_with('.') ? "" : ".")
                                + std::string(" Not written yet: ") + std::to_string(waiting)
                                + (waiting == 1 ? " event." : " events.");
        if (m_listener)
            m_listener(problem);
    }

    Result<void> commit(const std::vector<EventPtr> &group)
    {
        if (auto begun = m_database.execute("BEGIN IMMEDIATE"); !begun)
            return begun;
        auto done = m_insert.insert(group);
        if (done)
            done = m_database.execute("COMMIT");
        if (!done)
            (void)m_database.execute("ROLLBACK");
        m_insert.hasEnded(done.has_value());
        return done;
    }

    const std::shared_ptr<WriteRight> m_right;
    Database m_database; ///< used by the thread only, as what follows
    const std::uint64_t m_lastSeq;
    EventInsert m_insert;
    std::mutex m_listenerMutex; ///< held while the listener is called
    Listener m_listener;
    std::size_t m_toldWaiting = 0; ///< with the last problem that was told, at least 1
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::condition_variable m_written;
    // Guarded by m_mutex:
    std::vector<EventPtr> m_queue;
    std::uint64_t m_appended = 0;
    std::uint64_t m_committed = 0;
    std::uint64_t m_failures = 0;
    int m_flushers = 0;
    bool m_closing = false;
    std::optional<Error> m_error;
    std::thread m_thread; ///< last: it uses all of the above
};

} // namespace

Result<std::unique_ptr<JournalWriter>> JournalWriter::open(const std::string &path)
{
    auto journal = openJournalToWrite(path);
    if (!journal)
        return fail(journal.error());
    Database &database = journal->database;
    std::uint64_t last = 0;
    std::optional<EventInsert> insert;
    const auto ready = inTransaction(database, [&]() -> Result<void> {
        const auto seq = lastSeqOf(database);
        if (!seq)
            return fail(seq.error());
        last = *seq;
        auto opened = EventInsert::open(database, journal->format);
        if (!opened)
            return fail(opened.error());
        insert.emplace(std::move(*opened));
        return {};
    });
    if (!ready)
        return fail(ready.error());
    // Who holds it is to be found in the file itself, by whatever name it is opened. A reader may keep it from that.
    if (const auto folded = database.execute("PRAGMA wal_checkpoint(TRUNCATE)"); !folded)
        return fail(folded.error());
    return std::make_unique<Writer>(std::move(*journal), last, std::move(*insert));
}

} // namespace orrery::store
