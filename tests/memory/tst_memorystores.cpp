// SPDX-License-Identifier: GPL-3.0-or-later
// What both stores promise alike: filters, order, replacement, bad input.
#include "tests/memory/storemaker.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <thread>

using namespace orrery;
using namespace orrery::memory;
using namespace orrery::testing;

namespace {

std::vector<std::string> idsOf(const std::vector<Unembedded> &gaps)
{
    std::vector<std::string> ids;
    for (const Unembedded &gap : gaps)
        ids.push_back(gap.id);
    return ids;
}

std::vector<std::string> sorted(std::vector<std::string> ids)
{
    std::sort(ids.begin(), ids.end());
    return ids;
}

using Ids = std::vector<std::string>;

} // namespace

class TestMemoryStores : public QObject
{
    Q_OBJECT

private:
    StoreMaker m_stores;

    std::unique_ptr<MemoryStore> open(bool isFile) { return m_stores.open(isFile); }

    static void bothStores()
    {
        QTest::addColumn<bool>("isFile");
        QTest::newRow("in memory") << false;
        QTest::newRow("SQLite") << true;
    }

private slots:
    void entriesComeBackWhole_data() { bothStores(); }
    void entriesComeBackWhole()
    {
        QFETCH(bool, isFile);
        const auto store = open(isFile);
        static const char content[] = "with a NUL \0 inside, and 日本語";
        MemoryEntry made = entry("m1", std::string(content, sizeof content - 1), "coder");
        made.type = "procedural";
        made.importance = 0.25;
        made.evergreen = true;
        owner(made, ScopeField::AgentId) = "coder";
        owner(made, ScopeField::UserId) = "";
        made.metadata = {{"ticket", 12}, {"tags", {"a", "b"}}};
        made.createdMs = 1'700'000'000'001;
        made.updatedMs = 2;
        made.accessedMs = 3;
        made.accessCount = 4;
        made.embedding = {0.5f, -1.25f};
        made.embedder = "test:2";
        QVERIFY(store->put(made));
        const auto found = store->find("m1").value();
        QVERIFY(found);
        QCOMPARE(found->content, made.content);
        QCOMPARE(found->type, made.type);
        QCOMPARE(found->importance, made.importance);
        QCOMPARE(found->evergreen, true);
        QCOMPARE(found->scope, made.scope);
        QVERIFY(found->owner == made.owner);
        QVERIFY(found->metadata == made.metadata);
        QCOMPARE(found->createdMs, made.createdMs);
        QCOMPARE(found->updatedMs, 2);
        QCOMPARE(found->accessedMs, 3);
        QCOMPARE(found->accessCount, 4);
        QCOMPARE(found->embedding, made.embedding);
        QCOMPARE(found->embedder, made.embedder);
        QVERIFY(!store->find("m2").value());
    }

    void anEntryIsReplacedByItsId_data() { bothStores(); }
    void anEntryIsReplacedByItsId()
    {
        QFETCH(bool, isFile);
        const auto store = open(isFile);
        QVERIFY(store->put(entry("m1", "walnut", "coder")));
        QVERIFY(store->put(entry("m2", "chestnut")));
        QVERIFY(store->put(entry("m1", "hazel", "lead")));
        QCOMPARE(store->count(), 2u);
        Filter ofCoder;
        ofCoder.scope = "coder";
        QCOMPARE(idsOf(*store->searchText("hazel", ofCoder, 10)), isFile ? Ids{} : Ids{"m2"});
        Filter ofLead;
        ofLead.scope = "lead";
        QCOMPARE(idsOf(*store->searchText("hazel", ofLead, 1)), Ids{"m1"});
        QCOMPARE(store->textScore("walnut", {}, "m1").value() < 1, true);
        QVERIFY(store->forget("m1").value());
        QVERIFY(!store->forget("m1").value());
        QCOMPARE(store->count(), 1u);
        QVERIFY(!store->find("m1").value());
    }

