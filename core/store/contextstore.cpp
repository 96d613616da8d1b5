// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journal.h"
#include "core/store/sqlite.h"

#include <QThreadPool>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>

namespace orrery::store {

namespace {

class Store final : public ContextStore
{
public:
    explicit Store(Database database) : m_database(std::move(database))
    {
        m_pool.setMaxThreadCount(1);
        // The thread is made now and stays, so that no save has to wait for it.
        m_pool.setExpiryTimeout(-1);
        m_pool.start([] {});
    }

    ~Store() override
    {
        (void)flush(5000);
        m_pool.waitForDone();
    }

    void save(const std::string &session, std::function<Json()> context,
              std::function<void(const Saved &)> done) override
    {
        std::lock_guard lock(m_mutex);
        Job &job = m_waiting[session];
        job.context = std::move(context); // latest wins
        job.version = ++m_version;
        if (done)
            job.done.push_back(std::move(done));
        if (std::exchange(m_running, true))
            return;
        m_pool.start([this] { work(); });
    }

    Result<void> flush(int deadlineMs) override
    {
        std::unique_lock lock(m_mutex);
        if (m_idle.wait_for(lock, std::chrono::milliseconds(deadlineMs),
                            [&] { return !m_running; }))
            return {};
        std::string names = m_current;
        for (const auto &[session, job] : m_waiting)
            names += (names.empty() ? "" : ", ") + session;
        return fail(ErrorCode::Timeout, "These contexts could not be written in time: " + names);
    }

    Result<Json> load(const std::string &session) override
    {
        std::lock_guard lock(m_databaseMutex);
        auto query = m_database.prepare("SELECT json FROM contexts WHERE session = ?");
        if (!query)
            return fail(query.error());
        query->bind(1, session);
        const auto row = query->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return fail(ErrorCode::NotFound, "There is no saved context of " + session + ".");
        Json json = Json::parse(query->text(0), nullptr, false);
        if (json.is_discarded())
            return fail(ErrorCode::Database, "The saved context of " + session + " is damaged.");
        return json;
    }

private:
    struct Job {
        std::function<Json()> context;
        std::uint64_t version = 0;
        std::vector<std::function<void(const Saved &)>> done;
    };

    void work()
    {
        std::unique_lock lock(m_mutex);
        while (!m_waiting.empty()) {
            auto node = m_waiting.extract(m_waiting.begin());
            m_current = node.key();
            lock.unlock();
            const Saved saved = write(node.key(), node.mapped());
            for (const auto &done : node.mapped().done)
                done(saved);
            lock.lock();
            m_current.clear();
        }
        m_running = false;
        m_idle.notify_all();
    }

    Saved write(const std::string &session, const Job &job)
    {
        const std::string text = job.context().dump(-1, ' ', false, Json::error_handler_t::replace);
        Saved saved{session, job.version, text.size(), {}};
        std::lock_guard lock(m_databaseMutex);
        auto insert =
            m_database.prepare("INSERT INTO contexts(session, version, json) VALUES(?1, ?2, ?3)"
                               " ON CONFLICT(session) DO UPDATE SET version = ?2, json = ?3");
        if (!insert) {
            saved.error = insert.error();
            return saved;
        }
        insert->bind(1, session);
        insert->bind(2, static_cast<std::int64_t>(job.version));
        insert->bind(3, text);
        if (const auto stored = insert->step(); !stored)
            saved.error = stored.error();
        return saved;
    }

    std::mutex m_databaseMutex;
    Database m_database; // guarded by m_databaseMutex
    std::mutex m_mutex;
    std::condition_variable m_idle;
    std::map<std::string, Job> m_waiting; // guarded by m_mutex, as all below
    std::string m_current;
    std::uint64_t m_version = 0;
    bool m_running = false;
    QThreadPool m_pool;
};

} // namespace

Result<std::unique_ptr<ContextStore>> ContextStore::open(const std::string &path)
{
    auto database = openJournal(path, Database::Mode::ReadWrite);
    if (!database)
        return fail(database.error());
    return std::make_unique<Store>(std::move(*database));
}

} // namespace orrery::store
