// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

#include <sqlite3.h>
#include <string>

namespace orrery::test {

/// An empty journal of format 1, as versions before the columns began one. A writer goes on in it as it is.
inline void beginFirstFormat(const std::string &path)
{
    sqlite3 *db = nullptr;
    QCOMPARE(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    char *error = nullptr;
    sqlite3_exec(db,
                 "PRAGMA application_id=0x4f525259; PRAGMA journal_mode=WAL; BEGIN IMMEDIATE;"
                 "CREATE TABLE kinds(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
                 "CREATE TABLE payloads(hash BLOB PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;"
                 "CREATE TABLE events(seq INTEGER PRIMARY KEY, time_us INTEGER NOT NULL,"
                 " kind INTEGER NOT NULL, run TEXT NOT NULL, agent TEXT NOT NULL,"
                 " parent INTEGER NOT NULL, duration_us INTEGER NOT NULL, data TEXT, payload BLOB);"
                 "CREATE TABLE contexts(session TEXT PRIMARY KEY, version INTEGER NOT NULL,"
                 " json TEXT NOT NULL);"
                 "PRAGMA user_version=1; COMMIT;",
                 nullptr, nullptr, &error);
    const QString said = QString::fromUtf8(error ? error : "");
    sqlite3_free(error);
    sqlite3_close(db);
    QCOMPARE(said, QString());
}

} // namespace orrery::test
