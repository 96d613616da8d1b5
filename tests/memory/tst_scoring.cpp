// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers that a score is made of, at their limits.
#include "core/memory/accesscounts.h"
#include "core/memory/bestof.h"
#include "core/memory/ftsquery.h"
#include "core/memory/memorystore.h"
#include "core/memory/searchoutcome.h"
#include "core/store/sqlite.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace orrery;
using namespace orrery::memory;

class TestScoring : public QObject
{
    Q_OBJECT

private slots:
    void ageIsCountedInWholeSeconds_data()
    {
        QTest::addColumn<qint64>("then");
        QTest::addColumn<qint64>("now");
        QTest::addColumn<double>("hours");
        QTest::newRow("none") << qint64(5000) << qint64(5000) << 0.0;
        QTest::newRow("within a second") << qint64(5000) << qint64(5999) << 0.0;
        QTest::newRow("over its edge") << qint64(5999) << qint64(6000) << 1.0 / 3600;
        QTest::newRow("an hour") << qint64(500) << qint64(3'600'499) << 1.0;
        QTest::newRow("the future") << qint64(9000) << qint64(5000) << 0.0;
        QTest::newRow("before 1970") << qint64(-1) << qint64(0) << 1.0 / 3600;
    }
    void ageIsCountedInWholeSeconds()
    {
        QFETCH(qint64, then);
        QFETCH(qint64, now);
        QFETCH(double, hours);
        QCOMPARE(hoursSince(then, now), hours);
    }

    void fadingIsExponential()
    {
        QCOMPARE(decayFactor(false, 0, 0.001), 1.0);
        QCOMPARE(decayFactor(false, 1000, 0.001), std::exp(-1.0));
        QCOMPARE(decayFactor(true, 1000, 0.001), 1.0);
        QCOMPARE(recencyOf(0), 1.0);
        QCOMPARE(recencyOf(100), std::exp(-1.0));
    }

    void whatIsNotSaidIsAsDocumented()
    {
        const RankSettings usual;
        QCOMPARE(usual.limit, 10);
        QCOMPARE(usual.minScore, 0.0);
        QCOMPARE(usual.decayLambda, 0.001);
        QCOMPARE(usual.rrfK, 60.0);
        QCOMPARE(usual.weights.relevance, 0.5);
        QCOMPARE(usual.weights.importance, 0.3);
        QCOMPARE(usual.weights.recencyWeight(0.001), 0.0);
        QCOMPARE(usual.weights.recencyWeight(0), 0.2);
        QCOMPARE((Weights{0.5, 0.3, 0.7}.recencyWeight(0.001)), 0.7);
        QCOMPARE(highestScore(usual), 0.8);
        QCOMPARE((highestScore({10, 0, {-1, 0.3, 0.1}, 0.001, 60, 0})), 0.3 + 0.1);
    }

    void ranksAreFusedByTheirReciprocals()
    {
        const auto fused = reciprocalRankFusion({"b", "a", "c"}, {"c", "d"}, 60);
        QCOMPARE(fused.size(), 4u);
        QCOMPARE(fused[0].first, std::string("c"));
        QCOMPARE(fused[0].second, 1.0 / 63 + 1.0 / 61);
        QCOMPARE(fused[1].first, std::string("b"));
        QCOMPARE(fused[1].second, 1.0 / 61);
        // As good as each other, so by their ids.
        QCOMPARE(fused[2].first, std::string("a"));
        QCOMPARE(fused[3].first, std::string("d"));
        QCOMPARE(fused[2].second, fused[3].second);
    }

    void aRareWordWeighsMore()
    {
        QCOMPARE(wordWeight(0, 10), std::log(1 + 10.5 / 0.5));
        QCOMPARE(wordWeight(3, 10), std::log(1 + 7.5 / 3.5));
        QCOMPARE(wordWeight(10, 10), std::log(1 + 0.5 / 10.5));
        QCOMPARE(wordWeight(12, 10), std::log(1 + 0.5 / 12.5)); // counted at another time
    }

