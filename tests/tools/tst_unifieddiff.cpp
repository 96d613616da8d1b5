// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/readledger.h"
#include "core/tools/files/unifieddiff.h"
#include "tests/support/testregistry.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <random>

using namespace orrery;
using namespace orrery::tools;

class TestUnifiedDiff : public QObject
{
    Q_OBJECT

private slots:
    void showsWhatDiffers_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("nothing") << QByteArray("a\n") << QByteArray("a\n") << QByteArray();
        QTest::newRow("new file") << QByteArray() << QByteArray("a\nb\n")
                                  << QByteArray("@@ -0,0 +1,2 @@\n+a\n+b\n");
        QTest::newRow("emptied") << QByteArray("a\n") << QByteArray()
                                 << QByteArray("@@ -1,1 +0,0 @@\n-a\n");
        QTest::newRow("two places") << QByteArray("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n")
                                    << QByteArray("1\nII\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n")
                                    << QByteArray("@@ -1,5 +1,5 @@\n 1\n-2\n+II\n 3\n 4\n 5\n"
                                                  "@@ -10,3 +10,4 @@\n 10\n 11\n 12\n+13\n");
        QTest::newRow("no end of line") << QByteArray("a\nb") << QByteArray("a\nc")
                                        << QByteArray("@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }
    void showsWhatDiffers()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QByteArray, expected);
        QCOMPARE(unifiedDiff(before.toStdString(), after.toStdString()), expected.toStdString());
    }

    /// Three lines of context, so changes with six lines between them are told in one piece.
    void changesThatAreNearAreToldTogether()
    {
        for (int between = 0; between < 12; ++between) {
            const auto text = [between](const char *mark) {
                std::string lines = "head 1\nhead 2\nhead 3\nhead 4\n";
                lines += std::string(mark) + "\n";
                for (int i = 0; i < between; ++i)
                    lines += "between " + std::to_string(i) + "\n";
                return lines + mark + "\ntail 1\ntail 2\ntail 3\ntail 4\n";
            };
            const std::string difference = unifiedDiff(text("old"), text("new"));
            const QByteArray shown = QByteArray::fromStdString(difference);
            QCOMPARE(shown.count("@@ -"), between <= 6 ? 1 : 2);
            QCOMPARE(shown.count("\n head"), 3);
            QCOMPARE(shown.count("\n tail"), 3);
            QCOMPARE(shown.count("\n between"), std::min(between, 6));
            const int length = between <= 6 ? between + 8 : 7;
            QVERIFY2(shown.startsWith(QString("@@ -2,%1 +2,%1 @@\n head 2\n").arg(length).toUtf8()),
                     shown);
            if (between > 6)
                QVERIFY2(shown.contains(
                             QString("@@ -%1,7 +%1,7 @@\n between").arg(3 + between).toUtf8()),
                         shown);
        }
    }

    void longLinesAreCutAtACharacter_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QByteArray>("shown");
        const QByteArray most(200, 'x');
        QTest::newRow("the longest") << most << most;
        QTest::newRow("one more") << most + "y" << most + "…";
        QTest::newRow("a character over the end")
            << QByteArray(199, 'x') + "éz" << QByteArray(199, 'x') + "…";
        QTest::newRow("a character at the end")
            << QByteArray(198, 'x') + "éz" << QByteArray(198, 'x') + "é…";
    }
    void longLinesAreCutAtACharacter()
    {
        QFETCH(QByteArray, line);
        QFETCH(QByteArray, shown);
        QCOMPARE(QByteArray::fromStdString(unifiedDiff("", line.toStdString() + "\n")),
                 "@@ -0,0 +1,1 @@\n+" + shown + "\n");
    }

    void isShortWhateverDiffers()
    {
        std::string before;
        std::string after;
        for (int i = 0; i < 5000; ++i) {
            before += "old " + std::to_string(i) + "\n";
            after += std::string(1000, 'x') + "é\n";
        }
        const std::string difference = unifiedDiff(before, after, 10);
        QCOMPARE(std::count(difference.begin(), difference.end(), '\n'), std::ptrdiff_t(12));
        QVERIFY(difference.size() < 4000);
    }

    void patchTurnsTheOneIntoTheOther()
    {
        if (QProcess::execute("patch", {"--version"}) != 0)
            QSKIP("patch is not installed");
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        QTemporaryDir folder;
        for (int round = 0; round < 60; ++round) {
            const auto text = [&] {
                std::string lines;
                for (unsigned i = 0, n = random() % 40; i < n; ++i)
                    lines += std::string(1, char('a' + random() % 5)) + "\n";
                return lines;
            };
            const std::string before = text();
            const std::string after = text();
            const std::string file = folder.filePath("file").toStdString();
            std::ofstream(file) << before;
            std::ofstream(file + ".diff") << "--- file\n+++ file\n"
                                          << unifiedDiff(before, after, 1000);
            QProcess patch;
            patch.setWorkingDirectory(folder.path());
            patch.start("patch", {"-s", "--no-backup-if-mismatch", "file", "file.diff"});
            QVERIFY(patch.waitForFinished());
            if (before != after)
                QVERIFY2(patch.exitCode() == 0, patch.readAll());
            std::ifstream in(file);
            QCOMPARE(std::string(std::istreambuf_iterator<char>(in), {}), after);
        }
    }

    void aLedgerLetsTextsGoButNotWhatItKnows()
    {
        ReadLedger ledger;
        const std::string big(900'000, 'x');
        for (int i = 0; i < 200; ++i)
            ledger.saw("coder", "f" + std::to_string(i), big + std::to_string(i));
        const std::string huge(3'000'000, 'y');
        ledger.saw("coder", "huge", huge);
        for (int i : {0, 199}) {
            const std::string name = "f" + std::to_string(i);
            QVERIFY(ledger.checkFresh("coder", name, big + std::to_string(i)).has_value());
            QVERIFY(!ledger.checkFresh("coder", name, big));
            QVERIFY(ledger.checkFresh("lead", name, big).has_value());
        }
        QVERIFY(ledger.checkFresh("coder", "huge", huge).has_value());
        const auto stale = ledger.checkFresh("coder", "huge", "short");
        QVERIFY(!stale && stale.error().message.find("huge") != std::string::npos);
    }
};

ORRERY_TEST(TestUnifiedDiff)
#include "tst_unifieddiff.moc"
