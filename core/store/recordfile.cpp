// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/recordfile.h"

namespace orrery::store {

namespace {

/// The file's format, if it is of this kind or new.
Result<std::int64_t> checkedVersion(Database &database, const FileFormat &found,
                                    const FileStart &start, const RecordFormat &expected)
{
    if (!found.isBlank() && found.applicationId != expected.applicationId)
        return fail(foreignFile(database.path(), start, expected.what));
    const auto newest = static_cast<std::int64_t>(expected.migrations.size());
    if (found.version < 0 || found.version > newest)
        return fail(ErrorCode::InvalidArgument,
                    database.path() + " has format " + std::to_string(found.version)
                        + "; this Orrery reads up to " + std::to_string(newest) + ".");
    return found.version;
}

} // namespace

Result<Database> openRecordFile(const std::string &path, const RecordFormat &format)
{
    auto database = Database::open(path, Database::Mode::ReadWrite);
    if (!database)
        return database;
    // Before SQLite looks at it, which may change a file that is not ours.
    const auto start = database->start();
    if (!start)
        return fail(start.error());
    if (!start->isSqlite && !start->bytes.empty())
        return fail(foreignFile(path, *start, format.what));
    if (start->isSqlite)
        if (const auto known = checkedVersion(*database, start->format, *start, format); !known)
            return fail(known.error());
    const auto newest = static_cast<std::int64_t>(format.migrations.size());
    // A commit survives a crash of the program; the last ones may be lost with the power.
    if (auto ready = database->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
        !ready)
        return fail(ready.error());
    const auto now = database->format();
    if (!now)
        return fail(ErrorCode::Database, path + " is damaged.", now.error().message);
    if (now->version == newest)
        return database;
    const auto migrated = inTransaction(*database, [&]() -> Result<void> {
        const auto found = database->format(); // again: another process may have been faster
        if (!found)
            return fail(found.error());
        const auto current = checkedVersion(*database, *found, *start, format);
        if (!current)
            return fail(current.error());
        for (auto step = static_cast<std::size_t>(*current); step < format.migrations.size();
             ++step)
            if (auto done = database->execute(format.migrations[step]); !done)
                return done;
        return database->execute("PRAGMA application_id=" + std::to_string(format.applicationId)
                                 + "; PRAGMA user_version=" + std::to_string(newest));
    });
    if (!migrated)
        return fail(migrated.error());
    return database;
}

Result<void> eachRow(Database &database, const std::string &sql,
                     const std::function<void(const Statement &)> &read)
{
    auto query = database.prepare(sql);
    if (!query)
        return fail(query.error());
    while (true) {
        const auto row = query->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return {};
        read(*query);
    }
}

Result<void> inTransaction(Database &database, const std::function<Result<void>()> &write)
{
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun)
        return begun;
    auto done = write();
    if (done)
        done = database.execute("COMMIT");
    if (!done) {
        const auto undone = database.execute("ROLLBACK");
        static_cast<void>(undone); // what went wrong first is what counts
    }
    return done;
}

} // namespace orrery::store
