// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/norm.h"
#include "core/memory/accesscounts.h"
#include "core/memory/changelog.h"
#include "core/memory/embeddingtable.h"
#include "core/memory/ftssearch.h"
#include "core/memory/memorystore.h"
#include "core/memory/sqliterows.h"
#include "core/memory/sqliteschema.h"
#include "core/store/recordfile.h"

#include <sqlite3.h>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>

namespace orrery::memory {

namespace {

using store::Statement;

constexpr int kBusyMs = 2000;            ///< how long a write waits for another
constexpr std::size_t kSamplePart = 500; ///< contents read before others have their turn

class SqliteStore final : public MemoryStore
{
public:
    explicit SqliteStore(store::Database database)
        : m_database(std::move(database)), m_fts(m_database), m_log(m_database)
    {}
    ~SqliteStore() override
    {
        if (!m_accesses.isEmpty())
            (void)writeAccesses(); // there is nobody left to be told
    }

    Result<void> prepare()
    {
        if (auto ready = m_fts.prepare(); !ready)
            return ready;
        auto byRow = m_database.prepare(std::string("SELECT ") + kEntryColumns
                                        + " FROM memory WHERE row = ?");
        if (!byRow)
            return fail(byRow.error());
        m_byRow = std::move(*byRow);
        const store::ReadTransaction oneState(m_database);
        return readAgain();
    }

    std::string_view textMethod() const override { return "fts5"; }

    Result<void> put(const MemoryEntry &entry) override
    {
        if (auto good = checkEntry(entry); !good)
            return good;
        std::lock_guard lock(m_mutex);
        (void)writeAccesses(); // they are kept until it can be done
        return store::inTransaction(m_database, [&] { return writeEntry(m_database, entry); });
    }

    Result<bool> forget(const std::string &id) override
    {
        std::lock_guard lock(m_mutex);
        auto remove = m_database.prepare("DELETE FROM memory WHERE id = ? RETURNING row");
        if (!remove)
            return fail(remove.error());
        remove->bind(1, id);
        const auto removed = remove->step();
        if (!removed)
            return fail(removed.error());
        // The deletion is done once the statement has ended.
        if (*removed)
            if (const auto end = remove->step(); !end)
                return fail(end.error());
        return *removed;
    }

    Result<std::optional<MemoryEntry>> find(const std::string &id) override
    {
        std::lock_guard lock(m_mutex);
        auto select = m_database.prepare(std::string("SELECT ") + kEntryColumns
                                         + ", embedding, embedder FROM memory WHERE id = ?");
        if (!select)
            return fail(select.error());
        select->bind(1, id);
        const auto row = select->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return std::nullopt;
        MemoryEntry entry = entryOf(*select);
        m_accesses.applyTo(entry);
        entry.embedding = embeddingFromBytes(select->text(kEntryColumnCount));
        entry.embedder = select->text(kEntryColumnCount + 1);
        return entry;
    }

    Result<std::size_t> attachAll(std::span<const Attachment> attachments,
                                  const std::string &embedder) override
    {
        std::lock_guard lock(m_mutex);
        std::size_t attached = 0;
        // What is lost with the power is made again.
        const auto done = writeRelaxed(kBusyMs, [&]() -> Result<void> {
            for (const Attachment &one : attachments) {
                const auto written = attachOne(one, embedder);
                if (!written)
                    return fail(written.error());
                attached += *written ? 1 : 0;
            }
            return {};
        });
        return done ? Result<std::size_t>(attached) : fail(done.error());
    }

    Result<void> touch(const std::vector<std::string> &ids, std::int64_t nowMs) override
    {
        std::lock_guard lock(m_mutex);
        for (const std::string &id : ids)
            m_accesses.add(id, nowMs);
        if (!m_accesses.isDue(nowMs))
            return {};
        auto written = writeAccesses();
        if (written)
            return written;
        m_accesses.postpone(nowMs);
        return written.error().retryable ? Result<void>() : written;
    }

