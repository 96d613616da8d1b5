// SPDX-License-Identifier: GPL-3.0-or-later
// A memory file that two programs have open: what one writes, the other sees; and what is written when.
#include "core/memory/memorystore.h"
#include "core/store/sqlite.h"
#include "tests/support/failingvfs.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <random>

using namespace orrery;
using namespace orrery::memory;

namespace {

MemoryEntry sharedEntry(std::string id, std::string content, std::vector<float> vector = {},
                        std::string embedder = "one")
{
    MemoryEntry made;
    made.id = std::move(id);
    made.content = std::move(content);
    made.embedding = std::move(vector);
    if (!made.embedding.empty())
        made.embedder = std::move(embedder);
    return made;
}

/// All that a store answers, as text.
std::string answersOf(MemoryStore &store)
{
    std::string text = std::to_string(store.count()) + " entries\n";
    const auto add = [&text](const char *name, const Result<Leg> &leg) {
        text += name;
        if (!leg) {
            text += ": " + leg.error().message + "\n";
            return;
        }
        for (const Found &found : leg->found)
            text += " " + found.entry.id + "=" + std::to_string(found.score);
        for (const SearchedWord &word : leg->words)
            text += " " + word.word + ":" + std::to_string(word.rows);
        text += " others " + std::to_string(leg->otherEmbeddings) + "\n";
    };
    add("text", store.searchText("apple pie", {}, 100));
    add("one", store.searchVector({{1, 0.5F}, "one"}, {}, 100));
    add("two", store.searchVector({{1, 2, 3}, "two"}, {}, 100));
    Filter filter;
    filter.type = "episodic";
    add("of a type", store.searchVector({{1, 0.5F}, "one"}, filter, 100));
    return text;
}

void executeIn(const std::string &path, const std::string &sql)
{
    auto database = store::Database::open(path, store::Database::Mode::ReadWrite).value();
    const auto done = database.execute(sql);
    QVERIFY2(done, done ? "" : done.error().message.c_str());
}

} // namespace

class TestSharedMemory : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::string path(const char *name) { return m_folder.filePath(name).toStdString(); }

