// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journal.h"
#include "core/store/journalfile.h"
#include "core/store/recordfile.h"

#include <QCryptographicHash>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace orrery::store {

namespace {

using namespace std::chrono_literals;
constexpr auto kGroup = 50ms;
constexpr std::size_t kInline = 512; ///< larger data is stored once, by its hash

/// The number of each kind in this journal.
using KindNumbers = std::array<std::int64_t, static_cast<std::size_t>(EventKind::Count)>;

struct Statements {
    Statement event;
    Statement payload;
    Statement holder;
};

class Writer final : public JournalWriter
{
public:
    Writer(WritableJournal journal, std::uint64_t lastSeq, const KindNumbers &kinds,
           Statements statements)
        : m_right(std::move(journal.right)), m_database(std::move(journal.database)),
          m_lastSeq(lastSeq), m_kinds(kinds), m_event(std::move(statements.event)),
          m_payload(std::move(statements.payload)), m_holder(std::move(statements.holder)),
          m_thread([this] { work(); })
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
            m_event.bind(3, m_kinds[static_cast<std::size_t>(event->kind)]);
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
            if (event->kind == EventKind::RunStarted)
                if (const auto noted = noteRun(event->run); !noted)
                    return noted;
        }
        return {};
    }

    Result<void> noteRun(const std::string &run)
    {
        m_holder.bind(1, run);
        const auto noted = m_holder.step();
        m_holder.reset();
        if (!noted)
            return fail(noted.error());
        return {};
    }

    const std::shared_ptr<WriteRight> m_right;
    Database m_database; ///< used by the thread only, as what follows
    const std::uint64_t m_lastSeq;
    const KindNumbers m_kinds;
    Statement m_event;
    Statement m_payload;
    Statement m_holder;
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

/// The names that the file has; a kind that it does not know yet gets a number that is free.
Result<KindNumbers> nameKinds(Database &database)
{
    KindNumbers numbers;
    numbers.fill(-1);
    std::map<std::int64_t, std::string> names;
    const auto read = eachRow(database, "SELECT id, name FROM kinds", [&](const Statement &row) {
        names[row.integer(0)] = row.text(1);
        if (const EventKind kind = eventKindFromString(row.text(1)); kind != EventKind::Count)
            numbers[static_cast<std::size_t>(kind)] = row.integer(0);
    });
    if (!read)
        return fail(read.error());
    auto insert = database.prepare("INSERT INTO kinds(id, name) VALUES(?, ?)");
    if (!insert)
        return fail(insert.error());
    for (std::size_t kind = 0; kind < numbers.size(); ++kind) {
        if (numbers[kind] >= 0)
            continue;
        const auto own = static_cast<std::int64_t>(kind);
        numbers[kind] = names.contains(own) ? names.rbegin()->first + 1 : own;
        names[numbers[kind]] = toString(static_cast<EventKind>(kind));
        insert->bind(1, numbers[kind]);
        insert->bind(2, names[numbers[kind]]);
        if (const auto stored = insert->step(); !stored)
            return fail(stored.error());
        insert->reset();
    }
    return numbers;
}

} // namespace

Result<std::unique_ptr<JournalWriter>> JournalWriter::open(const std::string &path)
{
    auto journal = openJournalToWrite(path);
    if (!journal)
        return fail(journal.error());
    Database &database = journal->database;
    std::uint64_t last = 0;
    KindNumbers kinds;
    const auto ready = inTransaction(database, [&]() -> Result<void> {
        const auto seq = lastSeqOf(database);
        if (!seq)
            return fail(seq.error());
        last = *seq;
        const auto named = nameKinds(database);
        if (!named)
            return fail(named.error());
        kinds = *named;
        return {};
    });
    if (!ready)
        return fail(ready.error());
    // Who holds it is to be found in the file itself, by whatever name it is opened. A reader may keep it from that.
    if (const auto folded = database.execute("PRAGMA wal_checkpoint(TRUNCATE)"); !folded)
        return fail(folded.error());
    auto event = database.prepare(
        "INSERT INTO events(seq, time_us, kind, run, agent, parent, duration_us, data, "
        "payload) VALUES(?,?,?,?,?,?,?,?,?)");
    auto payload = database.prepare("INSERT OR IGNORE INTO payloads(hash, data) VALUES(?, ?)");
    auto holder = database.prepare("UPDATE holder SET run = ?");
    for (const auto *statement : {&event, &payload, &holder})
        if (!*statement)
            return fail(statement->error());
    return std::make_unique<Writer>(
        std::move(*journal), last, kinds,
        Statements{std::move(*event), std::move(*payload), std::move(*holder)});
}

} // namespace orrery::store
