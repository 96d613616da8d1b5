// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/sqlite.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <sqlite3.h>

namespace orrery::store {

namespace {

Error databaseError(sqlite3 *handle, const std::string &path)
{
    Error error = makeError(ErrorCode::Database,
                            path + ": " + (handle ? sqlite3_errmsg(handle) : "out of memory"));
    const int code = handle ? sqlite3_errcode(handle) : SQLITE_NOMEM;
    error.retryable =
        code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_FULL || code == SQLITE_IOERR;
    return error;
}

std::string frozenName(const std::string &path)
{
    std::string uri = "file:";
    for (const char c : path) {
        char code[4];
        std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
        const bool isPlain = std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.';
        uri += isPlain ? std::string(1, c) : std::string(code);
    }
    return uri + "?immutable=1";
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

Cell Statement::cell(int column) const
{
    const auto bytes = [&] {
        const auto *data = static_cast<const char *>(sqlite3_column_blob(m_handle, column));
        return std::string_view(data, std::size_t(sqlite3_column_bytes(m_handle, column)));
    };
    switch (sqlite3_column_type(m_handle, column)) {
    case SQLITE_INTEGER: return {Cell::Type::Integer, integer(column), {}};
    case SQLITE_FLOAT: return {Cell::Type::Real, 0, {}};
    case SQLITE_TEXT: return {Cell::Type::Text, 0, bytes()};
    case SQLITE_BLOB: return {Cell::Type::Blob, 0, bytes()};
    default: return {};
    }
}

bool Statement::hasMetDamage() const
{
    switch (sqlite3_extended_errcode(sqlite3_db_handle(m_handle))) {
    case SQLITE_IOERR_READ: // a bad place of the disk
    case SQLITE_IOERR_SHORT_READ: return true;
    default: break;
    }
    switch (sqlite3_errcode(sqlite3_db_handle(m_handle))) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_TOOBIG:
    case SQLITE_ERROR: return true;
    default: return false;
    }
}

Result<Database> Database::open(const std::string &path, Mode mode)
{
    auto file =
        HeldFile::hold(path, mode == Mode::ReadWrite ? HeldFile::Make::Yes : HeldFile::Make::No);
    if (!file)
        return fail(file.error());
    sqlite3 *handle = nullptr;
    const int flags = mode == Mode::ReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    const std::string name = mode == Mode::Frozen ? frozenName(path) : path;
    if (sqlite3_open_v2(name.c_str(), &handle,
                        flags | (mode == Mode::Frozen ? SQLITE_OPEN_URI : 0) | SQLITE_OPEN_NOMUTEX,
                        nullptr)
        != SQLITE_OK) {
        Error error = databaseError(handle, path);
        sqlite3_close(handle);
        return fail(std::move(error));
    }
    sqlite3_busy_timeout(handle, 2000);
    return Database(handle, std::move(*file));
}

Result<FileStart> Database::start()
{
    sqlite3_file *file = nullptr;
    sqlite3_int64 size = 0;
    sqlite3_file_control(m_handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (!file || !file->pMethods || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        return fail(ErrorCode::Io, path() + ": it cannot be read.");
    std::string bytes(std::size_t(std::min<sqlite3_int64>(size, kFileStart)), '\0');
    if (!bytes.empty()
        && file->pMethods->xRead(file, bytes.data(), int(bytes.size()), 0) != SQLITE_OK)
        return fail(ErrorCode::Io, path() + ": it cannot be read.");
    return withWriteAheadLog(readFileStart(std::move(bytes)),
                             sqlite3_filename_wal(sqlite3_db_filename(m_handle, "main")));
}

Database::~Database() { sqlite3_close(m_handle); }

Result<void> Database::execute(const std::string &sql)
{
    if (sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return fail(databaseError(m_handle, path()));
    return {};
}

Result<Statement> Database::prepare(const std::string &sql)
{
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v2(m_handle, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
        return fail(databaseError(m_handle, path()));
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

Error foreignFile(const std::string &path, const FileStart &start, const std::string &expected)
{
    return makeError(ErrorCode::InvalidArgument,
                     path + " is not " + expected + ": it is " + kindOf(start) + ".");
}

} // namespace orrery::store
