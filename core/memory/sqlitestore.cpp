// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/norm.h"
#include "core/memory/embeddingtable.h"
#include "core/memory/ftssearch.h"
#include "core/memory/memorystore.h"
#include "core/memory/sqliterows.h"
#include "core/memory/sqliteschema.h"
#include "core/store/recordfile.h"

#include <map>
#include <mutex>

namespace orrery::memory {

namespace {

using store::Statement;

class SqliteStore final : public MemoryStore
{
public:
    explicit SqliteStore(store::Database database)
        : m_database(std::move(database)), m_fts(m_database)
    {}

    Result<void> prepare()
    {
        if (auto ready = m_fts.prepare(); !ready)
            return ready;
        const auto rows = number("SELECT count(*) FROM memory");
        if (!rows)
            return fail(rows.error());
        m_count = *rows;
        return {};
    }

    std::string_view textMethod() const override { return "fts5"; }

    Result<void> put(const MemoryEntry &entry) override
    {
        if (auto good = checkEntry(entry); !good)
            return good;
        std::lock_guard lock(m_mutex);
        WrittenRow stored;
        const auto done = store::inTransaction(m_database, [&]() -> Result<void> {
            auto written = writeEntry(m_database, entry);
            if (!written)
                return fail(written.error());
            stored = *written;
            return {};
        });
        if (!done)
            return done;
        m_fts.rowChanged(stored.row, stored.isNew ? 1 : 0);
        m_count += stored.isNew ? 1 : 0;
        setVector(stored.row, entry.embedding, entry.embedder);
        return {};
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
        if (!*removed)
            return false;
        const auto row = static_cast<EmbeddingTable::Row>(remove->integer(0));
        // The deletion is done once the statement has ended.
        if (const auto end = remove->step(); !end)
            return fail(end.error());
        for (auto &[name, table] : m_vectors)
            table.remove(row);
        m_embeddedCount.reset();
        m_fts.rowChanged(row, -1);
        --m_count;
        return true;
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
        entry.embedding = embeddingFromBytes(select->text(kEntryColumnCount));
        entry.embedder = select->text(kEntryColumnCount + 1);
        return entry;
    }

    Result<bool> attach(const std::string &id, const std::string &content,
                        const NamedVector &embedding) override
    {
        if (auto good = checkVector(embedding.values); !good)
            return fail(good.error());
        std::lock_guard lock(m_mutex);
        if (auto good = checkDimension(m_database, id, embedding.embedder, embedding.values.size());
            !good)
            return fail(good.error());
        auto update =
            m_database.prepare("UPDATE memory SET embedding = ?, embedding_norm = ?, embedder = ?"
                               " WHERE id = ? AND content = ? RETURNING row");
        if (!update)
            return fail(update.error());
        update->bindBlob(1, embeddingBytes(embedding.values));
        update->bind(2, norm(embedding.values));
        update->bind(3, embedding.embedder);
        update->bind(4, id);
        update->bind(5, content);
        const auto changed = update->step();
        if (!changed)
            return fail(changed.error());
        if (!*changed)
            return false;
        const auto row = static_cast<EmbeddingTable::Row>(update->integer(0));
        if (const auto end = update->step(); !end)
            return fail(end.error());
        setVector(row, embedding.values, embedding.embedder);
        return true;
    }

    Result<void> touch(const std::vector<std::string> &ids, std::int64_t nowMs) override
    {
        std::lock_guard lock(m_mutex);
        return store::inTransaction(m_database, [&]() -> Result<void> {
            auto update = m_database.prepare("UPDATE memory SET accessed_ms = ?, access_count ="
                                             " access_count + 1 WHERE id = ?");
            if (!update)
                return fail(update.error());
            for (const std::string &id : ids) {
                update->reset();
                update->bind(1, nowMs);
                update->bind(2, id);
                if (const auto stepped = update->step(); !stepped)
                    return fail(stepped.error());
            }
            return {};
        });
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
        }
    }

    std::size_t count() override
    {
        std::lock_guard lock(m_mutex);
        return static_cast<std::size_t>(m_count);
    }

    Result<std::vector<std::string>> withoutEmbedding(const std::string &embedder,
                                                      std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        auto select = m_database.prepare("SELECT id FROM memory WHERE embedder IS NOT ?"
                                         " ORDER BY row LIMIT ?");
        if (!select)
            return fail(select.error());
        select->bind(1, embedder);
        select->bind(2, static_cast<std::int64_t>(limit));
        std::vector<std::string> ids;
        while (true) {
            const auto row = select->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                return ids;
            ids.push_back(select->text(0));
        }
    }

    Result<Leg> searchText(const std::string &query, const Filter &filter,
                           std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        const store::ReadTransaction oneState(m_database);
        auto matches = m_fts.search(query, filter, limit);
        if (!matches)
            return fail(matches.error());
        Leg leg;
        leg.words = std::move(matches->words);
        leg.withAllWords = matches->withAllWords;
        auto select = m_database.prepare(std::string("SELECT ") + kEntryColumns
                                         + " FROM memory WHERE row = ?");
        if (!select)
            return fail(select.error());
        for (const FtsSearch::Match &match : matches->rows)
            if (auto added = addFound(*select, match.row, match.score, leg); !added)
                return fail(added.error());
        return leg;
    }

    Result<Leg> searchVector(const NamedVector &query, const Filter &filter,
                             std::size_t limit) override
    {
        std::lock_guard lock(m_mutex);
        const store::ReadTransaction oneState(m_database);
        Leg leg;
        const auto table = vectorsOf(query.embedder);
        if (!table)
            return fail(table.error());
        if (!m_embeddedCount) {
            const auto embedded = number("SELECT count(*) FROM memory WHERE embedder IS NOT NULL");
            if (!embedded)
                return fail(embedded.error());
            m_embeddedCount = *embedded;
        }
        const auto own = static_cast<std::int64_t>((*table)->size());
        leg.otherEmbeddings =
            static_cast<std::size_t>(std::max<std::int64_t>(0, *m_embeddedCount - own));
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
        auto select = m_database.prepare(std::string("SELECT ") + kEntryColumns
                                         + " FROM memory WHERE row = ?");
        if (!select)
            return fail(select.error());
        for (const auto &near : (*table)->nearest(query.values, limit, isAll ? nullptr : &rows))
            if (auto added = addFound(*select, near.row, near.cosine, leg); !added)
                return fail(added.error());
        return leg;
    }

    Result<double> textScore(const std::string &query, const Filter &filter,
                             const std::string &id) override
    {
        std::lock_guard lock(m_mutex);
        const store::ReadTransaction oneState(m_database);
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

    /// In the tables that were read already.
    void setVector(EmbeddingTable::Row row, const std::vector<float> &values,
                   const std::string &embedder)
    {
        m_embeddedCount.reset();
        for (auto &[name, table] : m_vectors)
            table.remove(row);
        if (const auto table = m_vectors.find(embedder);
            table != m_vectors.end() && !values.empty())
            (void)table->second.set(row, values); // was checked when it was written
    }

    static Result<void> addFound(Statement &select, std::int64_t rowNumber, double score, Leg &leg)
    {
        select.reset();
        select.bind(1, rowNumber);
        const auto row = select.step();
        if (!row)
            return fail(row.error());
        if (*row)
            leg.found.push_back({entryOf(select), score});
        return {};
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
    std::map<std::string, EmbeddingTable> m_vectors; // by embedder, read when first searched
    std::int64_t m_count = 0;
    std::optional<std::int64_t>
        m_embeddedCount; ///< rows with a vector of any embedder, once counted
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
