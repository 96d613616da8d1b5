// SPDX-License-Identifier: GPL-3.0-or-later
// What a question finds by its words: which entries, in what order, with what score.
#include "core/memory/jaro.h"
#include "core/store/sqlite.h"
#include "tests/memory/storemaker.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <map>
#include <random>

using namespace orrery;
using namespace orrery::memory;
using namespace orrery::testing;

class TestTextSearch : public QObject
{
    Q_OBJECT

private:
    using Ids = std::vector<std::string>;

    StoreMaker m_stores;

private slots:
    void queriesOfAnyKindAreTexts_data()
    {
        QTest::addColumn<QByteArray>("query");
        for (const char *query : {"\"",
                                  "\"\"\"",
                                  "*",
                                  "word*",
                                  "NEAR",
                                  "NEAR(a b)",
                                  "AND",
                                  "a AND",
                                  "OR OR",
                                  "NOT word",
                                  "content:word",
                                  "{content}",
                                  "^word",
                                  "(",
                                  "a-b_c'd",
                                  "-- ; DROP TABLE memory",
                                  "",
                                  " ",
                                  "日本",
                                  "\xc2\xa0"})
            QTest::addRow("%s", query) << QByteArray(query);
        QTest::newRow("long") << QByteArray(100'000, 'x');
        QTest::newRow("many words") << QByteArray("word ").repeated(20'000);
        QTest::newRow("a NUL") << QByteArray("word\0word", 9);
    }

    void queriesOfAnyKindAreTexts()
    {
        QFETCH(QByteArray, query);
        for (const bool isFile : {false, true}) {
            const auto store = m_stores.open(isFile);
            QVERIFY(store->put(entry("m1", "word NEAR AND OR NOT content")));
            QVERIFY(store->put(entry("m2", "日本 and others")));
            const auto leg = store->searchText(query.toStdString(), {}, 10);
            QVERIFY2(leg, leg ? "" : leg.error().message.c_str());
            QCOMPARE(store->count(), 2u);
        }
        const auto store = m_stores.open(true);
        QVERIFY(store->put(entry("m1", "a NEAR miss")));
        QCOMPARE(idsOf(*store->searchText("NEAR", {}, 10)), Ids{"m1"});
        QCOMPARE(idsOf(*store->searchText("\"near\" AND", {}, 10)), Ids{"m1"}); // any of the words
    }

    void fewEntriesWithAllWordsAreFollowedByThoseWithAny_data()
    {
        QTest::addColumn<int>("withBoth");
        QTest::newRow("none") << 0;
        QTest::newRow("few") << 3;
        QTest::newRow("enough") << 10;
    }
    void fewEntriesWithAllWordsAreFollowedByThoseWithAny()
    {
        QFETCH(int, withBoth);
        const auto store = m_stores.open(true);
        for (int i = 0; i < withBoth; ++i)
            QVERIFY(store->put(entry("both" + std::to_string(i), "rounding of money")));
        for (int i = 0; i < 5; ++i)
            QVERIFY(store->put(entry("one" + std::to_string(i), "rounding of numbers")));
        QVERIFY(store->put(entry("other", "nothing of the kind")));
        const std::string question = "money rounding";
        const auto leg = store->searchText(question, {}, 50).value();
        const bool isEnough = withBoth >= 10;
        QCOMPARE(leg.withAllWords.has_value(), !isEnough);
        QCOMPARE(leg.withAllWords.value_or(10), static_cast<std::size_t>(withBoth));
        QCOMPARE(leg.found.size(), static_cast<std::size_t>(withBoth + (isEnough ? 0 : 5)));
        for (std::size_t i = 0; i < leg.found.size(); ++i) {
            const Found &found = leg.found[i];
            QCOMPARE(found.entry.id.starts_with("both"), i < static_cast<std::size_t>(withBoth));
            // Asked for alone, an entry scores the same.
            QCOMPARE(store->textScore(question, {}, found.entry.id).value(), found.score);
        }
        QCOMPARE(store->textScore(question, {}, "one0").value() > 0, !isEnough);
        QCOMPARE(store->textScore(question, {}, "other").value(), 0.0);
    }

    void anEntryWithAllWordsComesFirstHoweverLongItIs()
    {
        const auto store = m_stores.open(true);
        std::string lengthy = "rounding";
        for (int i = 0; i < 400; ++i)
            lengthy += " word" + std::to_string(i);
        QVERIFY(store->put(entry("both", lengthy + " money")));
        for (int i = 0; i < 40; ++i)
            QVERIFY(store->put(entry(std::to_string(i), i % 2 ? "money" : "rounding")));
        const auto leg = store->searchText("money rounding", {}, 5).value();
        QCOMPARE(leg.found.size(), 5u);
        QCOMPARE(leg.found[0].entry.id, std::string("both"));
        QVERIFY(leg.found[0].score >= leg.found[1].score);
        QCOMPARE(store->textScore("money rounding", {}, "7").value(), leg.found[1].score);
    }

    void commonWordsAreLeftOutOfWhatAnyOfThemBrings()
    {
        const std::string path = m_stores.filePath("common.sqlite");
        const char *const contents[] = {"money talk", "rounding talk", "nothing of the kind"};
        for (int i = 0; i < 3; ++i)
            QVERIFY(openSqliteStore(path).value()->put(entry(std::to_string(i), contents[i])));
        // Each of these 3,200 times, in one go.
        {
            auto database = store::Database::open(path, store::Database::Mode::ReadWrite).value();
            const auto done = database.execute(
                "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 9599)"
                " INSERT INTO memory(id, content, type, importance, evergreen, scope, metadata,"
                " created_ms, updated_ms, accessed_ms, access_count, terms)"
                " SELECT n.i, m.content, m.type, m.importance, m.evergreen, m.scope, m.metadata,"
                " 0, 0, 0, 0, m.terms FROM n CROSS JOIN memory AS m ON m.id = n.i % 3;");
            QVERIFY2(done, done ? "" : done.error().message.c_str());
        }
        const auto store = openSqliteStore(path).value();
        const auto idsFor = [&](const std::string &question) {
            return idsOf(store->searchText(question, {}, 4).value());
        };
        // A word that no entry has does not keep the others out.
        QCOMPARE(idsFor("money zzzz"), (Ids{"0", "3", "6", "9"}));
        for (int i = 0; i < 3; ++i)
            QVERIFY(store->put(entry("both" + std::to_string(i), "money rounding in two words")));
        QVERIFY(store->put(entry("rare", "money zebra")));
        const auto leg = store->searchText("money rounding", {}, 4).value();
        QCOMPARE(idsOf(leg), (Ids{"both0", "both1", "both2"}));
        QVERIFY(!leg.withAllWords);
        QVERIFY(leg.words[0].used && leg.words[1].used);
        QCOMPARE(idsFor("money zebra"), Ids{"rare"});
        QCOMPARE(store->textScore("money rounding", {}, "both1").value(), leg.found[1].score);
    }

    // What one search has learnt of the rows may not outlive them, whoever changes them.
    void scoresFollowEveryChangeOfTheFile()
    {
        const std::string path = m_stores.filePath("changed.sqlite");
        const auto store = openSqliteStore(path).value();
        const auto other = openSqliteStore(path).value();
        const auto scoresOf = [](MemoryStore &of) {
            std::map<std::string, double> scores;
            const auto leg = of.searchText("apple", {}, 20);
            for (const Found &found : leg->found)
                scores[found.entry.id] = found.score;
            return scores;
        };
        const auto agree = [&](const char *after) {
            const auto fresh = scoresOf(*openSqliteStore(path).value());
            QVERIFY2(scoresOf(*store) == fresh, after);
            QVERIFY2(scoresOf(*other) == fresh, after);
        };
        QVERIFY(store->put(entry("c", "plum")));
        QVERIFY(store->put(entry("a", "apple")));
        QVERIFY(store->put(entry("b", "apple and pear")));
        agree("new");
        QVERIFY(store->put(entry("a", "apple among a great many other words about fruit")));
        agree("made longer");
        QVERIFY(other->put(entry("b", "apple and pear and plum and cherry and grape and fig")));
        agree("made longer by another");
        // The number of the last row is free.
        QVERIFY(other->forget("b").value());
        QVERIFY(store->put(entry("d", "apple")));
        agree("forgotten by another, and one more after it");
        QVERIFY(store->forget("d").value());
        QVERIFY(store->put(entry("e", "apple of the tree in the garden of the house")));
        agree("forgotten, and one more after it");
    }

    void aLargeStoreIsSearchedInPartsWithOneResult_data()
    {
        QTest::addColumn<bool>("isScoped");
        QTest::newRow("all rows") << false;
        QTest::newRow("one agent's") << true;
    }
    void aLargeStoreIsSearchedInPartsWithOneResult()
    {
        QFETCH(bool, isScoped);
        const auto seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto letters = [&random](int count) {
            std::string text;
            for (int i = 0; i < count; ++i)
                text += static_cast<char>('a' + random() % 3); // few, so that many score the same
            return text;
        };
        const auto store = makeTransientStore();
        const std::string question = letters(6);
        std::vector<std::pair<double, std::size_t>> expected;
        constexpr std::size_t count = 20000;
        for (std::size_t i = 0; i < count; ++i) {
            MemoryEntry made =
                entry(std::to_string(i), letters(3 + static_cast<int>(random() % 5)));
            owner(made, ScopeField::AgentId) = random() % 2 ? "a" : "b";
            QVERIFY(store->put(made));
            const bool isMeant = !isScoped || owner(made, ScopeField::AgentId) == "a";
            if (const double score = jaro(question, made.content); score > 0 && isMeant)
                expected.emplace_back(score, i);
        }
        std::stable_sort(expected.begin(), expected.end(),
                         [](const auto &a, const auto &b) { return a.first > b.first; });
        Filter filter;
        if (isScoped)
            filter.fields = {{ScopeField::AgentId, "a"}};
        const auto leg = store->searchText(question, filter, 1000).value();
        QCOMPARE(leg.found.size(), 1000u);
        for (std::size_t i = 0; i < leg.found.size(); ++i) {
            QCOMPARE(leg.found[i].entry.id, std::to_string(expected[i].second));
            QVERIFY(leg.found[i].score == expected[i].first);
        }
    }
};

ORRERY_TEST(TestTextSearch)
#include "tst_textsearch.moc"