    void filtersSelect_data()
    {
        QTest::addColumn<bool>("isFile");
        QTest::addColumn<Filter>("filter");
        QTest::addColumn<Ids>("ids");
        for (const bool isFile : {false, true}) {
            const auto row = [&](const char *name, const Filter &filter, Ids ids) {
                QTest::addRow("%s, %s", isFile ? "SQLite" : "in memory", name)
                    << isFile << filter << std::move(ids);
            };
            const auto with = [](auto set) {
                Filter filter;
                set(filter);
                return filter;
            };
            row("all", {}, {"a1", "a2", "b1", "none", "old"});
            row("an agent's", with([](Filter &f) {
                    f.fields = {{ScopeField::AgentId, "a"}};
                }),
                {"a1", "a2", "old"});
            row("an agent's in a session", with([](Filter &f) {
                    f.fields = {{ScopeField::AgentId, "a"}, {ScopeField::SessionId, "s2"}};
                }),
                {"a2"});
            row("nobody's", with([](Filter &f) {
                    f.fields = {{ScopeField::AgentId, std::nullopt}};
                }),
                {"none"});
            row("an empty name is a name", with([](Filter &f) {
                    f.fields = {{ScopeField::UserId, ""}};
                }),
                {"b1"});
            row("a value that no entry has", with([](Filter &f) {
                    f.fields = {{ScopeField::Namespace, "x"}};
                }),
                {});
            row("own and shared", with([](Filter &f) { f.scope = "coder"; }),
                {"a2", "b1", "none", "old"});
            row("shared only", with([](Filter &f) { f.scope = ""; }), {"b1", "none", "old"});
            row("of a type", with([](Filter &f) { f.type = "episodic"; }), {"a1", "b1"});
            row("of a type and an agent", with([](Filter &f) {
                    f.type = "episodic";
                    f.fields = {{ScopeField::AgentId, "a"}};
                }),
                {"a1"});
            row("since", with([](Filter &f) { f.createdFromMs = 1000; }),
                {"a1", "a2", "b1", "none"});
            row("until", with([](Filter &f) { f.createdToMs = 1000; }), {"old", "a1"});
            row("within and shared", with([](Filter &f) {
                    f.createdFromMs = 1001;
                    f.createdToMs = 1003;
                    f.scope = "x";
                }),
                {"b1", "none"});
            row("evergreen", with([](Filter &f) { f.evergreen = true; }), {"none"});
            row("an unknown field", with([](Filter &f) { f.unknownField = "team"; }), {});
        }
    }

    void filtersSelect()
    {
        QFETCH(bool, isFile);
        QFETCH(Filter, filter);
        QFETCH(Ids, ids);
        const auto store = open(isFile);
        const auto add = [&](const char *id, std::optional<std::string> agent, const char *scope,
                             const char *type, std::int64_t created, const char *session = "s1") {
            MemoryEntry made = entry(id, "the same words", scope);
            owner(made, ScopeField::AgentId) = std::move(agent);
            owner(made, ScopeField::SessionId) = session;
            if (std::string(id) == "b1")
                owner(made, ScopeField::UserId) = "";
            made.evergreen = !owner(made, ScopeField::AgentId);
            made.type = type;
            made.createdMs = created;
            made.embedding = {1, 0};
            QVERIFY(store->put(made));
        };
        add("old", "a", "", "semantic", 10);
        add("a1", "a", "lead", "episodic", 1000);
        add("a2", "a", "coder", "semantic", 1001, "s2");
        add("b1", "b", "", "episodic", 1002);
        add("none", std::nullopt, "", "procedural", 1003);
        QCOMPARE(sorted(idsOf(*store->searchText("words", filter, 10))), sorted(ids));
        QCOMPARE(sorted(idsOf(*store->searchVector({{1, 1}, ""}, filter, 10))), sorted(ids));
        Ids listed;
        const auto selected = store->list(filter, 10).value();
        for (const MemoryEntry &one : selected)
            listed.push_back(one.id);
        QCOMPARE(sorted(listed), sorted(ids));
        const auto all = store->list({}, 10).value();
        for (const MemoryEntry &one : all)
            QCOMPARE(matches(filter, one), std::count(ids.begin(), ids.end(), one.id) == 1);
    }

