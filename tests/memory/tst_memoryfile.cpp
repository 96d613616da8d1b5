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

/// Format 3 without what it added: the norms of the embeddings.
void writeFormat2(const std::string &path, int rows)
{
    {
        auto store = openSqliteStore(path);
        QVERIFY(store);
    }
    std::string sql =
        "ALTER TABLE memory DROP COLUMN embedding_norm; PRAGMA user_version=2; BEGIN;"
        "INSERT INTO terms VALUES(1,'scope='),(2,'type=semantic'),(3,'agent_id'),"
        "(4,'session_id'),(5,'user_id'),(6,'namespace'),(7,'evergreen=0');"
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < "
        + std::to_string(rows - 1)
        + ") INSERT INTO memory(id, content, type, importance, evergreen, scope, "
          "metadata, created_ms, updated_ms, accessed_ms, access_count, embedding, "
          "embedder, terms) SELECT 'm' || i, 'entry number ' || i, 'semantic', 0.5, 0, "
          "'', '{}', i, i, i, 0, x'0000404000008040', 'test', '1 2 7 3 4 5 6' FROM n;"
          "COMMIT;";
    execute(path, sql);
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

    void aKilledUpgradeLeavesTheFileAsBeforeOrAsAfter_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("from format 1") << 1;
        QTest::newRow("from format 2") << 2;
    }

    void aKilledUpgradeLeavesTheFileAsBeforeOrAsAfter()
    {
        QFETCH(int, format);
        constexpr int rows = 8000;
        const QString original = m_folder.filePath("original%1").arg(format);
        if (format == 1)
            writeFormat1(original.toStdString(), rows);
        else
            writeFormat2(original.toStdString(), rows);
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
                               << "has memory format 99; this Orrery reads up to 3";
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
