// SPDX-License-Identifier: GPL-3.0-or-later
// Memory files: older formats, foreign files, and a process that is killed while it brings one up to date.
#include "core/memory/norm.h"
#include "core/memory/memorystore.h"
#include "core/memory/sqliteschema.h"
#include "tests/support/testregistry.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <sqlite3.h>

using namespace orrery;
using namespace orrery::memory;

namespace {

void execute(const std::string &path, const std::string &sql)
{
    sqlite3 *db = nullptr;
    QCOMPARE(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    char *error = nullptr;
    sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error);
    QVERIFY2(!error, error);
    sqlite3_close(db);
}

std::string text(const std::string &path, const char *sql)
{
    auto database = store::Database::open(path, store::Database::Mode::ReadOnly);
    auto statement = database->prepare(sql);
    return statement && statement->step().value_or(false) ? statement->text(0) : "(nothing)";
}

/// As the first version of the program wrote it.
void writeFormat1(const std::string &path, int rows)
{
    std::string sql =
        "PRAGMA journal_mode=WAL;"
        "CREATE TABLE memory(id TEXT PRIMARY KEY, content TEXT NOT NULL, type TEXT NOT "
        "NULL, importance REAL NOT NULL, evergreen INTEGER NOT NULL, scope TEXT NOT "
        "NULL, created_ms INTEGER NOT NULL, accessed_ms INTEGER NOT NULL, "
        "access_count INTEGER NOT NULL); BEGIN;";
    for (int i = 0; i < rows; ++i)
        sql += "INSERT INTO memory VALUES('m" + std::to_string(i) + "', 'entry number "
               + std::to_string(i) + "', 'semantic', 0.5, 0, '" + std::string(i % 2 ? "coder" : "")
               + "', " + std::to_string(1000 + i) + ", 7, 3);";
    execute(path, sql + "COMMIT;");
}

/// As it was up to format 3.
constexpr const char *kFormat2 =
    "PRAGMA journal_mode=WAL; BEGIN;"
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
    " INSERT INTO memory_fts(rowid, content, terms) VALUES(new.row, new.content, new.terms); END;"
    "INSERT INTO terms VALUES(1,'scope='),(2,'type=semantic'),(3,'agent_id'),"
    "(4,'session_id'),(5,'user_id'),(6,'namespace'),(7,'evergreen=0');";

/// Each entry with the vector (3, 4); the last is deleted again, so that its number is free.
void writeFormat2(const std::string &path, int rows)
{
    execute(path, std::string(kFormat2)
                      + "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < "
                      + std::to_string(rows)
                      + ") INSERT INTO memory(id, content, type, importance, evergreen, scope, "
                        "metadata, created_ms, updated_ms, accessed_ms, access_count, embedding, "
                        "embedder, terms) SELECT 'm' || i, 'entry number ' || i, 'semantic', 0.5, "
                        "0, '', '{}', i, i, i, 0, x'0000404000008040', 'test', '1 2 7 3 4 5 6' "
                        "FROM n; DELETE FROM memory WHERE id = 'm"
                      + std::to_string(rows)
                      + "'; PRAGMA application_id=1330793797; PRAGMA user_version=2; COMMIT;");
}

void writeFormat3(const std::string &path, int rows)
{
    writeFormat2(path, rows);
    execute(path, "BEGIN; ALTER TABLE memory ADD COLUMN embedding_norm REAL;"
                  "UPDATE memory SET embedding_norm = 5.0; PRAGMA user_version=3; COMMIT;");
}

void writeFormat(int format, const std::string &path, int rows)
{
    (format == 1 ? writeFormat1 : format == 2 ? writeFormat2 : writeFormat3)(path, rows);
}

void checkAllIsThere(const std::string &path, int rows)
{
    auto opened = openSqliteStore(path);
    QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
    QCOMPARE((*opened)->count(), std::size_t(rows));
    const std::string last = "m" + std::to_string(rows - 1);
    const auto leg = (*opened)->searchText("number " + std::to_string(rows - 1), {}, 5);
    QVERIFY(leg);
    QCOMPARE(leg->withAllWords.value_or(1), 1u);
    QCOMPARE(leg->found.at(0).entry.id, last);
    opened->reset();
    QCOMPARE(text(path, "PRAGMA user_version"), std::to_string(kMemoryFormat));
    QCOMPARE(text(path, "PRAGMA integrity_check"), std::string("ok"));
}

} // namespace

class TestMemoryFile : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::string path(const char *name) { return m_folder.filePath(name).toStdString(); }