    void nearestVectorsComeFirstAndOthersAreNotCompared_data() { bothStores(); }
    void nearestVectorsComeFirstAndOthersAreNotCompared()
    {
        QFETCH(bool, isFile);
        const auto store = open(isFile);
        const auto add = [&](const char *id, std::vector<float> vector, const char *embedder) {
            MemoryEntry made = entry(id, "text");
            made.embedding = std::move(vector);
            made.embedder = embedder;
            QVERIFY(store->put(made));
        };
        add("far", {-1, 0}, "one");
        add("near", {10, 0.1f}, "one");
        add("zero", {0, 0}, "one");
        add("other", {1, 0, 0}, "two");
        QVERIFY(store->put(entry("bare", "text")));
        const auto leg = store->searchVector({{1, 0}, "one"}, {}, 10);
        QVERIFY(leg);
        QCOMPARE(idsOf(*leg), (Ids{"near", "zero", "far"}));
        QCOMPARE(leg->found[1].score, 0.0);
        QCOMPARE(leg->found[2].score, -1.0);
        QCOMPARE(leg->otherEmbeddings, 1u);
        QVERIFY(store->forget("near").value());
        add("far", {1, 1}, "one");
        QCOMPARE(idsOf(*store->searchVector({{1, 0}, "one"}, {}, 10)), (Ids{"far", "zero"}));
        QCOMPARE(idsOf(store->withoutEmbedding("one", 10).value()), (Ids{"bare", "other"}));
        QCOMPARE(idsOf(store->withoutEmbedding("one", 1).value()), Ids{"bare"});
    }

    void anEmbeddingIsAttachedToTheTextThatItIsOf_data() { bothStores(); }
    void anEmbeddingIsAttachedToTheTextThatItIsOf()
    {
        QFETCH(bool, isFile);
        const auto store = open(isFile);
        QVERIFY(store->put(entry("m1", "tea")));
        QVERIFY(store->put(entry("m2", "tea")));
        QVERIFY(store->searchVector({{1, 0}, "one"}, {}, 10)->found.empty());
        QVERIFY(store->attach("m1", "tea", {{1, 0}, "one"}).value());
        QVERIFY(!store->attach("m1", "coffee", {{0, 1}, "one"}).value());
        QVERIFY(!store->attach("m3", "tea", {{0, 1}, "one"}).value());
        QVERIFY(!store->attach("m2", "tea", {{1, 2, 3}, "one"}));
        QVERIFY(!store->attach("m2", "tea", {{std::nanf(""), 1}, "one"}));
        QCOMPARE(idsOf(*store->searchVector({{1, 0}, "one"}, {}, 10)), Ids{"m1"});
        QCOMPARE(store->find("m1").value()->embedding, (std::vector<float>{1, 0}));
        QCOMPARE(idsOf(store->withoutEmbedding("one", 10).value()), Ids{"m2"});
        QVERIFY(store->attach("m1", "tea", {{1, 0, 0}, "two"}).value()); // instead of the other
        QVERIFY(store->searchVector({{1, 0}, "one"}, {}, 10)->found.empty());
        QCOMPARE(idsOf(*store->searchVector({{1, 0, 0}, "two"}, {}, 10)), Ids{"m1"});
    }

    void vectorsAreAttachedAllOrNone_data() { bothStores(); }
    void vectorsAreAttachedAllOrNone()
    {
        QFETCH(bool, isFile);
        const auto store = open(isFile);
        for (const char *id : {"m1", "m2", "m3", "m4"})
            QVERIFY(store->put(entry(id, "tea")));
        std::vector<Attachment> wrong = {{"m1", "tea", {1, 0}}, {"m2", "tea", {1, 0, 0}}};
        QVERIFY(!store->attachAll(wrong, "one"));
        wrong[1].values = {std::nanf(""), 0};
        QVERIFY(!store->attachAll(wrong, "one"));
        QCOMPARE(idsOf(store->withoutEmbedding("one", 10).value()), (Ids{"m1", "m2", "m3", "m4"}));
        QVERIFY(store->searchVector({{1, 0}, "one"}, {}, 10)->found.empty());
        const std::vector<Attachment> good = {{"m1", "tea", {1, 0}},
                                              {"m2", "coffee", {1, 0}},
                                              {"gone", "tea", {1, 0}},
                                              {"m3", "tea", {0, 1}}};
        QCOMPARE(store->attachAll(good, "one").value(), 2u);
        QCOMPARE(idsOf(*store->searchVector({{1, 0}, "one"}, {}, 10)), (Ids{"m1", "m3"}));
        QCOMPARE(store->attachAll({}, "one").value(), 0u);
    }

