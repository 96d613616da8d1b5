// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/store/filekind.h"
#include "core/store/heldfile.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace orrery::store {

/// A value of a row.
struct Cell {
    enum class Type { Null, Integer, Real, Text, Blob };
    Type type = Type::Null;
    std::int64_t integer = 0;
    std::string_view bytes; ///< of a text or a blob
};

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
    /// A value as it is, whatever its type; its bytes are there until the next step().
    Cell cell(int column) const;
    /// The last step() failed because the file is damaged, in this place.
    bool hasMetDamage() const;

private:
    sqlite3_stmt *m_handle;
};

/// One connection; used by one thread at a time.
class Database
{
public:
    enum class Mode {
        ReadOnly,
        ReadWrite,
        Frozen ///< read as it lies there: without its log, without locks, and nothing is made beside it
    };
    /// Looks at nothing in the file yet. With ReadWrite one that is not there is made, for its owner alone; the files that
    /// SQLite makes beside it have the same mode. Errors say what the path leads to instead of a file.
    static Result<Database> open(const std::string &path, Mode mode);
    ~Database();
    Database(Database &&other) noexcept
        : m_file(std::move(other.m_file)), m_handle(std::exchange(other.m_handle, nullptr))
    {}
    Database &operator=(Database &&) = delete;

    /// Reads it as it lies there, so nothing is changed on disk, whatever the file is.
    Result<FileStart> start();

    Result<void> execute(const std::string &sql);
    Result<Statement> prepare(const std::string &sql);
    Result<FileFormat> format();
    const std::string &path() const { return m_file.path(); }
    HeldFile &file() { return m_file; }
    /// For what has no function here; owned by this object.
    sqlite3 *handle() const { return m_handle; }

private:
    Database(sqlite3 *handle, HeldFile file) : m_file(std::move(file)), m_handle(handle) {}
    HeldFile m_file; ///< before the handle, and longer
    sqlite3 *m_handle;
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

/// A sentence that says what a file is in place of what was `expected`.
Error foreignFile(const std::string &path, const FileStart &start, const std::string &expected);

} // namespace orrery::store
