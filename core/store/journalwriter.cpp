// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journal.h"
#include "core/store/sqlite.h"

#include <QCryptographicHash>

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
constexpr std::size_t kInline = 512; ///< larger data is stored once, by its hash

class Writer final : public JournalWriter
{
public:
    Writer(Database database, std::uint64_t lastSeq, Statement event, Statement payload)
        : m_database(std::move(database)), m_lastSeq(lastSeq), m_event(std::move(event)),
          m_payload(std::move(payload)), m_thread([this] { work(); })
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
                m_error.reset();
            } else {
                m_error = done.error();
                ++m_failures;
            }
            m_written.notify_all();
            if (!done && m_closing)
                return; // one last try was made
            if (!done)
                m_changed.wait_for(lock, 4 * kGroup, [&] { return m_closing; });
        }
    }

    Result<void> commit(const std::vector<EventPtr> &group)
    {
        if (auto begun = m_database.execute("BEGIN IMMEDIATE"); !begun)
            return begun;
        auto done = insert(group);
        if (done)
            done = m_database.execute("COMMIT");
        if (!done)
            (void)m_database.execute("ROLLBACK");
        return done;
    }

    Result<void> insert(const std::vector<EventPtr> &group)
    {
        for (const EventPtr &event : group) {
            const std::string &data = event->data.text();
            m_event.bind(1, static_cast<std::int64_t>(event->seq));
            m_event.bind(2, event->timeUs);
            m_event.bind(3, static_cast<std::int64_t>(event->kind));
            m_event.bind(4, event->run);
            m_event.bind(5, event->agent);
            m_event.bind(6, static_cast<std::int64_t>(event->parent));
            m_event.bind(7, event->durationUs);
            if (data.size() <= kInline) {
                m_event.bind(8, data);
                m_event.bindNull(9);
            } else {
                const std::string hash =
                    QCryptographicHash::hash(
                        QByteArrayView(data.data(), static_cast<qsizetype>(data.size())),
                        QCryptographicHash::Sha256)
                        .toStdString();
                m_payload.bindBlob(1, hash);
                m_payload.bind(2, data);
                const auto stored = m_payload.step();
                m_payload.reset();
                if (!stored)
                    return fail(stored.error());
                m_event.bindNull(8);
                m_event.bindBlob(9, hash);
            }
            const auto stored = m_event.step();
            m_event.reset();
            if (!stored)
                return fail(stored.error());
        }
        return {};
    }

    Database m_database; ///< used by the thread only
    const std::uint64_t m_lastSeq;
    Statement m_event;
    Statement m_payload;
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

Result<void> nameKinds(Database &database)
{
    auto insert = database.prepare("INSERT OR IGNORE INTO kinds(id, name) VALUES(?, ?)");
    if (!insert)
        return fail(insert.error());
    for (int kind = 0; kind < static_cast<int>(EventKind::Count); ++kind) {
        insert->bind(1, static_cast<std::int64_t>(kind));
        insert->bind(2, toString(static_cast<EventKind>(kind)));
        if (const auto stored = insert->step(); !stored)
            return fail(stored.error());
        insert->reset();
    }
    return {};
}

} // namespace

Result<std::unique_ptr<JournalWriter>> JournalWriter::open(const std::string &path)
{
    auto database = openJournal(path, Database::Mode::ReadWrite);
    if (!database)
        return fail(database.error());
    if (const auto named = nameKinds(*database); !named)
        return fail(named.error());
    std::int64_t last = 0;
    {
        auto query = database->prepare("SELECT coalesce(max(seq), 0) FROM events");
        if (!query)
            return fail(query.error());
        if (const auto row = query->step(); !row)
            return fail(row.error());
        last = query->integer(0);
    }
    auto event = database->prepare(
        "INSERT INTO events(seq, time_us, kind, run, agent, parent, duration_us, data, "
        "payload) VALUES(?,?,?,?,?,?,?,?,?)");
    auto payload = database->prepare("INSERT OR IGNORE INTO payloads(hash, data) VALUES(?, ?)");
    if (!event || !payload)
        return fail((event ? payload : event).error());
    return std::make_unique<Writer>(std::move(*database), static_cast<std::uint64_t>(last),
                                    std::move(*event), std::move(*payload));
}

} // namespace orrery::store
