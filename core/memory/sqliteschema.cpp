// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/sqliteschema.h"

#include "core/memory/norm.h"
#include "core/memory/memoryfilter.h"
#include "core/memory/scripttexts.h"
#include "core/store/recordfile.h"

#include <bit>
#include <cstring>

#include <sqlite3.h>

namespace orrery::memory {

namespace {

static_assert(std::endian::native == std::endian::little, "embeddings are written as they lie");

constexpr std::int64_t kApplicationId = 0x4f524d45; // "ORME"

constexpr const char *kTerms =
    "CREATE TABLE terms(number INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE);";

/// The number of a row is given once, so that what somebody remembers of it is never about another entry.
constexpr const char *kMemory =
    "CREATE TABLE memory(row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " content TEXT NOT NULL, type TEXT NOT NULL, importance REAL NOT NULL,"
    " evergreen INTEGER NOT NULL, scope TEXT NOT NULL, agent_id TEXT, session_id TEXT,"
    " user_id TEXT, namespace TEXT, metadata TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " updated_ms INTEGER NOT NULL, accessed_ms INTEGER NOT NULL, access_count INTEGER NOT NULL,"
    " embedder TEXT, embedding_norm REAL, terms TEXT NOT NULL, grams TEXT NOT NULL DEFAULT '',"
    " embedding BLOB);"
    // Numbered without gaps.
    "CREATE TABLE changes(number INTEGER PRIMARY KEY AUTOINCREMENT, row INTEGER NOT NULL,"
    " rows INTEGER NOT NULL, vectors INTEGER NOT NULL);";

/// Made after the rows were copied, so that they are indexed in one go.
constexpr const char *kIndexes =
    "CREATE INDEX memory_scope ON memory(scope);"
    "CREATE INDEX memory_type ON memory(type);"
    "CREATE INDEX memory_agent ON memory(agent_id);"
    "CREATE INDEX memory_session ON memory(session_id);"
    "CREATE INDEX memory_user ON memory(user_id);"
    "CREATE INDEX memory_namespace ON memory(namespace);"
    "CREATE INDEX memory_created ON memory(created_ms);"
    "CREATE INDEX memory_embedder ON memory(embedder);"
    "CREATE VIRTUAL TABLE memory_fts USING fts5(content, terms, grams, content='memory',"
    " content_rowid='row', tokenize='porter unicode61');"
    "INSERT INTO memory_fts(memory_fts) VALUES('rebuild');"
    "CREATE TRIGGER memory_added AFTER INSERT ON memory BEGIN"
    " INSERT INTO memory_fts(rowid, content, terms, grams)"
    " VALUES(new.row, new.content, new.terms, new.grams);"
    " INSERT INTO changes(row, rows, vectors) VALUES(new.row, 1, new.embedder IS NOT NULL); END;"
    "CREATE TRIGGER memory_removed AFTER DELETE ON memory BEGIN"
    " INSERT INTO memory_fts(memory_fts, rowid, content, terms, grams)"
    " VALUES('delete', old.row, old.content, old.terms, old.grams);"
    " INSERT INTO changes(row, rows, vectors) VALUES(old.row, -1, -(old.embedder IS NOT NULL));"
    " END;"
    "CREATE TRIGGER memory_changed AFTER UPDATE OF content, terms, grams ON memory BEGIN"
    " INSERT INTO memory_fts(memory_fts, rowid, content, terms, grams)"
    " VALUES('delete', old.row, old.content, old.terms, old.grams);"
    " INSERT INTO memory_fts(rowid, content, terms, grams)"
    " VALUES(new.row, new.content, new.terms, new.grams); END;"
    "CREATE TRIGGER memory_rewritten AFTER UPDATE OF content, embedder, embedding ON memory BEGIN"
    " INSERT INTO changes(row, rows, vectors)"
    " VALUES(new.row, 0, (new.embedder IS NOT NULL) - (old.embedder IS NOT NULL)); END;"
    // Who is further behind reads everything again.
    "CREATE TRIGGER changes_kept AFTER INSERT ON changes BEGIN"
    " DELETE FROM changes WHERE number <= new.number - 16384; END;";

/// What formats 2 and 3 had of the above, but for the table itself.
constexpr const char *kDropIndexes =
    "DROP TRIGGER IF EXISTS memory_added; DROP TRIGGER IF EXISTS memory_removed;"
    "DROP TRIGGER IF EXISTS memory_changed; DROP TABLE IF EXISTS memory_fts;"
    "DROP INDEX IF EXISTS memory_scope; DROP INDEX IF EXISTS memory_type;"
    "DROP INDEX IF EXISTS memory_agent; DROP INDEX IF EXISTS memory_session;"
    "DROP INDEX IF EXISTS memory_user; DROP INDEX IF EXISTS memory_namespace;"
    "DROP INDEX IF EXISTS memory_created; DROP INDEX IF EXISTS memory_embedder;";

std::string_view argumentText(sqlite3_value *value)
{
    const void *bytes = sqlite3_value_blob(value);
    return {static_cast<const char *>(bytes),
            bytes ? static_cast<std::size_t>(sqlite3_value_bytes(value)) : 0};
}

/// orrery_norm(embedding) and orrery_grams(content), for the rows of older formats.
void registerFunctions(sqlite3 *database)
{
    sqlite3_create_function(
        database, "orrery_norm", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
        [](sqlite3_context *context, int, sqlite3_value **values) {
            sqlite3_result_double(context, norm(embeddingFromBytes(argumentText(values[0]))));
        },
        nullptr, nullptr);
    sqlite3_create_function(
        database, "orrery_grams", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
        [](sqlite3_context *context, int, sqlite3_value **values) {
            const std::string terms = gramTerms(argumentText(values[0]));
            sqlite3_result_text(context, terms.data(), static_cast<int>(terms.size()),
                                SQLITE_TRANSIENT);
        },
        nullptr, nullptr);
}

/// Format 1 had one table, named by its id, with a scope and nothing to search by.
Result<void> fromFormat1(store::Database &database)
{
    if (auto moved = database.execute("ALTER TABLE memory RENAME TO memory_1;"); !moved)
        return moved;
    if (auto made = database.execute(std::string(kTerms) + kMemory); !made)
        return made;
    auto old =
        database.prepare("SELECT id, type, scope, content, importance, evergreen, created_ms,"
                         " accessed_ms, access_count FROM memory_1 ORDER BY rowid");
    auto insert = database.prepare(
        "INSERT INTO memory(id, type, scope, content, importance, evergreen, created_ms,"
        " accessed_ms, access_count, updated_ms, metadata, terms, grams)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,'{}',?,orrery_grams(?4))");
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

/// Formats 2 and 3 gave the numbers of rows again and had no grams; format 2 no norms.
Result<void> fromFormat3(store::Database &database)
{
    const std::string columns =
        "row, id, content, type, importance, evergreen, scope, agent_id, session_id, user_id,"
        " namespace, metadata, created_ms, updated_ms, accessed_ms, access_count, embedder, terms,"
        " embedding";
    return database.execute(std::string(kDropIndexes) + "ALTER TABLE memory RENAME TO memory_3;"
                            + kMemory + "INSERT INTO memory(" + columns
                            + ", embedding_norm, grams) SELECT " + columns
                            + ", CASE WHEN embedding IS NOT NULL THEN orrery_norm(embedding) END,"
                              " orrery_grams(content) FROM memory_3 ORDER BY row;"
                              "DROP TABLE memory_3;");
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
    if (*format == kMemoryFormat)
        return {};
    registerFunctions(database.handle());
    auto moved = *format == 0   ? database.execute(std::string(kTerms) + kMemory)
                 : *format == 1 ? fromFormat1(database)
                                : fromFormat3(database);
    if (!moved)
        return moved;
    if (auto indexed = database.execute(kIndexes); !indexed)
        return indexed;
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
    if (auto ready =
            database->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                              // KiB: the index of a large file, which each search walks through.
                              "PRAGMA cache_size=-32768;");
        !ready)
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