    void theBestAreThoseOfASortedList()
    {
        const auto seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int round = 0; round < 200; ++round) {
            const std::size_t most = random() % 6;
            BestOf best(most);
            std::vector<BestOf::Item> all;
            const std::uint32_t rows = random() % 20;
            for (std::uint32_t row = 0; row < rows; ++row) {
                all.push_back({double(random() % 4), row});
                const bool isBelow = most > 0 && all.back().score < best.floor();
                const auto better = std::count_if(all.begin(), all.end(), [&](const auto &item) {
                    return item.score > all.back().score;
                });
                QVERIFY(!isBelow || static_cast<std::size_t>(better) >= most);
                best.offer(all.back().score, row);
            }
            std::stable_sort(all.begin(), all.end(),
                             [](const auto &a, const auto &b) { return a.score > b.score; });
            all.resize(std::min(all.size(), most));
            const auto taken = best.take();
            QCOMPARE(taken.size(), all.size());
            for (std::size_t i = 0; i < all.size(); ++i)
                QVERIFY(taken[i].row == all[i].row && taken[i].score == all[i].score);
        }
    }

    void accessesAreDueWhenTheyAreManyOrOld()
    {
        AccessCounts counts;
        QVERIFY(counts.isEmpty());
        for (int i = 0; i < 255; ++i)
            counts.add(std::to_string(i), 1000);
        counts.add("0", 5000); // the same once more
        QVERIFY(!counts.isDue(10'999));
        QVERIFY(counts.isDue(11'000));
        counts.postpone(11'000);
        QVERIFY(!counts.isDue(20'999));
        QVERIFY(counts.isDue(21'000));
        counts.add("another", 11'000);
        QVERIFY(counts.isDue(11'000));
        QCOMPARE(counts.byId().at("0").count, 2);
        QCOMPARE(counts.byId().at("0").lastMs, 5000);
        counts.clear();
        counts.add("0", 50'000);
        QVERIFY(!counts.isDue(59'999));
    }

    /// In a store of 1,000 entries or more, what more than half of them hold is left out.
    void wordsThatMostEntriesHoldAreLeftOut_data()
    {
        QTest::addColumn<int>("entries");
        QTest::addColumn<int>("with");
        QTest::addColumn<bool>("used");
        QTest::newRow("small store") << 999 << 999 << true;
        QTest::newRow("half") << 1000 << 500 << true;
        QTest::newRow("more than half") << 1000 << 501 << false;
    }
    void wordsThatMostEntriesHoldAreLeftOut()
    {
        QFETCH(int, entries);
        QFETCH(int, with);
        QFETCH(bool, used);
        QTemporaryDir folder;
        const std::string path = folder.filePath("m").toStdString();
        QVERIFY(openSqliteStore(path));
        {
            auto database = store::Database::open(path, store::Database::Mode::ReadWrite).value();
            const auto done = database.execute(
                "BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                + std::to_string(entries)
                + ") INSERT INTO memory(id, content, type, importance, evergreen, scope, metadata,"
                  " created_ms, updated_ms, accessed_ms, access_count, terms)"
                  " SELECT i, CASE WHEN i <= "
                + std::to_string(with)
                + " THEN 'common' ELSE 'other' END || CASE WHEN i % 100 = 1 THEN ' rare' ELSE ''"
                  " END, 'semantic', 0.5, 0, '', '{}', 0, 0, 0, 0, '' FROM n; COMMIT;");
            QVERIFY2(done, done ? "" : done.error().message.c_str());
        }
        const auto store = openSqliteStore(path).value();
        const auto leg = store->searchText("common rare", {}, 5).value();
        QCOMPARE(leg.words.at(0).rows, with);
        QCOMPARE(leg.words.at(0).used, used);
        QVERIFY(leg.words.at(1).used);
        // Unless there is no other.
        QVERIFY(store->searchText("common", {}, 5)->words.at(0).used);
        QCOMPARE(store->searchText("common", {}, 5)->found.size(), 5u);
    }
};

ORRERY_TEST(TestScoring)
#include "tst_scoring.moc"
