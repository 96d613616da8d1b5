// SPDX-License-Identifier: GPL-3.0-or-later
// Full-text search in scripts that put no space between words, and of words by their beginning.
#include "core/memory/memory.h"
#include "core/memory/scripttexts.h"
#include "core/memory/searchjson.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <random>

using namespace orrery;
using namespace orrery::memory;

namespace {

MemoryEntry scriptEntry(std::string id, std::string content)
{
    MemoryEntry made;
    made.id = std::move(id);
    made.content = std::move(content);
    return made;
}

using Texts = std::vector<std::string>;

Texts foundBy(MemoryStore &store, const std::string &query, std::size_t limit = 100)
{
    Texts ids;
    const auto leg = store.searchText(query, {}, limit).value();
    for (const Found &found : leg.found) {
        ids.push_back(found.entry.id);
        [&] { QVERIFY(found.score > 0 && found.score <= 1); }();
    }
    return ids;
}

Texts inOrder(Texts ids)
{
    std::sort(ids.begin(), ids.end());
    return ids;
}

} // namespace

class TestScriptTexts : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::string path(const char *name) { return m_folder.filePath(name).toStdString(); }

private slots:
    void aTextIsCutByScript_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("words");
        QTest::addColumn<QStringList>("grams");
        const auto row = [](const char *text, const char *words, const QStringList &grams) {
            QTest::addRow("%s", text) << QString(text) << QString(words) << grams;
        };
        row("plain words", "plain words", {});
        row("– “quoted” naïve", "– “quoted” naïve", {});
        row("退款", " ", {"退款"});
        row("退", " ", {"退*"});
        row("退款政策", " ", {"退款", "款政", "政策"});
        row("退款退款", " ", {"退款", "款退"});
        row("a退b款c", "a b c", {"退*", "款*"});
        row("API的設計,v2", "API ,v2", {"的設", "設計"});
        row("サーバー", " ", {"サー", "ーバ", "バー"});
        row("ｻｰﾊﾞｰ", " ", {"サー", "ーバ", "バー"});
        row("学校에서", " ", {"学校", "校에", "에서"});
        row("ภาษา", " ", {"ภา", "าษ", "ษา"});
        row("𠮷野家", " ", {"𠮷野", "野家"});
        row("、。", "、。", {});
    }
    void aTextIsCutByScript()
    {
        QFETCH(QString, text);
        QFETCH(QString, words);
        QFETCH(QStringList, grams);
        const ScriptParts parts = cutByScript(text.toStdString(), 32);
        QCOMPARE(QString::fromStdString(parts.words), words);
        QStringList cut;
        for (const Gram &gram : parts.grams) {
            cut += QString::fromStdString(gram.text) + (gram.isSingle ? "*" : "");
            QCOMPARE(gram.term.size(), gram.isSingle ? 6u : 12u);
            // What is looked for is in the index.
            const std::string terms = " " + gramTerms(text.toStdString());
            QVERIFY(terms.find(" " + gram.term) != std::string::npos);
        }
        QCOMPARE(cut, grams);
        QCOMPARE(gramTerms(text.toStdString()).empty(), grams.isEmpty());
        QCOMPARE(cutByScript(text.toStdString(), 1).grams.size(),
                 std::min<std::size_t>(1, parts.grams.size()));
    }

    void aWordIsFoundWithinALine_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QStringList>("ids");
        const auto row = [](const char *query, const QStringList &ids) {
            QTest::addRow("%s", query) << QString(query) << ids;
        };
        row("退款", {"zh1", "zh2"});
        row("政策", {"zh1"});
        row("退款政策", {"zh1", "zh2"}); // the second has one of its words
        row("款", {"zh1", "zh2"});
        row("定", {"zh1", "zh2"}); // last character of one
        row("款退", {});
        row("東京", {"ja1"});
        row("サーバー", {"ja1"});
        row("ｻｰﾊﾞｰ", {"ja1"});
        row("한국", {"ko1"});
        row("학교", {"ko1"});
        row("ภาษา", {"th1"});
        row("refund 退款", {"mix", "zh1", "zh2"});
        row("refund", {"en1", "mix"});
        row("猫", {});
    }
    void aWordIsFoundWithinALine()
    {
        QFETCH(QString, query);
        QFETCH(QStringList, ids);
        const auto store = openSqliteStore(path(QTest::currentDataTag())).value();
        for (const auto &[id, content] :
             std::initializer_list<std::pair<const char *, const char *>>{
                 {"zh1", "关于退款政策,我们已经作出决定"},
                 {"zh2", "客户要求退款,尚未决定。"},
                 {"ja1", "東京のサーバーは毎晩再起動する"},
                 {"ko1", "한국어로 학교에서 배운다"},
                 {"th1", "เราใช้ภาษาไทยในเอกสาร"},
                 {"en1", "A refund takes three days"},
                 {"mix", "refund means 退款 here"}})
            QVERIFY(store->put(scriptEntry(id, content)));
        QStringList found;
        const Texts all = inOrder(foundBy(*store, query.toStdString()));
        for (const std::string &id : all)
            found += QString::fromStdString(id);
        if (query == "refund 退款")
            QCOMPARE(foundBy(*store, query.toStdString()).at(0), std::string("mix"));
        // Those that hold the word itself within a mixed text as well.
        if (query == "退款" || query == "款" || query == "退款政策")
            ids.prepend("mix");
        if (query == "refund 退款")
            ids.prepend("en1");
        QCOMPARE(found, ids);
    }

    void pairsAndSingleCharactersAreFoundAsByALinearScan()
    {
        const auto seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto store = openSqliteStore(path("scan")).value();
        const std::string characters[] = {"退", "款", "か", "カ", "한", "ภ", " ", "a"};
        const auto text = [&](std::size_t length, std::size_t kinds) {
            std::string made;
            for (std::size_t i = 0; i < length; ++i)
                made += characters[random() % kinds];
            return made;
        };
        std::map<std::string, std::string> contents;
        for (int i = 0; i < 120; ++i) {
            const std::string id = std::to_string(i % 80); // some are written anew
            contents[id] = "x" + text(1 + random() % 9, 8);
            QVERIFY(store->put(scriptEntry(id, contents[id])));
            if (i % 10 == 9) {
                contents.erase(id);
                QVERIFY(store->forget(id).value());
            }
        }
        for (int i = 0; i < 60; ++i) {
            const std::string query = text(1 + i % 2, 6);
            Texts expected;
            for (const auto &[id, content] : contents)
                if (content.find(query) != std::string::npos)
                    expected.push_back(id);
            QCOMPARE(inOrder(foundBy(*store, query, 1000)), inOrder(expected));
        }
    }

    void theOutcomeTellsWhatWasLookedFor()
    {
        Memory memory(openSqliteStore(path("told")).value());
        for (int i = 0; i < 3; ++i)
            QVERIFY(memory.store(scriptEntry("a" + std::to_string(i), "退款政策")));
        QVERIFY(memory.store(scriptEntry("b", "reimbursement of 退货")));
        SearchQuery query;
        query.text = "reimb 退款 退";
        const SearchOutcome outcome = memory.search(query).value();
        QCOMPARE(outcome.words.size(), 3u);
        QCOMPARE(outcome.words[0].word, std::string("reimb"));
        QCOMPARE(outcome.words[0].rows, 1);
        QVERIFY(outcome.words[0].isBeginning);
        QCOMPARE(outcome.words[1].word, std::string("退款"));
        QCOMPARE(outcome.words[1].rows, 3);
        QVERIFY(!outcome.words[1].isBeginning);
        QCOMPARE(outcome.words[2].word, std::string("退"));
        QCOMPARE(outcome.words[2].rows, 4);
        QVERIFY(outcome.words[2].isBeginning);
        const Json words = toJson(query, outcome)["words"];
        QCOMPARE(words[0].value("beginning", false), true);
        QVERIFY(!words[1].contains("beginning"));
        query.whyNot = "b";
        query.text = "政策";
        QVERIFY(memory.search(query)->whyNot->stage == Stage::NoMatch);
    }

    void aWordThatNoEntryHoldsIsTakenForABeginning()
    {
        const auto store = openSqliteStore(path("beginnings")).value();
        QVERIFY(store->put(scriptEntry("a", "reimbursement of travel")));
        QVERIFY(store->put(scriptEntry("b", "the rei of the king")));
        QVERIFY(store->put(scriptEntry("c", "re re")));
        QCOMPARE(foundBy(*store, "reimb"), Texts{"a"});
        QCOMPARE(foundBy(*store, "rei"), Texts{"b"}); // a word of its own
        QCOMPARE(foundBy(*store, "tra"), Texts{"a"});
        QCOMPARE(foundBy(*store, "tr"), Texts{}); // too short
        QCOMPARE(foundBy(*store, "king trav"), (Texts{"a", "b"}));
        QCOMPARE(foundBy(*store, "mburse"), Texts{});
    }

    void aLongTextIsScoredByAllOfItsLength()
    {
        const auto store = openSqliteStore(path("lengths")).value();
        QVERIFY(store->put(scriptEntry("long", "退款政策以及其他许多与此无关的事情都写在这里")));
        QVERIFY(store->put(scriptEntry("short", "退款")));
        for (int i = 0; i < 20; ++i)
            QVERIFY(store->put(scriptEntry(std::to_string(i), "words of another script")));
        QCOMPARE(foundBy(*store, "退款"), (Texts{"short", "long"}));
        const auto leg = store->searchText("退款", {}, 2).value();
        QVERIFY(leg.found[0].score > leg.found[1].score);
        // A text of the other script with as many words scores alike.
        QVERIFY(store->put(scriptEntry("word", "refund")));
        const double score = store->searchText("refund", {}, 1)->found.at(0).score;
        QVERIFY(std::abs(score - leg.found[0].score) < 0.2);
    }
};

ORRERY_TEST(TestScriptTexts)
#include "tst_scripttexts.moc"
