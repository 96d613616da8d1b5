// SPDX-License-Identifier: GPL-3.0-or-later
// Vectors that come later than their entries, of embedders that fail, hang, refuse and change their names; and stores
// that fail.
#include "core/memory/memory.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <cmath>
#include <condition_variable>
#include <functional>
#include <set>

using namespace orrery;
using namespace orrery::memory;

namespace {

/// Three values for a text: its length, its first byte, and the number of the embedder's name. Does what it is told.
class ToldEmbedder final : public Embedder
{
public:
    std::string name() const override { return "told:" + std::to_string(number); }
    int dimension() const override { return dimensions; }
    Result<std::vector<float>> embed(std::string_view text) override
    {
        auto vectors = embedBatch({std::string(text)});
        if (!vectors)
            return fail(vectors.error());
        return vectors->front();
    }
    Result<std::vector<std::vector<float>>>
    embedBatch(const std::vector<std::string> &texts) override
    {
        ++calls;
        const int own = number;
        {
            std::unique_lock lock(m_mutex);
            m_goOn.wait(lock, [this] { return !waits || m_isCancelled; });
            if (std::exchange(m_isCancelled, false))
                return fail(ErrorCode::Cancelled, "given up");
        }
        if (embedded + int(texts.size()) > mostTexts) {
            Error error = makeError(ErrorCode::Network, "connection refused");
            error.retryable = true;
            return fail(std::move(error));
        }
        std::vector<std::vector<float>> vectors;
        for (const std::string &text : texts) {
            if (text.find(refused) != std::string::npos)
                return fail(ErrorCode::InvalidArgument, "text too long");
            std::vector<float> vector(static_cast<std::size_t>(dimensions.load()),
                                      static_cast<float>(own));
            vector[0] = text.find(spoilt) == std::string::npos ? float(text.size()) : std::nanf("");
            vector[1] = text.empty() ? 0.0F : float(text[0]);
            vectors.push_back(std::move(vector));
        }
        embedded += int(texts.size());
        if (changesItsName.exchange(false))
            ++number;
        return vectors;
    }
    void cancel() override
    {
        std::lock_guard lock(m_mutex);
        m_isCancelled = waits;
        m_goOn.notify_all();
    }
    void wait(bool on)
    {
        std::lock_guard lock(m_mutex);
        waits = on;
        m_goOn.notify_all();
    }

    std::atomic<int> calls{0};
    std::atomic<int> embedded{0};        ///< texts
    std::atomic<int> mostTexts{1 << 30}; ///< then the connection is refused
    std::atomic<int> number{1};
    std::atomic<int> dimensions{3};
    std::atomic<bool> changesItsName{false}; ///< at the end of the next call
    std::atomic<bool> waits{false};
    std::string refused = "refuse this"; ///< texts that hold it are an error
    std::string spoilt = "spoil this";   ///< their vectors are not finite

private:
    std::mutex m_mutex;
    std::condition_variable m_goOn;
    bool m_isCancelled = false;
};

MemoryEntry gapEntry(std::string id, std::string content)
{
    MemoryEntry made;
    made.id = std::move(id);
    made.content = std::move(content);
    return made;
}

std::string nameOf(int i) { return "m" + std::to_string(i); }

/// Hands on to another store, but for writes, which fail so often as they are told.
class FailingStore final : public MemoryStore
{
public:
    FailingStore(std::unique_ptr<MemoryStore> store, int failures, Error error)
        : m_store(std::move(store)), m_failures(failures), m_error(std::move(error))
    {}
    std::string_view textMethod() const override { return m_store->textMethod(); }
    Result<void> put(const MemoryEntry &entry) override
    {
        return m_failures-- > 0 ? fail(m_error) : m_store->put(entry);
    }
    Result<bool> forget(const std::string &id) override { return m_store->forget(id); }
    Result<std::optional<MemoryEntry>> find(const std::string &id) override
    {
        return m_store->find(id);
    }
    Result<std::size_t> attachAll(std::span<const Attachment> all, const std::string &by) override
    {
        return m_store->attachAll(all, by);
    }
    Result<void> touch(const std::vector<std::string> &ids, std::int64_t nowMs) override
    {
        return m_store->touch(ids, nowMs);
    }
    Result<std::vector<MemoryEntry>> list(const Filter &filter, std::size_t limit) override
    {
        return m_store->list(filter, limit);
    }
    std::size_t count() override { return m_store->count(); }
    Result<std::vector<Unembedded>> withoutEmbedding(const std::string &by,
                                                     std::size_t limit) override
    {
        return m_store->withoutEmbedding(by, limit);
    }
    Result<std::vector<std::string>> sample(std::size_t most) override
    {
        return m_store->sample(most);
    }
    Result<Leg> searchText(const std::string &text, const Filter &filter,
                           std::size_t limit) override
    {
        return m_store->searchText(text, filter, limit);
    }
    Result<Leg> searchVector(const NamedVector &vector, const Filter &filter,
                             std::size_t limit) override
    {
        return m_store->searchVector(vector, filter, limit);
    }
    Result<double> textScore(const std::string &text, const Filter &filter,
                             const std::string &id) override
    {
        return m_store->textScore(text, filter, id);
    }

private:
    std::unique_ptr<MemoryStore> m_store;
    int m_failures;
    Error m_error;
};

} // namespace