    Result<std::vector<MemoryEntry>> list(const Filter &filter, std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        auto select = selectWhere(m_database, kEntryColumns, filter,
                                  " ORDER BY row LIMIT " + std::to_string(limit));
        if (!select)
            return fail(select.error());
        std::vector<MemoryEntry> entries;
        while (true) {
            const auto row = select->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                return entries;
            entries.push_back(entryOf(*select));
            m_accesses.applyTo(entries.back());
        }
    }

    std::size_t count() override
    {
        std::lock_guard lock(m_mutex);
        const store::ReadTransaction oneState(m_database);
        (void)follow(); // without it, the number is the last that is known
        return static_cast<std::size_t>(m_count);
    }

    Result<std::vector<Unembedded>> withoutEmbedding(const std::string &embedder,
                                                     std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        std::vector<Unembedded> entries;
        // Each of these is a piece of the index.
        for (const char *which :
             {"embedder IS NULL AND ?1 = ?1", "embedder < ?1", "embedder > ?1"}) {
            auto select = m_database.prepare(std::string("SELECT id, content FROM memory WHERE ")
                                             + which + " ORDER BY embedder, row LIMIT ?2");
            if (!select)
                return fail(select.error());
            select->bind(1, embedder);
            select->bind(2, static_cast<std::int64_t>(limit - entries.size()));
            while (true) {
                const auto row = select->step();
                if (!row)
                    return fail(row.error());
                if (!*row)
                    break;
                entries.push_back({select->text(0), select->text(1)});
            }
        }
        return entries;
    }

    Result<std::vector<std::string>> sample(std::size_t most) override
    {
        const auto rows = sampleRows(most);
        if (!rows)
            return fail(rows.error());
        std::vector<std::string> contents;
        for (std::size_t from = 0; from < rows->size(); from += kSamplePart) {
            std::lock_guard lock(m_mutex);
            auto select = m_database.prepare("SELECT content FROM memory WHERE row = ?");
            if (!select)
                return fail(select.error());
            for (std::size_t i = from; i < std::min(from + kSamplePart, rows->size()); ++i) {
                select->reset();
                select->bind(1, (*rows)[i]);
                const auto row = select->step();
                if (!row)
                    return fail(row.error());
                if (*row)
                    contents.push_back(select->text(0));
            }
        }
        return contents;
    }

    Result<Leg> searchText(const std::string &query, const Filter &filter,
                           std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        const store::ReadTransaction oneState(m_database);
        if (auto followed = follow(); !followed)
            return fail(followed.error());
        auto matches = m_fts.search(query, filter, limit);
        if (!matches)
            return fail(matches.error());
        Leg leg;
        leg.words = std::move(matches->words);
        leg.withAllWords = matches->withAllWords;
        for (const FtsSearch::Match &match : matches->rows)
            if (auto added = addFound(match.row, match.score, leg); !added)
                return fail(added.error());
        return leg;
    }

    Result<Leg> searchVector(const NamedVector &query, const Filter &filter,
                             std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        const store::ReadTransaction oneState(m_database);
        if (auto followed = follow(); !followed)
            return fail(followed.error());
        Leg leg;
        const auto table = vectorsOf(query.embedder);
        if (!table)
            return fail(table.error());
        const auto own = static_cast<std::int64_t>((*table)->size());
        leg.otherEmbeddings =
            static_cast<std::size_t>(std::max<std::int64_t>(0, m_embeddedCount - own));
        if (auto good = (*table)->check(query.values); !good)
            return fail(good.error());
        std::vector<EmbeddingTable::Row> rows;
        const bool isAll = filter.selectsAll();
        if (!isAll) {
            auto select = selectWhere(m_database, "row", filter, " ORDER BY row");
            if (!select)
                return fail(select.error());
            while (true) {
                const auto row = select->step();
                if (!row)
                    return fail(row.error());
                if (!*row)
                    break;
                rows.push_back(static_cast<EmbeddingTable::Row>(select->integer(0)));
            }
        }
        for (const auto &near : (*table)->nearest(query.values, limit, isAll ? nullptr : &rows))
            if (auto added = addFound(near.row, near.cosine, leg); !added)
                return fail(added.error());
        return leg;
    }

