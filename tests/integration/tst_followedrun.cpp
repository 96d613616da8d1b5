// SPDX-License-Identifier: GPL-3.0-or-later
// orrery-cli events --follow beside a run that lives, ends or is killed; and a run whose disk is full.
#include "tests/support/runcli.h"
#include "tests/support/testregistry.h"

#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/mount.h>

using namespace orrery;

namespace {

const QString kCli = QStringLiteral(ORRERY_BIN_DIR "/orrery-cli");

/// A team of one whose model works for so many tenths of a second.
QString slowTeam(const QTemporaryDir &folder, int steps, int bytes = 1)
{
    QByteArray list;
    for (int i = 0; i < steps; ++i)
        list += "{\"text\": \"" + QByteArray(bytes, 'x') + QByteArray::number(i)
                + "\", \"delay_ms\": 100, \"chars_per_second\": 1000000, \"tool_calls\": "
                  "[{\"name\": \"list_team\","
                  " \"arguments\": {}}]},";
    QFile script(folder.filePath("script.json"));
    if (script.open(QFile::WriteOnly))
        script.write("{\"agents\": {\"solo\": {\"steps\": [" + list + "{\"text\": \"Done.\"}]}}}");
    QFile team(folder.filePath("team.json"));
    if (team.open(QFile::WriteOnly))
        team.write("{\"name\": \"Slow\", \"agents\": [{\"name\": \"solo\", \"model\":"
                   " \"scripted:test\", \"script\": \"script.json\", \"max_iterations\": 1000}]}");
    return folder.filePath("team.json");
}

qsizetype lines(const QByteArray &text) { return text.count('\n'); }

} // namespace

class TestFollowedRun : public QObject
{
    Q_OBJECT

private slots:
    void itIsFollowedUntilItEnds_data()
    {
        QTest::addColumn<bool>("killed");
        QTest::newRow("by itself") << false;
        QTest::newRow("killed") << true;
    }
    void itIsFollowedUntilItEnds()
    {
        QFETCH(bool, killed);
        QTemporaryDir folder;
        const QString journal = folder.filePath("j.orrery");
        QProcess run;
        run.start(kCli, {"run", "--team", slowTeam(folder, killed ? 500 : 15), "--prompt", "Go.",
                         "--workspace", folder.filePath("work"), "--journal", journal, "--json"});
        QVERIFY(run.waitForReadyRead(20000));
        QTRY_VERIFY_WITH_TIMEOUT(testing::runCli({"events", journal}).err.contains("running"),
                                 20000);
        QProcess follower;
        follower.start(kCli, {"events", journal, "--follow", "--json"});
        QVERIFY(follower.waitForReadyRead(20000));
        QCOMPARE(follower.state(), QProcess::Running);
        if (killed) {
            QTest::qWait(500);
            QCOMPARE(follower.state(), QProcess::Running);
            run.kill();
        }
        QVERIFY(run.waitForFinished(30000));
        QVERIFY(follower.waitForFinished(30000));
        QCOMPARE(follower.exitCode(), 0);
        const QByteArray said = follower.readAllStandardError();
        QVERIFY2(said.contains(killed ? "interrupted" : "done"), said.constData());
        const auto all = testing::runCli({"events", journal, "--json"});
        QCOMPARE(follower.readAllStandardOutput(), all.out);
        QVERIFY(lines(all.out) > 10);
    }

    void aRunWhoseEventsAreNotOnDiskFails()
    {
        QTemporaryDir folder;
        const QString small = folder.filePath("small");
        QVERIFY(QDir().mkdir(small));
        if (mount("none", small.toLocal8Bit(), "tmpfs", 0, "size=400k") != 0)
            QSKIP("no right to mount a small disk");
        const auto unmount = qScopeGuard([&] { umount(small.toLocal8Bit()); });
        const auto run = testing::runCli({"run", "--team", slowTeam(folder, 12, 30000), "--prompt",
                                          "Go.", "--workspace", folder.filePath("work"),
                                          "--journal", small + "/j.orrery"});
        QVERIFY2(run.code > 0, run.err.constData());
        QVERIFY2(run.err.contains("full") && run.err.contains("Not written yet"),
                 run.err.constData());
        QVERIFY2(run.err.contains("events of the run could not be written"), run.err.constData());
    }
};

ORRERY_TEST(TestFollowedRun)
#include "tst_followedrun.moc"
