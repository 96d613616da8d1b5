// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace orrery::store {

/// A prepared statement. Parameters count from 1, columns from 0.
class Statement
{
public:
    explicit Statement(sqlite3_stmt *handle = nullptr) : m_handle(handle) {}
    ~Statement();
    Statement(Statement &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
    Statement &operator=(Statement &&other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }

    void bind(int index, std::int64_t value);
    void bind(int index, double value);
    void bind(int index, std::string_view text); ///< copied
    void bindBlob(int index, std::string_view bytes);
    void bindNull(int index);
    /// True for a row, false at the end.
    Result<bool> step();
    void reset();
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const; ///< also the bytes of a blob
    bool isNull(int column) const;

private:
    sqlite3_stmt *m_handle;
};

/// What a file says of itself, as one moment had it.
struct FileFormat {
    std::int64_t applicationId = 0;
    std::int64_t version = 0; ///< user_version
    bool hasNothing = false;  ///< no table, index, view or trigger
    /// A new file. It may have pages: the journal mode is written before the first table, and a process can be killed
    /// between the two.
    bool isBlank() const { return hasNothing && applicationId == 0 && version == 0; }
};

/// One connection; used by one thread at a time.
class Database
{
public:
    enum class Mode { ReadOnly, ReadWrite };
    static Result<Database> open(const std::string &path, Mode mode);
    ~Database();
    Database(Database &&other) noexcept
        : m_handle(std::exchange(other.m_handle, nullptr)), m_path(other.m_path)
    {}
    Database &operator=(Database &&) = delete;

    Result<void> execute(const std::string &sql);
    Result<Statement> prepare(const std::string &sql);
    Result<FileFormat> format();
    const std::string &path() const { return m_path; }
    /// For what has no function here; owned by this object.
    sqlite3 *handle() const { return m_handle; }

private:
    Database(sqlite3 *handle, std::string path) : m_handle(handle), m_path(std::move(path)) {}
    sqlite3 *m_handle;
    std::string m_path;
};

/// Lets several questions see one state of the file, and pay for its lock once. It has no
/// errors of its own: where it cannot begin, each question locks for itself and says what is wrong.
class ReadTransaction
{
public:
    explicit ReadTransaction(Database &database);
    ~ReadTransaction();
    ReadTransaction(const ReadTransaction &) = delete;

private:
    Database &m_database;
    const bool m_isOpen;
};

/// Opens a journal file and makes or checks its tables. Foreign and newer files are refused, unchanged.
Result<Database> openJournal(const std::string &path, Database::Mode mode);

} // namespace orrery::store
