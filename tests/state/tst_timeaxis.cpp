// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/timeaxis.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery::state;

namespace {
constexpr std::int64_t s = 1'000'000;
}

class TestTimeAxis : public QObject
{
    Q_OBJECT
private slots:
    void onlyGapsThatMatterAreFolded()
    {
        Timeline timeline;
        timeline.startUs = 0;
        timeline.endUs = 10'000 * s;
        // 9000 s of nothing, 300 of the 1000 that are left, and 20 of 700.
        timeline.gaps = {{10 * s, 30 * s}, {100 * s, 9100 * s}, {9500 * s, 9800 * s}};
        const std::vector<Gap> folds = foldsOf(timeline);
        QCOMPARE(folds.size(), 2u);
        QCOMPARE(folds[0].fromUs, 100 * s);
        QCOMPARE(folds[1].fromUs, 9500 * s);
    }

    void aFoldHasTheSameWidthAtEveryScale()
    {
        const TimeAxis axis({0, 1000 * s}, {{100 * s, 600 * s}, {700 * s, 900 * s}}, 30);
        for (const double usPerPx : {1000.0, 123456.0, 5e6}) {
            QCOMPARE(axis.xOf(100 * s, usPerPx), 100 * s / usPerPx);
            QCOMPARE(axis.xOf(600 * s, usPerPx), 100 * s / usPerPx + 30);
            QCOMPARE(axis.width(usPerPx), 300 * s / usPerPx + 60);
        }
        QCOMPARE(axis.scaleFor(axis.whole(), 360), 1.0 * s);
        QCOMPARE(axis.pieces({50 * s, 950 * s}).size(), 3u);
        QCOMPARE(axis.pieces({150 * s, 550 * s}).size(), 0u);
        QCOMPARE(axis.pieces({150 * s, 650 * s}).front().fromUs, 600 * s);
    }

    void placesAndTimesAreEachOthersInverse()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto below = [&](std::int64_t most) {
            return std::uniform_int_distribution<std::int64_t>(0, most)(random);
        };
        for (int round = 0; round < test::rounds(200); ++round) {
            std::vector<Gap> folds;
            std::int64_t us = 0;
            for (std::int64_t i = below(8); i > 0; --i) {
                const std::int64_t from = us + 1 + below(100 * s);
                folds.push_back({from, us = from + s + below(3000 * s)});
            }
            const TimeAxis axis({0, us + 50 * s}, folds, 28);
            const double usPerPx = 100 + double(below(10 * s));
            double before = -1e18;
            for (std::int64_t at = -s; at < us + 60 * s; at += 1 + below(200 * s)) {
                const double x = axis.xOf(at, usPerPx);
                QVERIFY(x >= before);
                before = x;
                const std::int64_t back = axis.timeAt(x, usPerPx);
                QVERIFY2(std::abs(axis.xOf(back, usPerPx) - x) < 0.01,
                         qPrintable(QString::number(at)));
            }
        }
    }

    void rulersHaveStepsThatPeopleCountIn()
    {
        QCOMPARE(niceStep(1, 90), 100);
        QCOMPARE(niceStep(1000, 90), 100'000);
        QCOMPARE(niceStep(1e5, 90), 10 * s);
        QCOMPARE(niceStep(1e6, 90), 120 * s);
        QCOMPARE(niceStep(1e8, 90), 10800 * s);
        QCOMPARE(niceStep(1e10, 90), 20 * 86400 * s);
        for (double usPerPx = 0.01; usPerPx < 1e13; usPerPx *= 1.7)
            QVERIFY(double(niceStep(usPerPx, 90)) >= usPerPx * 90 * (1 - 1e-9));
    }

    void rulersSayNoMoreThanTheyMean_data()
    {
        QTest::addColumn<qint64>("us");
        QTest::addColumn<qint64>("step");
        QTest::addColumn<QString>("text");
        QTest::newRow("start") << qint64(0) << qint64(s) << "0:00";
        QTest::newRow("minutes") << qint64(65 * s) << qint64(5 * s) << "1:05";
        QTest::newRow("hours") << qint64(7265 * s) << qint64(60 * s) << "2:01:05";
        QTest::newRow("parts") << qint64(4'250'000) << qint64(50'000) << "0:04.25";
        QTest::newRow("tenths") << qint64(4'200'000) << qint64(200'000) << "0:04.2";
        QTest::newRow("µs") << qint64(350) << qint64(5) << "0:00.000350";
        QTest::newRow("before") << qint64(-90 * s) << qint64(s) << "−1:30";
    }
    void rulersSayNoMoreThanTheyMean()
    {
        QFETCH(qint64, us);
        QFETCH(qint64, step);
        QTEST(QString::fromStdString(rulerText(us, step)), "text");
    }
};

ORRERY_TEST(TestTimeAxis)
#include "tst_timeaxis.moc"
