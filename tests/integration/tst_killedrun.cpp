// SPDX-License-Identifier: GPL-3.0-or-later
// orrery-cli is killed in the middle of a run; its journal is asked what is left.
#include "tests/support/testregistry.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

class TestKilledRun : public QObject
{
    Q_OBJECT

private:
    static QList<QJsonObject> eventsIn(const QByteArray &lines)
    {
        QList<QJsonObject> events;
        for (const QByteArray &line : lines.split('\n'))
            if (const auto json = QJsonDocument::fromJson(line); json.isObject())
                events << json.object();
        return events;
    }

private slots:
    void theJournalHoldsAllButTheLastMoment()
    {
        const QString cli = QCoreApplication::applicationDirPath() + "/orrery-cli";
        QTemporaryDir folder;
        const QString journal = folder.filePath("run.orrery");
        QProcess run;
        run.start(cli, {"run", "--team", ORRERY_SOURCE_DIR "/resources/sample/team.json",
                        "--prompt", "Repair the failing test", "--approve", "all", "--workspace",
                        folder.filePath("work"), "--journal", journal, "--json"});
        QVERIFY(run.waitForStarted());
        QByteArray printed;
        QElapsedTimer watch;
        watch.start();
        while (watch.elapsed() < 4000) {
            run.waitForReadyRead(50);
            printed += run.readAllStandardOutput();
        }
        const QDateTime killedAt = QDateTime::currentDateTimeUtc();
        run.kill(); // SIGKILL
        QVERIFY(run.waitForFinished());
        QCOMPARE(run.exitStatus(), QProcess::CrashExit);
        printed += run.readAllStandardOutput();

        QProcess read;
        read.start(cli, {"events", journal, "--json"});
        QVERIFY(read.waitForFinished());
        QCOMPARE(read.exitCode(), 0);
        const QList<QJsonObject> kept = eventsIn(read.readAllStandardOutput());
        const QByteArray said = read.readAllStandardError();
        QVERIFY2(said.contains("interrupted") && said.contains("ended unexpectedly after event"),
                 said.constData());
        QVERIFY(kept.size() > 50);
        for (qsizetype i = 0; i < kept.size(); ++i)
            QCOMPARE(kept[i]["seq"].toInteger(), qint64(i + 1));

        qint64 mustBeThere = 0;
        for (const QJsonObject &event : eventsIn(printed)) {
            const QDateTime at =
                QDateTime::fromString(event["time"].toString().left(23) + "Z", Qt::ISODateWithMs);
            QVERIFY(at.isValid());
            if (at.msecsTo(killedAt) > 100)
                mustBeThere = event["seq"].toInteger();
        }
        QVERIFY(mustBeThere > 50);
        QVERIFY2(kept.last()["seq"].toInteger() >= mustBeThere,
                 qPrintable(QString("kept %1, printed more than 100 ms before the end %2")
                                .arg(kept.last()["seq"].toInteger())
                                .arg(mustBeThere)));
    }
};

ORRERY_TEST(TestKilledRun)
#include "tst_killedrun.moc"