    Result<double> textScore(const std::string &query, const Filter &filter,
                             const std::string &id) override
    {
        std::lock_guard lock(m_mutex);
        const store::ReadTransaction oneState(m_database);
        if (auto followed = follow(); !followed)
            return fail(followed.error());
        auto select = m_database.prepare("SELECT row FROM memory WHERE id = ?");
        if (!select)
            return fail(select.error());
        select->bind(1, id);
        const auto row = select->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return 0.0;
        const auto matches = m_fts.search(query, filter, 1, select->integer(0));
        if (!matches)
            return fail(matches.error());
        return matches->rows.empty() ? 0.0 : matches->rows.front().score;
    }

private:
    Result<std::int64_t> number(const std::string &sql)
    {
        auto select = m_database.prepare(sql);
        if (!select)
            return fail(select.error());
        if (const auto row = select->step(); !row)
            return fail(row.error());
        return select->integer(0);
    }

    /// Everything that is kept of the file, within a transaction.
    Result<void> readAgain()
    {
        m_vectors.clear();
        const auto rows = number("SELECT count(*) FROM memory");
        const auto embedded = number("SELECT count(*) FROM memory WHERE embedder IS NOT NULL");
        if (!rows || !embedded)
            return fail(rows ? embedded.error() : rows.error());
        m_count = *rows;
        m_embeddedCount = *embedded;
        m_fts.restart(m_count);
        return m_log.begin();
    }

    /// Brings what is kept to the state of the file, within a transaction.
    Result<void> follow()
    {
        const auto news = m_log.news();
        if (!news)
            return fail(news.error());
        if (!*news)
            return readAgain();
        std::vector<std::int64_t> rows;
        for (const ChangeLog::Change &change : **news) {
            m_count += change.rows;
            m_embeddedCount += change.vectors;
            m_fts.rowChanged(change.row, change.rows);
            rows.push_back(change.row);
        }
        if (m_vectors.empty())
            return {};
        std::sort(rows.begin(), rows.end());
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
        for (const std::int64_t row : rows)
            if (auto read = readVector(row); !read) {
                m_vectors.clear(); // half of it would be wrong
                return read;
            }
        return {};
    }

    Result<void> readVector(std::int64_t row)
    {
        for (auto &[name, table] : m_vectors)
            table.remove(static_cast<EmbeddingTable::Row>(row));
        auto select = m_database.prepare("SELECT embedder, embedding FROM memory WHERE row = ?");
        if (!select)
            return fail(select.error());
        select->bind(1, row);
        const auto isThere = select->step();
        if (!isThere)
            return fail(isThere.error());
        if (!*isThere || select->isNull(0))
            return {};
        // What cannot be compared is left out, as in vectorsOf().
        if (const auto table = m_vectors.find(select->text(0)); table != m_vectors.end())
            (void)table->second.set(static_cast<EmbeddingTable::Row>(row),
                                    embeddingFromBytes(select->text(1)));
        return {};
    }

    Result<bool> attachOne(const Attachment &one, const std::string &embedder)
    {
        if (auto good = checkVector(one.values); !good)
            return fail(good.error());
        if (auto good = checkDimension(m_database, one.id, embedder, one.values.size()); !good)
            return fail(good.error());
        auto update =
            m_database.prepare("UPDATE memory SET embedding = ?, embedding_norm = ?, embedder = ?"
                               " WHERE id = ? AND content = ?");
        if (!update)
            return fail(update.error());
        update->bindBlob(1, embeddingBytes(one.values));
        update->bind(2, norm(one.values));
        update->bind(3, embedder);
        update->bind(4, one.id);
        update->bind(5, one.content);
        if (const auto done = update->step(); !done)
            return fail(done.error());
        return sqlite3_changes(m_database.handle()) > 0;
    }

