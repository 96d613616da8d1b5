// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/sqlite.h"

#include <optional>
#include <string>
#include <vector>

namespace orrery::store {

/// Which records of a file were changed, by whichever connection: triggers note each. So whoever keeps the file in
/// memory takes in what others have written at a cost of O(changes). The last 16,384 are kept. Used by one thread at a
/// time.
class RecordLog
{
public:
    struct Change {
        std::string table;
        std::string id;
    };
    struct News {
        std::vector<Change> changes; ///< each record once, in the order of its last change
        std::int64_t last = 0;       ///< for seen()
        bool isTooMuch = false;      ///< more than is kept: all must be read again
        bool isNothing() const { return changes.empty() && !isTooMuch; }
    };

    /// The statements that make the log and the triggers for these tables, each of which has a column `id`.
    static std::string schema(const std::vector<std::string> &tables);

    /// The database must outlive it.
    explicit RecordLog(Database &database) : m_database(database) {}
    RecordLog(const RecordLog &) = delete;

    /// The number of the last change; to be read in the transaction in which the file is read.
    Result<std::int64_t> last();
    /// What came after the change that was seen last.
    Result<News> news();
    void seen(std::int64_t number) { m_seen = number; }

private:
    Database &m_database;
    std::optional<Statement> m_select;
    std::int64_t m_seen = 0;
};

/// A transaction that writes, from its beginning on; nothing is written unless commit() says so.
class WriteTransaction
{
public:
    /// Waits for others who write.
    static Result<WriteTransaction> begin(Database &database);
    ~WriteTransaction();
    WriteTransaction(WriteTransaction &&other) noexcept
        : m_database(std::exchange(other.m_database, nullptr))
    {}
    WriteTransaction &operator=(WriteTransaction &&) = delete;

    Result<void> commit();

private:
    explicit WriteTransaction(Database &database) : m_database(&database) {}
    Database *m_database; ///< null once it is over
};

} // namespace orrery::store
