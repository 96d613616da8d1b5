// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/sqliteschema.h"

#include "core/memory/norm.h"
#include "core/memory/memoryfilter.h"
#include "core/store/recordfile.h"

#include <bit>
#include <cstring>

namespace orrery::memory {

namespace {

static_assert(std::endian::native == std::endian::little, "embeddings are written as they lie");

constexpr std::int64_t kApplicationId = 0x4f524d45; // "ORME"

/// Formats 2 and 3 but for the norm of the embedding.
constexpr const char *kTables =
    "CREATE TABLE memory(row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content TEXT NOT NULL,"
    " type TEXT NOT NULL, importance REAL NOT NULL, evergreen INTEGER NOT NULL,"
    " scope TEXT NOT NULL, agent_id TEXT, session_id TEXT, user_id TEXT, namespace TEXT,"
    " metadata TEXT NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,"
    " accessed_ms INTEGER NOT NULL, access_count INTEGER NOT NULL,"
    " embedding BLOB, embedder TEXT, terms TEXT NOT NULL);"
    "CREATE TABLE terms(number INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE);"
    "CREATE INDEX memory_scope ON memory(scope);"
    "CREATE INDEX memory_type ON memory(type);"
    "CREATE INDEX memory_agent ON memory(agent_id);"
    "CREATE INDEX memory_session ON memory(session_id);"
    "CREATE INDEX memory_user ON memory(user_id);"
    "CREATE INDEX memory_namespace ON memory(namespace);"
    "CREATE INDEX memory_created ON memory(created_ms);"
    "CREATE INDEX memory_embedder ON memory(embedder) WHERE embedder IS NOT NULL;"
    "CREATE VIRTUAL TABLE memory_fts USING fts5(content, terms, content='memory',"
    " content_rowid='row', tokenize='porter unicode61');"
    "CREATE TRIGGER memory_added AFTER INSERT ON memory BEGIN"
    " INSERT INTO memory_fts(rowid, content, terms) VALUES(new.row, new.content, new.terms); END;"
    "CREATE TRIGGER memory_removed AFTER DELETE ON memory BEGIN"
    " INSERT INTO memory_fts(memory_fts, rowid, content, terms)"
    " VALUES('delete', old.row, old.content, old.terms); END;"
    "CREATE TRIGGER memory_changed AFTER UPDATE OF content, terms ON memory BEGIN"
    " INSERT INTO memory_fts(memory_fts, rowid, content, terms)"
    " VALUES('delete', old.row, old.content, old.terms);"
    " INSERT INTO memory_fts(rowid, content, terms) VALUES(new.row, new.content, new.terms); END;";

/// Format 1 had one table, named by its id, with a scope and nothing to search by.
Result<void> fromFormat1(store::Database &database)
{
    if (auto moved = database.execute("ALTER TABLE memory RENAME TO memory_1;"); !moved)
        return moved;
    if (auto made = database.execute(kTables); !made)
        return made;
    auto old =
        database.prepare("SELECT id, type, scope, content, importance, evergreen, created_ms,"
                         " accessed_ms, access_count FROM memory_1 ORDER BY rowid");
    auto insert = database.prepare(
        "INSERT INTO memory(id, type, scope, content, importance, evergreen, created_ms,"
        " accessed_ms, access_count, updated_ms, metadata, terms)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,'{}',?)");
    if (!old || !insert)
        return fail(old ? insert.error() : old.error());
    while (true) {
        const auto row = old->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            break;
        MemoryEntry entry;
        entry.type = old->text(1);
        entry.scope = old->text(2);
        entry.evergreen = old->integer(5) != 0;
        const auto terms = termNumbers(database, entry);
        if (!terms)
            return fail(terms.error());
        insert->reset();
        insert->bind(1, old->text(0));
        insert->bind(2, entry.type);
        insert->bind(3, entry.scope);
        insert->bind(4, old->text(3));
        insert->bind(5, old->real(4));
        for (const int column : {5, 6, 7, 8})
            insert->bind(column + 1, old->integer(column));
        insert->bind(10, old->integer(6));
        insert->bind(11, *terms);
        if (const auto done = insert->step(); !done)
            return fail(done.error());
    }
    // A statement that still reads the table would keep it from going.
    *old = store::Statement();
    return database.execute("DROP TABLE memory_1;");
}

/// Format 2 worked out the norm of each vector in each search.
Result<void> fromFormat2(store::Database &database)
{
    if (auto made = database.execute("ALTER TABLE memory ADD COLUMN embedding_norm REAL;"); !made)
        return made;
    auto read = database.prepare("SELECT row, embedding FROM memory WHERE embedding IS NOT NULL");
    auto write = database.prepare("UPDATE memory SET embedding_norm = ? WHERE row = ?");
    if (!read || !write)
        return fail(read ? write.error() : read.error());
    while (true) {
        const auto row = read->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return {};
        write->reset();
        write->bind(1, norm(embeddingFromBytes(read->text(1))));
        write->bind(2, read->integer(0));
        if (const auto done = write->step(); !done)
            return fail(done.error());
    }
}

/// The format of the file: 0 = empty.
Result<int> formatOf(store::Database &database)
{
    const Error foreign =
        makeError(ErrorCode::InvalidArgument, database.path() + " is not an Orrery memory.");
    const auto found = database.format();
    if (!found)
        return fail(ErrorCode::Database, foreign.message, found.error().message);
    if (found->applicationId == kApplicationId) {
        if (found->version > kMemoryFormat)
            return fail(ErrorCode::InvalidArgument,
                        database.path() + " has memory format " + std::to_string(found->version)
                            + "; this Orrery reads up to " + std::to_string(kMemoryFormat) + ".");
        return static_cast<int>(found->version);
    }
    if (found->applicationId != 0)
        return fail(foreign);
    // Format 1 did not say what it was.
    auto tables = database.prepare("SELECT count(*), sum(name = 'memory' AND sql LIKE"
                                   " '%access_count%') FROM sqlite_master WHERE type = 'table'");
    if (!tables)
        return fail(tables.error());
    if (const auto row = tables->step(); !row)
        return fail(row.error());
    if (tables->integer(0) == 0)
        return 0;
    return tables->integer(1) == 1 ? Result<int>(1) : fail(foreign);
}

Result<void> bringUpToDate(store::Database &database)
{
    // Read again: another process may have been faster.
    const auto format = formatOf(database);
    if (!format)
        return fail(format.error());
    if (*format == 0)
        if (auto made = database.execute(kTables); !made)
            return made;
    if (*format == 1)
        if (auto moved = fromFormat1(database); !moved)
            return moved;
    if (*format < 3)
        if (auto filled = fromFormat2(database); !filled)
            return filled;
    return database.execute("PRAGMA application_id=" + std::to_string(kApplicationId)
                            + "; PRAGMA user_version=" + std::to_string(kMemoryFormat) + ";");
}

} // namespace

Result<store::Database> openMemoryFile(const std::string &path)
{
    auto database = store::Database::open(path, store::Database::Mode::ReadWrite);
    if (!database)
        return database;
    const auto format = formatOf(*database);
    if (!format)
        return fail(format.error());
    if (auto ready = database->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"); !ready)
        return fail(ready.error());
    if (*format == kMemoryFormat)
        return database;
    const auto done = store::inTransaction(*database, [&] { return bringUpToDate(*database); });
    if (!done)
        return fail(done.error());
    return database;
}

Result<std::int64_t> termNumber(store::Database &database, const std::string &term)
{
    auto insert = database.prepare("INSERT OR IGNORE INTO terms(term) VALUES(?)");
    auto read = database.prepare("SELECT number FROM terms WHERE term = ?");
    if (!insert || !read)
        return fail(insert ? read.error() : insert.error());
    insert->bind(1, term);
    if (const auto done = insert->step(); !done)
        return fail(done.error());
    read->bind(1, term);
    if (const auto row = read->step(); !row)
        return fail(row.error());
    return read->integer(0);
}

Result<std::string> termNumbers(store::Database &database, const MemoryEntry &entry)
{
    std::string numbers;
    for (const std::string &term : indexTerms(entry)) {
        const auto number = termNumber(database, term);
        if (!number)
            return fail(number.error());
        numbers.append(numbers.empty() ? "" : " ").append(std::to_string(*number));
    }
    return numbers;
}

std::string embeddingBytes(std::span<const float> values)
{
    return {reinterpret_cast<const char *>(values.data()), values.size_bytes()};
}

std::vector<float> embeddingFromBytes(std::string_view bytes)
{
    std::vector<float> values(bytes.size() / sizeof(float));
    if (!values.empty()) // memcpy may not be given a null pointer, not even for no bytes
        std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

} // namespace orrery::memory
