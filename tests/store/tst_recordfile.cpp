// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/recordfile.h"
#include "tests/support/testregistry.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace orrery;
using namespace orrery::store;

class TestRecordFile : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    static RecordFormat format(std::vector<std::string> migrations)
    {
        return {"a list of things", 0x54455354, std::move(migrations)};
    }
    std::string path(const char *name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void bringsAnOldFileUpToDate()
    {
        const std::string first = "CREATE TABLE t(x INTEGER); INSERT INTO t VALUES(7);";
        QVERIFY(openRecordFile(path("a.sqlite"), format({first})));
        const std::string second = "ALTER TABLE t ADD COLUMN y INTEGER NOT NULL DEFAULT 3;";
        auto file = openRecordFile(path("a.sqlite"), format({first, second}));
        QVERIFY(file);
        std::int64_t sum = 0;
        QVERIFY(eachRow(*file, "SELECT x, y FROM t",
                        [&](const Statement &row) { sum = row.integer(0) + row.integer(1); }));
        QCOMPARE(sum, std::int64_t(10));
        QCOMPARE(file->format()->version, std::int64_t(2));
    }

    void aMigrationThatFailsChangesNothing()
    {
        const std::string first = "CREATE TABLE t(x INTEGER);";
        QVERIFY(openRecordFile(path("b.sqlite"), format({first})));
        const auto broken =
            openRecordFile(path("b.sqlite"), format({first, "CREATE TABLE u(y); no sql;"}));
        QVERIFY(!broken);
        auto file = openRecordFile(path("b.sqlite"), format({first}));
        QVERIFY(file);
        int tables = 0;
        QVERIFY(eachRow(*file, "SELECT name FROM sqlite_master WHERE type = 'table'",
                        [&](const Statement &) { ++tables; }));
        QCOMPARE(tables, 1);
    }

    // As a process leaves it that is killed before its first table is there.
    void aFileWithoutTablesIsMadeAndAForeignOneIsNot()
    {
        const std::string first = "CREATE TABLE t(x INTEGER);";
        for (const bool foreign : {false, true}) {
            const std::string file = path(foreign ? "foreign.sqlite" : "begun.sqlite");
            {
                auto begun = Database::open(file, Database::Mode::ReadWrite);
                QVERIFY(begun && begun->execute("PRAGMA journal_mode=WAL"));
                QVERIFY(!foreign || begun->execute("PRAGMA user_version=1"));
            }
            QVERIFY(QFileInfo(QString::fromStdString(file)).size() > 0);
            QCOMPARE(openRecordFile(file, format({first})).has_value(), !foreign);
        }
    }

    void whatIsNotCommittedIsUndone()
    {
        auto file = openRecordFile(path("c.sqlite"), format({"CREATE TABLE t(x INTEGER);"}));
        QVERIFY(file);
        const auto done = inTransaction(*file, [&]() -> Result<void> {
            if (auto written = file->execute("INSERT INTO t VALUES(1)"); !written)
                return written;
            return fail(ErrorCode::Internal, "second half failed");
        });
        QVERIFY(!done && done.error().message == "second half failed");
        int rows = 0;
        QVERIFY(eachRow(*file, "SELECT x FROM t", [&](const Statement &) { ++rows; }));
        QCOMPARE(rows, 0);
        QVERIFY(!eachRow(*file, "SELECT nothing FROM t", [](const Statement &) {}));
    }
};

ORRERY_TEST(TestRecordFile)
#include "tst_recordfile.moc"