    void aSampleIsTakenEvenly_data() { bothStores(); }
    void aSampleIsTakenEvenly()
    {
        QFETCH(bool, isFile);
        const auto store = open(isFile);
        QVERIFY(store->sample(5)->empty());
        for (int i = 0; i < 10; ++i)
            QVERIFY(store->put(entry("m" + std::to_string(i), std::to_string(i))));
        QVERIFY(store->forget("m0").value());
        QVERIFY(store->forget("m5").value());
        QCOMPARE(store->sample(100).value(), (Ids{"1", "2", "3", "4", "6", "7", "8", "9"}));
        QCOMPARE(store->sample(8).value(), (Ids{"1", "2", "3", "4", "6", "7", "8", "9"}));
        QCOMPARE(store->sample(4).value(), (Ids{"1", "3", "6", "8"}));
        QCOMPARE(store->sample(1).value(), Ids{"1"});
        QVERIFY(store->sample(0)->empty());
    }

    void anAccessIsCountedAtOnceAndTheLatestKept_data() { bothStores(); }
    void anAccessIsCountedAtOnceAndTheLatestKept()
    {
        QFETCH(bool, isFile);
        const auto store = open(isFile);
        MemoryEntry made = entry("m1", "tea");
        made.accessCount = 5;
        made.accessedMs = 100;
        made.embedding = {1};
        QVERIFY(store->put(made));
        QVERIFY(store->put(entry("m2", "coffee")));
        const auto check = [&](std::int64_t count, std::int64_t ms) {
            const auto whole = store->find("m1").value();
            QCOMPARE(whole->accessCount, count);
            QCOMPARE(whole->accessedMs, ms);
            for (const auto &leg : {store->searchText("tea", {}, 1).value(),
                                    store->searchVector({{1}, ""}, {}, 1).value()}) {
                QCOMPARE(leg.found.at(0).entry.accessCount, count);
                QCOMPARE(leg.found.at(0).entry.accessedMs, ms);
            }
            const auto all = store->list({}, 9).value();
            const auto listed = std::find_if(
                all.begin(), all.end(), [](const MemoryEntry &entry) { return entry.id == "m1"; });
            QVERIFY(listed != all.end() && listed->accessCount == count);
            QCOMPARE(store->find("m2").value()->accessCount, 0);
        };
        QVERIFY(store->touch({"m1", "no such"}, 200));
        check(6, 200);
        QVERIFY(store->touch({"m1"}, 150));
        check(7, 200);
        QVERIFY(store->touch({"m1"}, 100'000));
        check(8, 100'000);
        QVERIFY(store->put(entry("m3", "milk")));
        check(8, 100'000);
        QVERIFY(store->put(made)); // replaced, with the counts that it brings
        check(5, 100);
    }

    void badEntriesAreRefusedAndChangeNothing_data()
    {
        QTest::addColumn<bool>("isFile");
        QTest::addColumn<MemoryEntry>("bad");
        QTest::addColumn<QString>("expected");
        for (const bool isFile : {false, true}) {
            const auto row = [&](const char *name, const char *expected, auto spoil) {
                MemoryEntry bad = entry("m1", "changed");
                spoil(bad);
                QTest::addRow("%s, %s", isFile ? "SQLite" : "in memory", name)
                    << isFile << bad << QString(expected);
            };
            row("no id", "needs an id", [](MemoryEntry &e) { e.id.clear(); });
            row("blank", "needs content", [](MemoryEntry &e) { e.content = " \n"; });
            row("10 MB", "at most 1024 KiB, this one has 10240",
                [](MemoryEntry &e) { e.content.assign(10u << 20, 'x'); });
            row("not UTF-8", "content of a memory must be UTF-8",
                [](MemoryEntry &e) { e.content = "caf\xe9"; });
            row("owner not UTF-8", "user_id of a memory must be UTF-8", [](MemoryEntry &e) {
                e.owner[static_cast<std::size_t>(ScopeField::UserId)] = "\xff";
            });
            row("type", "not \"fact\"", [](MemoryEntry &e) { e.type = "fact"; });
            row("importance", "between 0 and 1", [](MemoryEntry &e) { e.importance = 1.5; });
            row("importance NaN", "between 0 and 1",
                [](MemoryEntry &e) { e.importance = std::numeric_limits<double>::quiet_NaN(); });
            row("metadata", "JSON object", [](MemoryEntry &e) { e.metadata = Json::array(); });
            row("NaN", "value 1 is not a finite", [](MemoryEntry &e) {
                e.embedding = {1, std::nanf("")};
            });
            row("infinite", "value 0 is not a finite", [](MemoryEntry &e) {
                e.embedding = {std::numeric_limits<float>::infinity(), 1};
            });
            row("another dimension", "has 3 values, those that are stored have 2",
                [](MemoryEntry &e) {
                    e.embedding = {1, 2, 3};
                });
        }
    }

    void badEntriesAreRefusedAndChangeNothing()
    {
        QFETCH(bool, isFile);
        QFETCH(MemoryEntry, bad);
        QFETCH(QString, expected);
        const auto store = open(isFile);
        MemoryEntry good = entry("m1", "as it was");
        good.embedding = {1, 2};
        QVERIFY(store->put(good));
        good.id = "m2";
        QVERIFY(store->put(good));
        const auto refused = store->put(bad);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(refused.error().message.find(expected.toStdString()) != std::string::npos,
                 refused.error().message.c_str());
        QCOMPARE(store->count(), 2u);
        QCOMPARE(store->find("m1").value()->content, std::string("as it was"));
        QCOMPARE(store->find("m1").value()->embedding, (std::vector<float>{1, 2}));
        const auto leg = store->searchVector({{1, 2, 3}, ""}, {}, 10);
        QVERIFY(!leg);
        QVERIFY(leg.error().message.find("has 3 values") != std::string::npos);
    }

    void rowsAreUsedAgainWithoutMixingThemUp_data() { bothStores(); }
    void rowsAreUsedAgainWithoutMixingThemUp()
    {
        QFETCH(bool, isFile);
        const auto store = open(isFile);
        for (int i = 0; i < 500; ++i) {
            MemoryEntry made = entry("m" + std::to_string(i % 40),
                                     "number " + std::to_string(i) + " é", i % 3 ? "a" : "b");
            made.embedding = {static_cast<float>(i), 1};
            QVERIFY(store->put(made));
            if (i % 7 == 0)
                QVERIFY(store->forget("m" + std::to_string((i + 11) % 40)));
        }
        const auto all = store->list({}, 1000).value();
        QCOMPARE(all.size(), store->count());
        for (const MemoryEntry &one : all) {
            const auto whole = store->find(one.id).value();
            QCOMPARE("number " + std::to_string(static_cast<int>(whole->embedding[0])) + " é",
                     whole->content);
            QVERIFY(store->textScore(one.content, {}, one.id).value() > 0);
        }
    }

    void threadsMayShareAStore_data() { bothStores(); }
    void threadsMayShareAStore()
    {
        QFETCH(bool, isFile);
        const auto store = open(isFile);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&store, t] {
                for (int i = 0; i < 40; ++i) {
                    const std::string id = std::to_string(t) + "-" + std::to_string(i);
                    (void)store->put(entry(id, "shared words " + id));
                    (void)store->searchText("words", {}, 5);
                    (void)store->touch({id}, i);
                    if (i % 4 == 0)
                        (void)store->forget(id);
                }
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(store->count(), 120u);
    }
};

ORRERY_TEST(TestMemoryStores)
#include "tst_memorystores.moc"
