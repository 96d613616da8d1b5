// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/boundedjson.h"
#include "core/store/journal.h"
#include "core/store/journalfile.h"
#include "core/store/savequeue.h"

#include <QThreadPool>

#include <chrono>
#include <exception>

namespace orrery::store {

namespace {

/// Longer than a group commit of the journal on a slow disk. A save that is locked out for longer is tried again.
constexpr const char *kBusyTimeout = "PRAGMA busy_timeout=1000";

Result<WritableJournal> openContexts(const std::string &path, std::shared_ptr<WriteRight> right)
{
    auto journal = openJournalToWrite(path, std::move(right));
    if (!journal)
        return journal;
    if (const auto set = journal->database.execute(kBusyTimeout); !set)
        return fail(set.error());
    return journal;
}

class Store final : public ContextStore
{
public:
    Store(std::string path, WritableJournal journal)
        : m_path(std::move(path)), m_right(std::move(journal.right)),
          m_database(std::move(journal.database)),
          m_queue([this](const std::string &session,
                         const SaveQueue::Job &job) { return write(session, job); },
                  [this] { m_pool.start([this] { m_queue.work(); }); })
    {
        m_pool.setMaxThreadCount(1);
        // The thread is made now and stays, so that no save has to wait for it.
        m_pool.setExpiryTimeout(-1);
        m_pool.start([] {});
    }

    ~Store() override
    {
        (void)close(5000);
        m_pool.waitForDone(); // for the write under way
    }

    void save(const std::string &session, std::function<Json()> context,
              std::function<void(const Saved &)> done) override
    {
        m_queue.add(session, std::move(context), std::move(done));
    }

    Result<Saved> saveNow(const std::string &session, std::function<Json()> context,
                          int deadlineMs) override
    {
        struct Answer {
            std::mutex mutex;
            std::condition_variable given;
            std::optional<Saved> saved;
        };
        const auto answer = std::make_shared<Answer>(); // it may come after the deadline
        m_queue.add(session, std::move(context), [answer](const Saved &saved) {
            std::lock_guard lock(answer->mutex);
            answer->saved = saved;
            answer->given.notify_all();
        });
        std::unique_lock lock(answer->mutex);
        if (!answer->given.wait_for(lock, std::chrono::milliseconds(deadlineMs),
                                    [&] { return answer->saved.has_value(); }))
            return fail(ErrorCode::Timeout, "The context of " + session + " is not written after "
                                                + std::to_string(deadlineMs)
                                                + " ms; it is still to be.");
        if (answer->saved->error)
            return fail(*answer->saved->error);
        return *answer->saved;
    }

    Result<void> flush(int deadlineMs) override { return m_queue.flush(deadlineMs); }
    Result<void> close(int deadlineMs) override { return m_queue.close(deadlineMs); }

    Result<Json> load(const std::string &session) override
    {
        std::lock_guard lock(m_databaseMutex);
        if (const auto ready = connect(); !ready)
            return fail(ready.error());
        auto query = m_database->prepare("SELECT json FROM contexts WHERE session = ?");
        if (!query)
            return fail(query.error());
        query->bind(1, session);
        const auto row = query->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return fail(ErrorCode::NotFound, "There is no saved context of " + session + ".");
        Json json = parseBounded(query->text(0), kDeepestOwnJson);
        if (json.is_discarded())
            return fail(ErrorCode::Database, "The saved context of " + session + " is damaged.");
        return json;
    }

private:
    Saved write(const std::string &session, const SaveQueue::Job &job)
    {
        Saved saved{session, job.version, 0, {}};
        std::string text;
        try {
            text = job.context().dump(-1, ' ', false, Json::error_handler_t::replace);
        } catch (const std::exception &exception) {
            saved.error = makeError(ErrorCode::Internal,
                                    "The context of " + session
                                        + " cannot be written down: " + exception.what());
            return saved;
        }
        saved.bytes = text.size();
        std::lock_guard lock(m_databaseMutex);
        const auto stored = store(session, static_cast<std::int64_t>(job.version), text);
        if (stored) {
            m_failures = 0;
        } else {
            saved.error = stored.error();
            // What is more than a lock or a full disk may have broken the connection.
            if (!stored.error().retryable || ++m_failures > 1)
                m_database.reset();
        }
        return saved;
    }

    Result<void> store(const std::string &session, std::int64_t version, const std::string &text)
    {
        if (const auto ready = connect(); !ready)
            return ready;
        auto insert =
            m_database->prepare("INSERT INTO contexts(session, version, json) VALUES(?1, ?2, ?3)"
                                " ON CONFLICT(session) DO UPDATE SET version = ?2, json = ?3");
        if (!insert)
            return fail(insert.error());
        insert->bind(1, session);
        insert->bind(2, version);
        insert->bind(3, text);
        if (const auto done = insert->step(); !done)
            return fail(done.error());
        return {};
    }

    Result<void> connect()
    {
        if (m_database)
            return {};
        auto journal = openContexts(m_path, m_right);
        if (!journal)
            return fail(journal.error());
        m_database.emplace(std::move(journal->database));
        return {};
    }

    const std::string m_path;
    const std::shared_ptr<WriteRight> m_right;
    std::mutex m_databaseMutex;
    std::optional<Database> m_database; // guarded by m_databaseMutex
    int m_failures = 0;                 // guarded by m_databaseMutex
    SaveQueue m_queue;
    QThreadPool m_pool; ///< ends before the queue
};

} // namespace

Result<std::unique_ptr<ContextStore>> ContextStore::open(const std::string &path,
                                                         std::shared_ptr<WriteRight> right)
{
    auto journal = openContexts(path, std::move(right));
    if (!journal)
        return fail(journal.error());
    return std::make_unique<Store>(path, std::move(*journal));
}

} // namespace orrery::store
