// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/recordlog.h"

#include <algorithm>
#include <set>

namespace orrery::store {

std::string RecordLog::schema(const std::vector<std::string> &tables)
{
    // The numbers have no gaps but for what was cut off.
    std::string sql = "CREATE TABLE changes(number INTEGER PRIMARY KEY AUTOINCREMENT,"
                      " record_table TEXT NOT NULL, record_id TEXT NOT NULL);"
                      "CREATE TRIGGER changes_kept AFTER INSERT ON changes BEGIN"
                      " DELETE FROM changes WHERE number <= new.number - 16384; END;";
    for (const std::string &table : tables)
        for (const auto &[event, row] :
             {std::pair("INSERT", "new"), std::pair("UPDATE", "new"), std::pair("DELETE", "old")})
            sql += "CREATE TRIGGER " + table + "_" + event + " AFTER " + event + " ON " + table
                   + " BEGIN INSERT INTO changes(record_table, record_id) VALUES('" + table + "', "
                   + row + ".id); END;";
    return sql;
}

Result<std::int64_t> RecordLog::last()
{
    auto select = m_database.prepare("SELECT coalesce(max(number), 0) FROM changes");
    if (!select)
        return fail(select.error());
    if (const auto row = select->step(); !row)
        return fail(row.error());
    return select->integer(0);
}

Result<RecordLog::News> RecordLog::news()
{
    if (!m_select) {
        auto made = m_database.prepare("SELECT number, record_table, record_id FROM changes"
                                       " WHERE number > ? ORDER BY number");
        if (!made)
            return fail(made.error());
        m_select.emplace(std::move(*made));
    }
    m_select->bind(1, m_seen);
    News news;
    news.last = m_seen;
    Result<bool> row = m_select->step();
    for (; row && *row && !news.isTooMuch; row = m_select->step()) {
        news.isTooMuch = m_select->integer(0) != news.last + 1;
        news.last = m_select->integer(0);
        news.changes.push_back({m_select->text(1), m_select->text(2)});
    }
    // A statement that is not at its end would keep an old state of the file.
    m_select->reset();
    if (!row)
        return fail(row.error());
    if (news.isTooMuch)
        return news;
    std::set<std::pair<std::string, std::string>> known;
    std::vector<Change> once;
    for (auto change = news.changes.rbegin(); change != news.changes.rend(); ++change)
        if (known.emplace(change->table, change->id).second)
            once.push_back(std::move(*change));
    std::reverse(once.begin(), once.end());
    news.changes = std::move(once);
    return news;
}

Result<WriteTransaction> WriteTransaction::begin(Database &database)
{
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun)
        return fail(begun.error());
    return WriteTransaction(database);
}

WriteTransaction::~WriteTransaction()
{
    if (m_database)
        static_cast<void>(m_database->execute("ROLLBACK")); // what went wrong first is what counts
}

Result<void> WriteTransaction::commit()
{
    auto done = m_database->execute("COMMIT");
    if (done)
        m_database = nullptr;
    return done;
}

} // namespace orrery::store