    /// A transaction that does not wait for the disk: a crash of the program takes nothing of it, one of the machine may.
    /// The checkpoint, which has to wait, is left to the others until there is much to be moved.
    Result<void> writeRelaxed(int busyMs, const std::function<Result<void>()> &write)
    {
        sqlite3_busy_timeout(m_database.handle(), busyMs);
        auto done =
            m_database.execute("PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=8000;");
        if (done)
            done = store::inTransaction(m_database, write);
        const auto restored =
            m_database.execute("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000;");
        sqlite3_busy_timeout(m_database.handle(), kBusyMs);
        return done ? restored : done;
    }

    Result<void> writeAccesses()
    {
        if (m_accesses.isEmpty())
            return {};
        const auto done = writeRelaxed(0, [&]() -> Result<void> {
            auto update = m_database.prepare("UPDATE memory SET accessed_ms = max(accessed_ms, ?),"
                                             " access_count = access_count + ? WHERE id = ?");
            if (!update)
                return fail(update.error());
            for (const auto &[id, access] : m_accesses.byId()) {
                update->reset();
                update->bind(1, access.lastMs);
                update->bind(2, access.count);
                update->bind(3, id);
                if (const auto stepped = update->step(); !stepped)
                    return fail(stepped.error());
            }
            return {};
        });
        if (done)
            m_accesses.clear();
        return done;
    }

    Result<void> addFound(std::int64_t rowNumber, double score, Leg &leg)
    {
        m_byRow.reset();
        m_byRow.bind(1, rowNumber);
        const auto row = m_byRow.step();
        if (row && *row) {
            leg.found.push_back({entryOf(m_byRow), score});
            m_accesses.applyTo(leg.found.back().entry);
        }
        m_byRow.reset();
        return row ? Result<void>() : fail(row.error());
    }

    Result<std::vector<std::int64_t>> sampleRows(std::size_t most)
    {
        std::lock_guard lock(m_mutex);
        const store::ReadTransaction oneState(m_database);
        if (auto followed = follow(); !followed)
            return fail(followed.error());
        auto select = m_database.prepare("SELECT row FROM memory ORDER BY row");
        if (!select)
            return fail(select.error());
        const auto all = static_cast<std::size_t>(m_count);
        std::vector<std::int64_t> rows;
        for (std::size_t i = 0; rows.size() < std::min(most, all); ++i) {
            const auto row = select->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                break;
            if (all <= most || i == rows.size() * all / most)
                rows.push_back(select->integer(0));
        }
        return rows;
    }

    /// Read from the file once.
    Result<EmbeddingTable *> vectorsOf(const std::string &embedder)
    {
        if (const auto known = m_vectors.find(embedder); known != m_vectors.end())
            return &known->second;
        auto select =
            m_database.prepare("SELECT row, embedding FROM memory WHERE embedder = ? ORDER BY row");
        if (!select)
            return fail(select.error());
        select->bind(1, embedder);
        EmbeddingTable table;
        while (true) {
            const auto row = select->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                break;
            const std::vector<float> vector = embeddingFromBytes(select->text(1));
            // A file that another program wrote to may hold anything; what cannot be compared is left out.
            (void)table.set(static_cast<EmbeddingTable::Row>(select->integer(0)), vector);
        }
        return &(m_vectors[embedder] = std::move(table));
    }

    std::mutex m_mutex;
    store::Database m_database; // guarded by m_mutex, as is what follows
    FtsSearch m_fts;
    ChangeLog m_log;
    Statement m_byRow;
    AccessCounts m_accesses;
    std::map<std::string, EmbeddingTable> m_vectors; // by embedder, read when first searched
    std::int64_t m_count = 0;
    std::int64_t m_embeddedCount = 0; ///< rows with a vector of any embedder
};

} // namespace

Result<std::unique_ptr<MemoryStore>> openSqliteStore(const std::string &path)
{
    auto database = openMemoryFile(path);
    if (!database)
        return fail(database.error());
    auto opened = std::make_unique<SqliteStore>(std::move(*database));
    if (const auto ready = opened->prepare(); !ready)
        return fail(ready.error());
    return opened;
}

} // namespace orrery::memory