class TestGapFiller : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::string path(const char *name) { return m_folder.filePath(name).toStdString(); }

    static std::size_t gapsOf(const std::string &file, const ToldEmbedder &embedder)
    {
        return openSqliteStore(file).value()->withoutEmbedding(embedder.name(), 10'000)->size();
    }
    static void write(const std::string &file, int entries)
    {
        const auto store = openSqliteStore(file).value();
        for (int i = 0; i < entries; ++i)
            QVERIFY(store->put(gapEntry(nameOf(i), "entry " + std::to_string(i))));
    }

private slots:
    void gapsAreFilledWhenTheFileIsOpened()
    {
        const std::string file = path("opened");
        write(file, 150);
        const auto embedder = std::make_shared<ToldEmbedder>();
        const auto memory = Memory::open(file, embedder).value();
        QTRY_COMPARE(gapsOf(file, *embedder), 0u);
        QCOMPARE(embedder->embedded.load(), 150);
        QCOMPARE(memory->find("m7").value()->embedding[0], 7.0F);
        SearchQuery query;
        query.text = "entry 7";
        QCOMPARE(memory->search(query)->vector.found, 30u);
        QCOMPARE(memory->embedMissing(10).value(), 0u);
    }

    void theyAreFilledWhenTheEmbedderWorksAgain_data()
    {
        QTest::addColumn<bool>("bySearch");
        QTest::newRow("a search finds out") << true;
        QTest::newRow("a new entry finds out") << false;
    }
    void theyAreFilledWhenTheEmbedderWorksAgain()
    {
        QFETCH(bool, bySearch);
        const std::string file = path(QTest::currentDataTag());
        const auto embedder = std::make_shared<ToldEmbedder>();
        const auto memory = Memory::open(file, embedder).value();
        embedder->mostTexts = 0;
        for (int i = 0; i < 100; ++i)
            QCOMPARE(memory->store(gapEntry(nameOf(i), "entry")).value(),
                     std::string("connection refused"));
        embedder->mostTexts = 1 << 30;
        SearchQuery query;
        query.text = "entry";
        if (bySearch)
            QVERIFY(memory->search(query));
        else
            QCOMPARE(memory->store(gapEntry("new", "entry")).value(), std::string());
        QTRY_COMPARE(gapsOf(file, *embedder), 0u);
        QCOMPARE(embedder->embedded.load(), 101);
    }

    void whatWasCutOffGoesOnWithTheNextProgram()
    {
        const std::string file = path("cut off");
        write(file, 300);
        const auto first = std::make_shared<ToldEmbedder>();
        first->mostTexts = 150;
        {
            const auto memory = Memory::open(file, first).value();
            QTRY_VERIFY(first->calls == 3); // batches of 64: the third is refused
        }
        QCOMPARE(gapsOf(file, *first), std::size_t(300 - 128));
        const auto second = std::make_shared<ToldEmbedder>();
        const auto memory = Memory::open(file, second).value();
        QTRY_COMPARE(gapsOf(file, *second), 0u);
        QCOMPARE(second->embedded.load(), 300 - 128);
    }

    void nobodyWaitsForIt()
    {
        const std::string file = path("waiting");
        write(file, 100);
        const auto embedder = std::make_shared<ToldEmbedder>();
        embedder->wait(true);
        auto memory = Memory::open(file, embedder).value();
        QTRY_VERIFY(embedder->calls > 0);
        SearchQuery query;
        query.text = "entry";
        query.embedTimeoutMs = 1;
        QCOMPARE(memory->search(query)->text.found, 30u);
        QCOMPARE(memory->store(gapEntry("new", "entry"), 1)->empty(), false);
        // Neither does who closes it, although the embedder never answers.
        memory.reset();
        QCOMPARE(gapsOf(file, *embedder), 101u);
    }

    void aTextThatIsRefusedKeepsNoOtherFromItsVector_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("an error") << "refuse this";
        QTest::newRow("no numbers") << "spoil this";
    }
    void aTextThatIsRefusedKeepsNoOtherFromItsVector()
    {
        QFETCH(QString, text);
        const std::string file = path(QTest::currentDataTag());
        write(file, 100);
        const auto store = openSqliteStore(file).value();
        for (const int i : {0, 50, 51})
            QVERIFY(store->put(gapEntry(nameOf(i), text.toStdString())));
        const auto embedder = std::make_shared<ToldEmbedder>();
        Memory memory(openSqliteStore(file).value(), embedder);
        while (memory.embedMissing(64).value() > 0) {}
        QCOMPARE(gapsOf(file, *embedder), 3u);
        const int calls = embedder->calls;
        QCOMPARE(memory.embedMissing(64).value(), 0u);
        QCOMPARE(embedder->calls.load(), calls);
    }

    void whoRefusesEverythingHasRefusedNothing()
    {
        const std::string file = path("refused");
        write(file, 10);
        const auto embedder = std::make_shared<ToldEmbedder>();
        embedder->refused = "entry";
        Memory memory(openSqliteStore(file).value(), embedder);
        const auto failed = memory.embedMissing(64);
        QVERIFY(!failed);
        QCOMPARE(failed.error().message, std::string("text too long"));
        embedder->refused = "nothing";
        QCOMPARE(memory.embedMissing(64).value(), 10u);
    }

    void anEmbedderOfAnotherNameMakesThemAnew()
    {
        const std::string file = path("renamed");
        write(file, 70);
        const auto embedder = std::make_shared<ToldEmbedder>();
        const auto memory = Memory::open(file, embedder).value();
        QTRY_COMPARE(gapsOf(file, *embedder), 0u);
        embedder->number = 2;
        QCOMPARE(gapsOf(file, *embedder), 70u);
        memory->fillGaps();
        QTRY_COMPARE(gapsOf(file, *embedder), 0u);
        QCOMPARE(memory->find("m3").value()->embedding[2], 2.0F);
    }

    /// The last value of each vector says which embedder made it.
    void aVectorBearsTheNameOfWhoMadeIt()
    {
        const auto embedder = std::make_shared<ToldEmbedder>();
        Memory memory(makeTransientStore(), embedder);
        const auto agrees = [&](const std::string &id) {
            const auto entry = memory.find(id).value();
            return entry->embedder == "told:" + std::to_string(int(entry->embedding.at(2)));
        };
        embedder->changesItsName = true;
        QVERIFY(memory.store(gapEntry("a", "entry")));
        QVERIFY(agrees("a"));
        QVERIFY(memory.store(gapEntry("b", "entry")));
        embedder->changesItsName = true;
        QCOMPARE(memory.embedMissing(10).value(), 0u); // both have it
        embedder->number = 7;
        embedder->changesItsName = true;
        QCOMPARE(memory.embedMissing(10).value(), 2u);
        QVERIFY(agrees("a") && agrees("b"));
        SearchQuery query;
        query.text = "entry";
        embedder->changesItsName = true;
        QCOMPARE(memory.embedMissing(10).value_or(0), 0u);
        const SearchOutcome outcome = memory.search(query).value();
        QCOMPARE(outcome.embedder, embedder->name());
    }

    void theVectorOfAQueryIsKeptForOneEmbedderOnly()
    {
        const auto embedder = std::make_shared<ToldEmbedder>();
        Memory memory(makeTransientStore(), embedder);
        QVERIFY(memory.store(gapEntry("a", "entry")));
        SearchQuery query;
        query.text = "question";
        QVERIFY(memory.search(query)->vector.ran);
        const int calls = embedder->calls;
        QVERIFY(memory.search(query)->vector.ran);
        QCOMPARE(embedder->calls.load(), calls);
        embedder->number = 2;
        QCOMPARE(memory.embedMissing(10).value(), 1u);
        const SearchOutcome outcome = memory.search(query).value();
        QCOMPARE(embedder->calls.load(), calls + 2);
        QCOMPARE(outcome.embedder, std::string("told:2"));
        QCOMPARE(outcome.hits.at(0).vector->score,
                 memory.searchWith(query, {embedder->embed("question").value(), "told:2"})
                     ->hits.at(0)
                     .vector->score);
    }

    void anErrorOfTheStoreIsToldAsWhatItIs_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("message");
        QTest::addColumn<bool>("isStored");
        QTest::newRow("full") << int(ErrorCode::Database) << "database or disk is full" << false;
        QTest::newRow("locked") << int(ErrorCode::Database) << "database is locked" << false;
        QTest::newRow("dimension")
            << int(ErrorCode::InvalidArgument)
            << "The embedding has 3 values, those that are stored have 2." << true;
    }
    void anErrorOfTheStoreIsToldAsWhatItIs()
    {
        QFETCH(int, code);
        QFETCH(QString, message);
        QFETCH(bool, isStored);
        const auto embedder = std::make_shared<ToldEmbedder>();
        // Once: a second try, without the vector, would do.
        Memory memory(
            std::make_unique<FailingStore>(makeTransientStore(), 1,
                                           makeError(ErrorCode(code), message.toStdString())),
            embedder);
        const auto stored = memory.store(gapEntry("a", "entry"));
        QCOMPARE(stored.has_value(), isStored);
        QCOMPARE(QString::fromStdString(stored ? *stored : stored.error().message), message);
        QCOMPARE(memory.count(), isStored ? 1u : 0u);
        if (isStored)
            QVERIFY(memory.find("a").value()->embedding.empty());
    }

    void aModelOfAnotherSizeLeavesTheTextAndStopsFilling()
    {
        const std::string file = path("another size");
        const auto embedder = std::make_shared<ToldEmbedder>();
        Memory memory(openSqliteStore(file).value(), embedder);
        for (const char *id : {"a", "b"})
            QCOMPARE(memory.store(gapEntry(id, "entry")).value(), std::string());
        embedder->dimensions = 4;
        QCOMPARE(memory.store(gapEntry("c", "entry")).value(),
                 std::string("The embedding has 4 values, those that are stored have 3."));
        QCOMPARE(memory.find("c").value()->content, std::string("entry"));
        const auto failed = memory.embedMissing(10);
        QVERIFY(!failed);
        QCOMPARE(int(failed.error().code), int(ErrorCode::InvalidArgument));
        embedder->dimensions = 3;
        QCOMPARE(memory.embedMissing(10).value(), 1u);
    }
};

ORRERY_TEST(TestGapFiller)
#include "tst_gapfiller.moc"
