// SPDX-License-Identifier: GPL-3.0-or-later
// The fast Jaro similarity against its definition.
#include "core/memory/foldedtexts.h"
#include "tests/support/naivejaro.h"
#include "tests/support/rounds.h"
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
        for (int i = 0; i < test::rounds(3000); ++i) {
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

    void severalAtOnceAreTheDefinitionBitForBit_data()
    {
        QTest::addColumn<int>("length");
        for (const int length : {0, 1, 2, 7, 8, 9, 31, 32, 33, 62, 63, 64, 65, 130})
            QTest::addRow("a question of %d", length) << length;
    }

    void severalAtOnceAreTheDefinitionBitForBit()
    {
        QFETCH(int, length);
        const quint32 seed = QRandomGenerator::global()->generate();
        QRandomGenerator random(seed);
        const auto textOf = [&](int size) {
            const int letters = 2 + random.bounded(8);
            std::string text;
            for (int i = 0; i < size; ++i)
                text += static_cast<char>('a' + random.bounded(letters));
            return text;
        };
        for (int round = 0; round < 6; ++round) {
            std::string query = textOf(length);
            if (round == 5 && length > 2)
                query.replace(1, 1, "日"); // which no text has
            FoldedTexts texts;
            std::vector<std::string> all;
            for (int i = 0; i < 60; ++i) {
                static const int sizes[] = {0,  1,  2,  3,  8,   15,  31,  32,  33,
                                            62, 63, 64, 65, 126, 127, 128, 129, 200};
                const int size = round % 2 ? sizes[random.bounded(18)] : 100 + random.bounded(60);
                all.push_back(i % 13 == 5   ? query
                              : i % 13 == 9 ? randomText(random, 90, true)
                                            : textOf(size));
                texts.add(all.back());
            }
            // All, in any order, and of any number: those that are left over take another way.
            std::vector<std::uint32_t> rows(1 + static_cast<std::size_t>(random.bounded(60)));
            for (std::uint32_t &row : rows)
                row = static_cast<std::uint32_t>(random.bounded(60));
            JaroPattern pattern = texts.pattern(query);
            const double floor = round < 2 ? 0 : 0.8 * random.generateDouble();
            std::vector<double> scores(rows.size(), 7);
            texts.scoreEach(pattern, rows, floor, scores.data());
            for (std::size_t i = 0; i < rows.size(); ++i) {
                const double expected = naiveJaro(query, all[rows[i]]);
                QVERIFY2(
                    expected > floor ? scores[i] == expected : scores[i] < 0,
                    qPrintable(QString("seed %1: \"%2\" and \"%3\" give %4, expected %5, floor %6")
                                   .arg(seed)
                                   .arg(query.c_str(), all[rows[i]].c_str())
                                   .arg(scores[i])
                                   .arg(expected)
                                   .arg(floor)));
            }
        }
    }

    void severalLongOnesAtOnceScoreAsEachAlone()
    {
        const quint32 seed = QRandomGenerator::global()->generate();
        QRandomGenerator random(seed);
        FoldedTexts texts;
        std::vector<std::uint32_t> rows;
        for (const int size :
             {1000, 1021, 1024, 1025, 1983, 1984, 1985, 2046, 2048, 2049, 5000, 20})
            for (int i = 0; i < 5; ++i) {
                std::string text;
                for (int n = 0; n < size; ++n)
                    text += static_cast<char>('a' + random.bounded(26));
                rows.push_back(static_cast<std::uint32_t>(rows.size()));
                texts.add(text);
            }
        for (const int length : {1, 33, 64}) {
            std::string query;
            for (int n = 0; n < length; ++n)
                query += static_cast<char>('a' + random.bounded(26));
            JaroPattern pattern = texts.pattern(query);
            std::vector<double> scores(rows.size());
            texts.scoreEach(pattern, rows, 0, scores.data());
            for (const std::uint32_t row : rows)
                QVERIFY2(scores[row] == texts.score(pattern, row, 0),
                         qPrintable(QString("seed %1, row %2").arg(seed).arg(row)));
        }
    }

    void whatIsLeftEarlyIsNeverAboveTheFloor()
    {
        const quint32 seed = QRandomGenerator::global()->generate();
        QRandomGenerator random(seed);
        FoldedTexts texts;
        std::vector<std::string> all;
        for (int i = 0; i < test::rounds(300); ++i) {
            all.push_back(randomText(random, 100, i % 5 == 0));
            texts.add(all.back());
        }
        for (int round = 0; round < test::rounds(100); ++round) {
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