private slots:
    void theFirstFormatIsBroughtUpToDate()
    {
        const std::string file = path("format1.sqlite");
        writeFormat1(file, 500);
        checkAllIsThere(file, 500);
        const auto store = openSqliteStore(file).value();
        const auto entry = store->find("m1").value();
        QVERIFY(entry);
        QCOMPARE(entry->content, std::string("entry number 1"));
        QCOMPARE(entry->scope, std::string("coder"));
        QCOMPARE(entry->createdMs, 1001);
        QCOMPARE(entry->accessCount, 3);
        Filter ofLead;
        ofLead.scope = "lead";
        QCOMPARE(store->searchText("entry", ofLead, 1000)->found.size(), 250u);
    }

    void theNormsOfAnOlderFileAreFilledIn()
    {
        const std::string file = path("format2.sqlite");
        writeFormat2(file, 100);
        QCOMPARE(text(file, "SELECT count(*) FROM pragma_table_info('memory')"
                            " WHERE name = 'embedding_norm'"),
                 std::string("0"));
        checkAllIsThere(file, 100);
        // The vector is (3, 4).
        QCOMPARE(text(file, "SELECT count(*) FROM memory WHERE embedding_norm = 5.0"),
                 std::string("100"));
        const auto leg = openSqliteStore(file).value()->searchVector({{3, 4}, "test"}, {}, 3);
        QVERIFY(leg);
        QCOMPARE(leg->found.size(), 3u);
        QVERIFY(std::abs(leg->found[0].score - 1.0) < 1e-12);
    }

    void anOlderFileIsTheSameAsANewOneAfterwards_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("from format 1") << 1;
        QTest::newRow("from format 2") << 2;
        QTest::newRow("from format 3") << 3;
    }

    void anOlderFileIsTheSameAsANewOneAfterwards()
    {
        QFETCH(int, format);
        const std::string file = path(QTest::currentDataTag());
        const std::string fresh = file + " fresh";
        writeFormat(format, file, 30);
        QVERIFY(openSqliteStore(file));
        QVERIFY(openSqliteStore(fresh));
        const char *schema = "SELECT group_concat(name || ' ' || coalesce(sql, ''), char(10)) FROM"
                             " (SELECT * FROM sqlite_schema ORDER BY type, name)";
        QCOMPARE(text(file, schema), text(fresh, schema));
    }

    void numbersOfRowsAreKeptAndNotGivenAgain_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("new file") << 4;
        QTest::newRow("from format 2") << 2;
        QTest::newRow("from format 3") << 3;
    }

    void numbersOfRowsAreKeptAndNotGivenAgain()
    {
        QFETCH(int, format);
        const std::string file = path(QTest::currentDataTag()) + " rows";
        if (format < 4)
            writeFormat(format, file, 3);
        const auto store = openSqliteStore(file).value();
        MemoryEntry made;
        made.content = "text";
        for (const char *id : {"m0", "m1", "m2"}) {
            made.id = id;
            QVERIFY(store->put(made));
        }
        QCOMPARE(text(file, "SELECT group_concat(row || id) FROM memory"),
                 std::string("1m0,2m1,3m2"));
        QVERIFY(store->forget("m2").value());
        made.id = "later";
        QVERIFY(store->put(made));
        QCOMPARE(text(file, "SELECT row > 3 FROM memory WHERE id = 'later'"), std::string("1"));
    }

    void textsOfAnOlderFileAreFoundInScriptsWithoutSpaces_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("from format 1") << 1;
        QTest::newRow("from format 3") << 3;
    }

    void textsOfAnOlderFileAreFoundInScriptsWithoutSpaces()
    {
        QFETCH(int, format);
        const std::string file = path(QTest::currentDataTag()) + " scripts";
        writeFormat(format, file, 20);
        execute(file, "UPDATE memory SET content = '关于退款政策的决定' WHERE id = 'm7'");
        const auto store = openSqliteStore(file).value();
        const auto leg = store->searchText("退款", {}, 5).value();
        QCOMPARE(leg.found.size(), 1u);
        QCOMPARE(leg.found[0].entry.id, std::string("m7"));
    }

    void aKilledUpgradeLeavesTheFileAsBeforeOrAsAfter_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("from format 1") << 1;
        QTest::newRow("from format 2") << 2;
        QTest::newRow("from format 3") << 3;
    }

    void aKilledUpgradeLeavesTheFileAsBeforeOrAsAfter()
    {
        QFETCH(int, format);
        constexpr int rows = 8000;
        const QString original = m_folder.filePath("original%1").arg(format);
        writeFormat(format, original.toStdString(), rows);
        int killed = 0;
        for (const int delay : {4, 25, 60, 120, 250, 30'000}) {
            const QString file = m_folder.filePath("killed%1-%2").arg(format).arg(delay);
            QVERIFY(QFile::copy(original, file));
            QProcess upgrade;
            upgrade.setProcessEnvironment([&] {
                auto environment = QProcessEnvironment::systemEnvironment();
                environment.insert("ORRERY_TEST_UPGRADE", file);
                return environment;
            }());
            upgrade.start(QCoreApplication::applicationFilePath(), QStringList());
            QVERIFY(upgrade.waitForStarted());
            const bool isDone = upgrade.waitForFinished(delay);
            upgrade.kill();
            upgrade.waitForFinished();
            killed += !isDone;
            checkAllIsThere(file.toStdString(), rows);
            if (QTest::currentTestFailed() || isDone)
                break;
        }
        QVERIFY2(killed > 0, "The upgrade was never caught in the middle.");
    }

    void anInterruptedUpgradeChangesNothing()
    {
        const std::string file = path("broken.sqlite");
        writeFormat1(file, 10);
        // A table in the way: the upgrade fails after its first step.
        execute(file, "CREATE TABLE terms(x); INSERT INTO terms VALUES('mine');");
        const auto failed = openSqliteStore(file);
        QVERIFY(!failed);
        QVERIFY(failed.error().message.find("terms") != std::string::npos);
        QCOMPARE(text(file, "SELECT count(*) FROM memory"), std::string("10"));
        QCOMPARE(text(file, "SELECT x FROM terms"), std::string("mine"));
        QCOMPARE(text(file, "PRAGMA user_version"), std::string("0"));
        execute(file, "DROP TABLE terms;");
        checkAllIsThere(file, 10);
    }

    void otherFilesAreRefusedUnchanged_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("expected");
        QTest::newRow("tables of something else") << "CREATE TABLE t(a);"
                                                  << "is not an Orrery memory";
        QTest::newRow("a memory of something else") << "CREATE TABLE memory(a);"
                                                    << "is not an Orrery memory";
        QTest::newRow("another program's") << "PRAGMA application_id=7;"
                                           << "is not an Orrery memory";
        QTest::newRow("newer") << "PRAGMA application_id=1330793797; PRAGMA user_version=99;"
                               << "has memory format 99; this Orrery reads up to 4";
    }

    void otherFilesAreRefusedUnchanged()
    {
        QFETCH(QString, sql);
        QFETCH(QString, expected);
        const std::string file = path(QTest::currentDataTag());
        execute(file, sql.toStdString());
        QFile before(QString::fromStdString(file));
        QVERIFY(before.open(QFile::ReadOnly));
        const QByteArray bytes = before.readAll();
        const auto refused = openSqliteStore(file);
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.find(expected.toStdString()) != std::string::npos,
                 refused.error().message.c_str());
        QFile after(QString::fromStdString(file));
        QVERIFY(after.open(QFile::ReadOnly));
        QCOMPARE(after.readAll(), bytes);
    }

    void aFileWhoseMakerWasKilledBeforeTheFirstTableIsMade()
    {
        const std::string file = path("begun");
        execute(file, "PRAGMA journal_mode=WAL");
        QVERIFY(QFileInfo(QString::fromStdString(file)).size() > 0);
        QVERIFY(openSqliteStore(file));
    }

    void whatIsNoDatabaseIsRefused()
    {
        QFile file(m_folder.filePath("text"));
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(QByteArray(5000, 'x'));
        file.close();
        const auto refused = openSqliteStore(file.fileName().toStdString());
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("is not an Orrery memory") != std::string::npos);
        QVERIFY(!openSqliteStore(path("no/such/folder/file")));
    }

    void vectorsThatAnotherProgramSpoiltAreLeftOut()
    {
        const std::string file = path("spoilt.sqlite");
        writeFormat2(file, 4);
        checkAllIsThere(file, 4);
        execute(file, "UPDATE memory SET embedding = x'0000c07f0000c07f' WHERE id = 'm1';"
                      "UPDATE memory SET embedding = x'00' WHERE id = 'm2';");
        const auto leg = openSqliteStore(file).value()->searchVector({{1, 1}, "test"}, {}, 10);
        QVERIFY(leg);
        QCOMPARE(leg->found.size(), 2u);
    }
};

// The child that is killed.
static const orrery::test::ChildRegistration
    upgrader("ORRERY_TEST_UPGRADE",
             [](const QByteArray &file) { return openSqliteStore(file.toStdString()) ? 0 : 1; });

ORRERY_TEST(TestMemoryFile)
#include "tst_memoryfile.moc"