private slots:
    void vectorsFollowWhatAnotherWrites()
    {
        const std::string file = path("vectors");
        const auto mine = openSqliteStore(file).value();
        const auto others = openSqliteStore(file).value();
        const auto nearest = [&] {
            const auto leg = mine->searchVector({{1, 0}, "one"}, {}, 1);
            return leg && !leg->found.empty() ? leg->found[0].entry.id : std::string();
        };
        QVERIFY(mine->put(sharedEntry("a", "apple", {0, 1})));
        QCOMPARE(nearest(), std::string("a"));
        QVERIFY(others->put(sharedEntry("b", "apple", {1, 0.2F})));
        QCOMPARE(nearest(), std::string("b"));
        QCOMPARE(mine->count(), 2u);
        QVERIFY(others->put(sharedEntry("b", "apple", {-1, 0})));
        QCOMPARE(nearest(), std::string("a"));
        QVERIFY(others->put(sharedEntry("c", "apple")));
        QVERIFY(others->attach("c", "apple", {{1, 0}, "one"}).value());
        QCOMPARE(nearest(), std::string("c"));
        QVERIFY(others->forget("c").value());
        QVERIFY(others->forget("a").value());
        QVERIFY(mine->put(sharedEntry("d", "apple", {0, 1})));
        QCOMPARE(nearest(), std::string("d"));
        QCOMPARE(mine->searchVector({{1, 0}, "one"}, {}, 10)->found.size(), 2u);
        QCOMPARE(mine->count(), 2u);
    }

    void twoStoresAnswerAsOneThatIsOpenedAnew()
    {
        const auto seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const std::string file = path("random");
        std::unique_ptr<MemoryStore> stores[] = {openSqliteStore(file).value(),
                                                 openSqliteStore(file).value()};
        const char *const words[] = {"apple", "pie", "pear", "apple pie", "plum and apple"};
        for (int step = 0; step < 300; ++step) {
            MemoryStore &store = *stores[random() % 2];
            const std::string id = "m" + std::to_string(random() % 12);
            MemoryEntry made = sharedEntry(id, words[random() % 5]);
            made.type = random() % 2 ? "episodic" : "semantic";
            if (const auto kind = random() % 3) {
                made.embedder = kind == 1 ? "one" : "two";
                for (std::size_t i = 0; i <= kind; ++i)
                    made.embedding.push_back(float(random() % 7) - 3);
            }
            if (random() % 4 == 0)
                QVERIFY(store.forget(id));
            else if (random() % 4 == 0)
                QVERIFY(store.attach(id, words[random() % 5], {{float(step), 1}, "one"}));
            else
                QVERIFY(store.put(made));
            if (random() % 3)
                continue; // so that several changes come together
            const std::string expected = answersOf(*openSqliteStore(file).value());
            for (const auto &one : stores)
                QCOMPARE(QString::fromStdString(answersOf(*one)), QString::fromStdString(expected));
        }
    }

    void whoIsFarBehindReadsEverythingAgain_data()
    {
        QTest::addColumn<int>("changes");
        QTest::newRow("as many as are kept") << 16384;
        QTest::newRow("one more") << 16385;
        QTest::newRow("many more") << 20000;
    }
    void whoIsFarBehindReadsEverythingAgain()
    {
        QFETCH(int, changes);
        const std::string file = path(QTest::currentDataTag());
        const auto store = openSqliteStore(file).value();
        QVERIFY(store->put(sharedEntry("a", "apple", {1, 0})));
        QVERIFY(store->put(sharedEntry("b", "apple pie", {1, 1})));
        (void)answersOf(*store);
        // The same entry, written anew many times in one go, and then others.
        executeIn(file, "BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                        " WHERE i < "
                            + std::to_string(changes - 2)
                            + ") INSERT INTO changes(row, rows, vectors) SELECT 2, 0, 0 FROM n;"
                              "UPDATE memory SET embedding = x'000000c000000000' WHERE id = 'b';"
                              "DELETE FROM memory WHERE id = 'a'; COMMIT;");
        QCOMPARE(QString::fromStdString(answersOf(*store)),
                 QString::fromStdString(answersOf(*openSqliteStore(file).value())));
        QCOMPARE(store->searchVector({{1, 0}, "one"}, {}, 5)->found.at(0).score, -1.0);
        auto database = store::Database::open(file, store::Database::Mode::ReadOnly).value();
        auto kept = database.prepare("SELECT count(*) FROM changes").value();
        QVERIFY(kept.step().value());
        QVERIFY(kept.integer(0) <= 16384);
    }

    void aRecallWaitsForNoDisk()
    {
        test::FailingVfs disk;
        const std::string file = path("accesses");
        auto store = openSqliteStore(file).value();
        for (int i = 0; i < 300; ++i)
            QVERIFY(store->put(sharedEntry("m" + std::to_string(i), "apple")));
        const int before = disk.syncs();
        // Often enough, of entries enough and over a time long enough that they are written.
        for (int round = 0; round < 5; ++round)
            for (int i = 0; i < 300; ++i)
                QVERIFY(store->touch({"m" + std::to_string(i)}, 1000 + round * 8000 + i));
        QCOMPARE(disk.syncs(), before);
        const auto other = openSqliteStore(file).value();
        QVERIFY(other->find("m7").value()->accessCount >= 3);
        QCOMPARE(store->find("m7").value()->accessCount, 5);
        store.reset();
        QCOMPARE(other->find("m7").value()->accessCount, 5);
        QCOMPARE(other->find("m7").value()->accessedMs, 1000 + 4 * 8000 + 7);
        // What must last waits for the disk as before.
        const int beforePut = disk.syncs();
        QVERIFY(other->put(sharedEntry("last", "apple")));
        QVERIFY(disk.syncs() > beforePut);
    }

    void accessesAreKeptWhileAnotherWrites()
    {
        const std::string file = path("locked accesses");
        auto store = openSqliteStore(file).value();
        QVERIFY(store->put(sharedEntry("a", "apple")));
        auto other = store::Database::open(file, store::Database::Mode::ReadWrite).value();
        QVERIFY(other.execute("BEGIN IMMEDIATE"));
        QVERIFY(store->touch({"a"}, 1000));
        QVERIFY(store->touch({"a"}, 50'000)); // due
        QCOMPARE(store->find("a").value()->accessCount, 2);
        QVERIFY(other.execute("ROLLBACK"));
        store.reset();
        QCOMPARE(openSqliteStore(file).value()->find("a").value()->accessCount, 2);
    }

    void aWriteThatFailsSaysWhyAndChangesNothing_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("message");
        QTest::newRow("full") << SQLITE_FULL << "full";
        QTest::newRow("read-only") << SQLITE_READONLY << "readonly";
        QTest::newRow("broken") << SQLITE_IOERR << "I/O error";
    }
    void aWriteThatFailsSaysWhyAndChangesNothing()
    {
        QFETCH(int, code);
        QFETCH(QString, message);
        test::FailingVfs disk;
        const std::string file = path(QTest::currentDataTag());
        const auto store = openSqliteStore(file).value();
        QVERIFY(store->put(sharedEntry("a", "apple", {1, 0})));
        const std::string before = answersOf(*store);
        QVERIFY(store->touch({"a"}, 1000));
        disk.failAfter(0, code);
        for (const auto &failed :
             {store->put(sharedEntry("b", "apple", {0, 1})), store->forget("a").map([](bool) {}),
              store->attach("a", "apple", {{5, 5}, "one"}).map([](bool) {})}) {
            QVERIFY(!failed);
            QCOMPARE(int(failed.error().code), int(ErrorCode::Database));
            const QString told = QString::fromStdString(failed.error().message);
            QVERIFY2(told.contains(message) && told.contains(QString::fromStdString(file)),
                     qPrintable(told));
        }
        disk.heal();
        QCOMPARE(QString::fromStdString(answersOf(*store)), QString::fromStdString(before));
        QVERIFY(store->put(sharedEntry("b", "apple", {0, 1})));
        QCOMPARE(store->find("a").value()->accessCount, 1);
        QCOMPARE(QString::fromStdString(answersOf(*store)),
                 QString::fromStdString(answersOf(*openSqliteStore(file).value())));
    }
};

ORRERY_TEST(TestSharedMemory)
#include "tst_sharedmemory.moc"
