// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/sqlite.h"

#include <sqlite3.h>

namespace orrery::store {

namespace {

constexpr std::int64_t kApplicationId = 0x4f525259; // "ORRY"
constexpr std::int64_t kFormat = 1;

Error databaseError(sqlite3 *handle, const std::string &path)
{
    Error error = makeError(ErrorCode::Database,
                            path + ": " + (handle ? sqlite3_errmsg(handle) : "out of memory"));
    const int code = handle ? sqlite3_errcode(handle) : SQLITE_NOMEM;
    error.retryable =
        code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_FULL || code == SQLITE_IOERR;
    return error;
}

} // namespace

Statement::~Statement() { sqlite3_finalize(m_handle); }

void Statement::bind(int index, std::int64_t value) { sqlite3_bind_int64(m_handle, index, value); }

void Statement::bind(int index, double value) { sqlite3_bind_double(m_handle, index, value); }

void Statement::bind(int index, std::string_view text)
{
    sqlite3_bind_text64(m_handle, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bindBlob(int index, std::string_view bytes)
{
    sqlite3_bind_blob64(m_handle, index, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

void Statement::bindNull(int index) { sqlite3_bind_null(m_handle, index); }

Result<bool> Statement::step()
{
    const int code = sqlite3_step(m_handle);
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    sqlite3 *handle = sqlite3_db_handle(m_handle);
    return fail(databaseError(handle, sqlite3_db_filename(handle, nullptr)));
}

void Statement::reset() { sqlite3_reset(m_handle); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(m_handle, column); }

double Statement::real(int column) const { return sqlite3_column_double(m_handle, column); }

std::string Statement::text(int column) const
{
    const void *data = sqlite3_column_blob(m_handle, column);
    const int size = sqlite3_column_bytes(m_handle, column);
    return data ? std::string(static_cast<const char *>(data), static_cast<std::size_t>(size))
                : std::string();
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_handle, column) == SQLITE_NULL;
}

Result<Database> Database::open(const std::string &path, Mode mode)
{
    sqlite3 *handle = nullptr;
    const int flags =
        mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
        Error error = databaseError(handle, path);
        sqlite3_close(handle);
        return fail(std::move(error));
    }
    sqlite3_busy_timeout(handle, 2000);
    return Database(handle, path);
}

Database::~Database() { sqlite3_close(m_handle); }

Result<void> Database::execute(const std::string &sql)
{
    if (sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return fail(databaseError(m_handle, m_path));
    return {};
}

Result<Statement> Database::prepare(const std::string &sql)
{
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v2(m_handle, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
        return fail(databaseError(m_handle, m_path));
    return Statement(statement);
}

Result<FileFormat> Database::format()
{
    auto statement = prepare("SELECT application_id, user_version,"
                             " NOT EXISTS(SELECT 1 FROM sqlite_schema)"
                             " FROM pragma_application_id, pragma_user_version");
    if (!statement)
        return fail(statement.error());
    if (const auto row = statement->step(); !row)
        return fail(row.error());
    return FileFormat{statement->integer(0), statement->integer(1), statement->integer(2) != 0};
}

ReadTransaction::ReadTransaction(Database &database)
    : m_database(database), m_isOpen(database.execute("BEGIN").has_value())
{}

ReadTransaction::~ReadTransaction()
{
    if (m_isOpen)
        static_cast<void>(m_database.execute("COMMIT"));
}

Result<Database> openJournal(const std::string &path, Database::Mode mode)
{
    auto database = Database::open(path, mode);
    if (!database)
        return database;
    const auto format = database->format();
    if (!format)
        return fail(ErrorCode::Database, path + " is not an Orrery journal.",
                    format.error().message);
    if (format->applicationId != kApplicationId
        && (!format->isBlank() || mode == Database::Mode::ReadOnly))
        return fail(ErrorCode::InvalidArgument, path + " is not an Orrery journal.");
    if (format->version > kFormat)
        return fail(ErrorCode::InvalidArgument,
                    path + " has journal format " + std::to_string(format->version)
                        + "; this Orrery reads up to " + std::to_string(kFormat) + ".");
    if (mode == Database::Mode::ReadOnly)
        return database;
    if (auto ready = database->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"); !ready)
        return fail(ready.error());
    if (format->isBlank()) {
        auto made = database->execute(
            "BEGIN IMMEDIATE;"
            "CREATE TABLE IF NOT EXISTS kinds(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
            "CREATE TABLE IF NOT EXISTS payloads(hash BLOB PRIMARY KEY, data TEXT NOT NULL) "
            "WITHOUT ROWID;"
            "CREATE TABLE IF NOT EXISTS events(seq INTEGER PRIMARY KEY, time_us INTEGER NOT NULL, "
            "kind INTEGER NOT NULL,"
            " run TEXT NOT NULL, agent TEXT NOT NULL, parent INTEGER NOT NULL, duration_us INTEGER "
            "NOT NULL,"
            " data TEXT, payload BLOB);"
            "CREATE TABLE IF NOT EXISTS contexts(session TEXT PRIMARY KEY, version INTEGER NOT "
            "NULL, json TEXT NOT NULL);"
            "PRAGMA application_id="
            + std::to_string(kApplicationId) + "; PRAGMA user_version=" + std::to_string(kFormat)
            + "; COMMIT;");
        if (!made)
            return fail(made.error());
    }
    return database;
}

} // namespace orrery::store
