// SPDX-License-Identifier: GPL-3.0-or-later
// Events as columns in memory: what the rows say, in which order they come, and what is read of which journal.
#include "core/store/eventblock.h"
#include "core/store/eventloader.h"
#include "core/store/journal.h"
#include "tests/support/firstformat.h"
#include "tests/support/randomrun.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <map>
#include <sqlite3.h>
#include <thread>

using namespace orrery;
using namespace orrery::store;

namespace {

constexpr int kPatience = 60000; // ms

unsigned toldSeed()
{
    const QByteArray given = qgetenv("ORRERY_SEED");
    const unsigned seed = given.isEmpty() ? std::random_device{}() : given.toUInt();
    qInfo("seed %u (ORRERY_SEED)", seed);
    return seed;
}

void appendAll(const std::string &file, const std::vector<EventPtr> &events)
{
    auto writer = JournalWriter::open(file);
    QVERIFY2(writer.has_value(), writer ? "" : writer.error().message.c_str());
    for (const EventPtr &event : events)
        (*writer)->append(event);
    QVERIFY((*writer)->flush().has_value());
}

void change(const std::string &file, const std::string &sql)
{
    sqlite3 *db = nullptr;
    QCOMPARE(sqlite3_open(file.c_str(), &db), SQLITE_OK);
    char *error = nullptr;
    sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error);
    const QString said = QString::fromUtf8(error ? error : "");
    sqlite3_free(error);
    sqlite3_close(db);
    QCOMPARE(said, QString());
}

std::string joined(std::initializer_list<std::int64_t> numbers,
                   std::initializer_list<std::string_view> texts)
{
    std::string line;
    for (const std::int64_t number : numbers)
        line += std::to_string(number) + " ";
    for (const std::string_view text : texts)
        line.append(text).append("|");
    return line;
}

/// A row as text, with all names spelled out.
std::string said(const EventSnapshot &events, const EventRow &row)
{
    return joined({std::int64_t(row.seq), row.timeUs, row.durationUs, std::int64_t(row.parent),
                   row.kind != EventKind::Count, row.tokens, row.outputTokens, row.costNanoUsd,
                   row.firstMs, row.detail},
                  {events.name(row.kindName), events.name(row.run), events.name(row.agent),
                   events.name(row.tool), events.name(row.call), row.summary});
}

std::string expected(const Event &event)
{
    const EventColumns columns = columnsOf(event);
    return joined(
        {std::int64_t(event.seq), event.timeUs, event.durationUs, std::int64_t(event.parent),
         event.kind != EventKind::Count, columns.tokens, columns.outputTokens, columns.costNanoUsd,
         columns.firstMs, columns.detail},
        {kindNameOf(event), event.run, event.agent, columns.tool, columns.call, columns.summary});
}

void compareAll(const EventSnapshot &events, const std::vector<EventPtr> &written)
{
    QCOMPARE(events.size(), written.size());
    for (std::size_t i = 0; i < written.size(); ++i)
        QCOMPARE(said(events, events.row(i)), expected(*written[i]));
    std::size_t index = 0;
    for (std::size_t number = 0; number < events.blockCount(); ++number) {
        const BlockColumns block = events.block(number);
        QCOMPARE(block.first, index);
        for (std::size_t row = 0; row < block.size; ++row, ++index) {
            const EventRow whole = events.row(index);
            QCOMPARE(events.blockOf(index), number);
            QVERIFY(block.seq(row) == whole.seq && block.parent(row) == whole.parent
                    && block.timeUs[row] == whole.timeUs && block.kind[row] == whole.kind
                    && block.durationUs[row] == whole.durationUs && block.run[row] == whole.run
                    && block.agent[row] == whole.agent && block.tool[row] == whole.tool
                    && block.call[row] == whole.call && block.detail[row] == whole.detail
                    && block.summary(row) == whole.summary);
        }
    }
    QCOMPARE(index, events.size());
}

struct Loaded {
    EventSnapshot events;
    EventLoader::Progress progress;
    std::string error;
};

Loaded loadWhole(const std::string &file)
{
    Loaded loaded;
    EventStore store;
    auto loader = EventLoader::open(file, store);
    if (!loader) {
        loaded.error = loader.error().message;
        return loaded;
    }
    if (!(*loader)->waitUntilWhole(kPatience))
        loaded.error = "it takes too long";
    loaded.events = store.snapshot();
    loaded.progress = (*loader)->progress();
    return loaded;
}

} // namespace

class TestEventStore : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::string path(const char *name) const { return m_folder->filePath(name).toStdString(); }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void rowsAreTheColumnsOfTheEvents_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("journal of format 1") << 1;
        QTest::newRow("journal of format 2") << 2;
        QTest::newRow("no journal") << 0;
    }
    void rowsAreTheColumnsOfTheEvents()
    {
        QFETCH(int, format);
        const std::string file = path("j.orrery");
        // Three parts of blocks, and more than the tail.
        const auto events = test::RandomRun(toldSeed()).events(3 * EventLoader::kTailRows / 2);
        if (format == 0) {
            EventStore store;
            for (const EventPtr &event : events)
                store.append(event);
            compareAll(store.snapshot(), events);
            return;
        }
        if (format == 1)
            test::beginFirstFormat(file);
        appendAll(file, events);
        const Loaded loaded = loadWhole(file);
        QCOMPARE(loaded.error, std::string());
        QVERIFY(loaded.events.isWhole() && !loaded.events.gap());
        QVERIFY(loaded.progress.damage.empty() && !loaded.progress.isBeingWritten);
        compareAll(loaded.events, events);
    }

    void theTailIsThereFirstAndNothingMovesLater()
    {
        const std::string file = path("j.orrery");
        const std::uint64_t count = EventLoader::kTailRows * 3 + 100;
        const auto events = test::RandomRun(toldSeed()).events(count);
        appendAll(file, events);
        EventStore store;
        std::vector<EventSnapshot> seen; // written on the loader's thread, read after it has ended
        {
            auto loader = EventLoader::open(file, store, [&] { seen.push_back(store.snapshot()); });
            QVERIFY(loader.has_value());
            QVERIFY((*loader)->waitUntilWhole(kPatience));
        }
        QVERIFY(seen.size() > 5);
        std::size_t withGap = 0;
        bool wasInTail = false;
        for (const EventSnapshot &snapshot : seen) {
            if (const auto gap = snapshot.gap()) {
                ++withGap;
                // All that is there begins in front without a hole, or ends at the end without one.
                for (std::size_t i = 0; i < *gap; i += 97)
                    QCOMPARE(snapshot.row(i).seq, i + 1);
                for (std::size_t i = *gap; i < snapshot.size(); i += 97)
                    QVERIFY(snapshot.row(i).seq == count - EventLoader::kTailRows + 1 + i - *gap);
                wasInTail = wasInTail || (*gap == 0 && snapshot.lastSeq() == count);
            }
            for (std::size_t i = 0; i < snapshot.size(); i += 211)
                QCOMPARE(said(snapshot, snapshot.row(i)),
                         expected(*events[std::size_t(snapshot.row(i).seq) - 1]));
        }
        QVERIFY(withGap > 1 && wasInTail);
        QVERIFY(seen.back().isWhole() && seen.back().size() == count);
        QVERIFY(seen.front().layout() < seen.back().layout());
    }

    void aJournalThatIsWrittenIsFollowed()
    {
        const std::string file = path("j.orrery");
        test::RandomRun run(toldSeed());
        auto writer = JournalWriter::open(file);
        QVERIFY(writer.has_value());
        EventStore store;
        auto loader = EventLoader::open(file, store);
        QVERIFY(loader.has_value());
        std::vector<EventPtr> events;
        for (int piece = 0; piece < 6; ++piece) {
            for (int i = 0; i < 1500; ++i) {
                events.push_back(run.next());
                (*writer)->append(events.back());
            }
            QVERIFY((*writer)->flush().has_value());
            QTRY_COMPARE_WITH_TIMEOUT(store.snapshot().size(), events.size(), kPatience);
            QTRY_VERIFY_WITH_TIMEOUT((*loader)->progress().isBeingWritten, kPatience);
        }
        compareAll(store.snapshot(), events);
        (*writer).reset();
        QTRY_VERIFY_WITH_TIMEOUT(!(*loader)->progress().isBeingWritten, kPatience);
    }

    void placesAreFoundByNumberAndByTime()
    {
        std::mt19937 random(toldSeed());
        EventStore store;
        std::vector<std::pair<std::uint64_t, std::int64_t>> rows;
        store.openGap();
        const auto fill = [&](EventPart part, std::uint64_t seq, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i) {
                EventRow row;
                // Far apart too, as in a journal that somebody else wrote.
                row.seq = seq +=
                    random() % 50 == 0 ? std::uint64_t(random()) << 12 : 1 + random() % 3;
                row.parent = seq / 2;
                row.timeUs = std::int64_t(i) * 10 + std::int64_t(random() % 400)
                             + (part == EventPart::Tail ? 90000 : 0);
                store.add(part, row);
                rows.emplace_back(row.seq, row.timeUs);
            }
            store.publish();
        };
        fill(EventPart::Tail, std::uint64_t(1) << 60, EventBlock::kRows + 700);
        const auto tail = std::exchange(rows, {});
        fill(EventPart::Front, 0, 2 * EventBlock::kRows + 5);
        rows.insert(rows.end(), tail.begin(), tail.end());
        const EventSnapshot events = store.snapshot();
        QCOMPARE(events.size(), rows.size());
        QVERIFY(events.gap() == 2 * EventBlock::kRows + 5);
        for (int i = 0; i < 3000; ++i) {
            const auto &row = rows[random() % rows.size()];
            const std::uint64_t seq = row.first + random() % 3 - 1;
            const auto bySeq = std::find_if(rows.begin(), rows.end(),
                                            [&](const auto &each) { return each.first >= seq; });
            QCOMPARE(events.lowerBound(seq), std::size_t(bySeq - rows.begin()));
            const std::int64_t us = row.second + std::int64_t(random() % 3) - 1;
            const auto byTime = std::find_if(rows.begin(), rows.end(),
                                             [&](const auto &each) { return each.second >= us; });
            QCOMPARE(events.lowerBoundTime(us), std::size_t(byTime - rows.begin()));
        }
        for (std::size_t i = 0; i < rows.size(); ++i)
            QVERIFY(events.row(i).seq == rows[i].first
                    && events.row(i).parent == rows[i].first / 2);
        QCOMPARE(events.lowerBound(UINT64_MAX), rows.size());
        QCOMPARE(events.lowerBoundTime(INT64_MAX), rows.size());
        QCOMPARE(events.lowerBoundTime(INT64_MIN), std::size_t(0));
    }

    void whatIsOutOfOrderIsIgnored()
    {
        EventStore store;
        const auto add = [&](EventPart part, std::uint64_t seq) {
            EventRow row;
            row.seq = seq;
            store.add(part, row);
        };
        for (const std::uint64_t seq : {10, 10, 9, 11})
            add(EventPart::Tail, seq);
        for (const std::uint64_t seq : {1, 5, 3, 10, 12, 9})
            add(EventPart::Front, seq);
        QCOMPARE(store.snapshot().size(), std::size_t(0));
        store.publish();
        const EventSnapshot events = store.snapshot();
        QCOMPARE(events.size(), std::size_t(5));
        for (const auto &[index, seq] : {std::pair(0, 1), {1, 5}, {2, 9}, {3, 10}, {4, 11}})
            QCOMPARE(events.row(std::size_t(index)).seq, std::uint64_t(seq));
    }

    void aSnapshotStaysAsItIsWhileMoreComes()
    {
        EventStore store;
        test::RandomRun run(toldSeed());
        const auto events = run.events(3 * EventBlock::kRows);
        std::atomic<bool> hasEnded = false;
        std::atomic<int> bad = 0;
        std::thread reader([&] {
            while (!hasEnded) {
                const EventSnapshot snapshot = store.snapshot();
                for (std::size_t i = 0; i < snapshot.size(); i += 1 + snapshot.size() / 50)
                    if (said(snapshot, snapshot.row(i)) != expected(*events[i]))
                        ++bad;
                if (snapshot.find("no such name") != 0 || snapshot.name(UINT32_MAX) != "")
                    ++bad;
            }
        });
        for (const EventPtr &event : events)
            store.append(event);
        hasEnded = true;
        reader.join();
        QCOMPARE(bad.load(), 0);
        const EventSnapshot whole = store.snapshot();
        QVERIFY(whole.find("run_1") != 0 && whole.name(whole.find("run_1")) == "run_1");
        QCOMPARE(EventSnapshot().find("run_1"), NameId(0));
    }

    void eventsOfOtherKindsAreKeptAsTheyAre_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("format 1") << 1;
        QTest::newRow("format 2") << 2;
    }
    void eventsOfOtherKindsAreKeptAsTheyAre()
    {
        QFETCH(int, format);
        const std::string file = path("j.orrery");
        if (format == 1)
            test::beginFirstFormat(file);
        Event other;
        other.seq = 1;
        other.timeUs = 5;
        other.kind = EventKind::Count;
        other.kindName = "comet_seen";
        other.run = "run_1";
        other.data = {{"tail", 7}};
        appendAll(file, {std::make_shared<const Event>(other)});
        other.seq = 2;
        appendAll(file, {std::make_shared<const Event>(other)}); // by a program that begins anew
        auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        const auto read = (*reader)->read(1, 10);
        QVERIFY(read.has_value() && read->size() == 2 && (*reader)->damage().empty());
        QCOMPARE(toJson(*read->back()).dump(), toJson(other).dump());
        QVERIFY(toJson(*read->back())["kind"] == "comet_seen");
        const Loaded loaded = loadWhole(file);
        compareAll(loaded.events, *read);
        QCOMPARE(std::string(loaded.events.row(0).summary), std::string("{\"tail\":7}"));
        QVERIFY(loaded.progress.damage.empty());
    }

    void columnsThatMakeNoSenseAreMadeFromTheData()
    {
        std::mt19937 random(toldSeed());
        const std::string file = path("j.orrery");
        const auto events = test::RandomRun(unsigned(random())).events(600);
        appendAll(file, events);
        std::string sql = "CREATE TABLE e(seq INTEGER PRIMARY KEY, time_us, kind, run, agent, "
                          "parent, duration_us, tool, call, tokens,"
                          " output_tokens, cost_nano_usd, first_ms, detail, summary, data, "
                          "payload); INSERT INTO e SELECT * FROM events;"
                          " DROP TABLE events; ALTER TABLE e RENAME TO events;";
        static constexpr std::array<const char *, 8> columns = {
            "tool",          "call",     "tokens", "output_tokens",
            "cost_nano_usd", "first_ms", "detail", "summary"};
        static constexpr std::array<const char *, 5> values = {
            "x'ff00'", "-5", "1.5", "zeroblob(900)", "CAST(x'e28228' AS TEXT)"};
        for (int i = 0; i < 200; ++i)
            sql += std::string("UPDATE events SET ") + columns[random() % columns.size()] + " = "
                   + values[random() % values.size()]
                   + " WHERE seq = " + std::to_string(1 + random() % 600) + ";";
        sql += "UPDATE events SET detail = 200 WHERE seq % 7 = 0;"; // of no kind
        change(file, sql);
        const Loaded loaded = loadWhole(file);
        QCOMPARE(loaded.error, std::string());
        compareAll(loaded.events, events);
    }

    void withoutItsNamesAJournalIsStillRead()
    {
        const std::string file = path("j.orrery");
        const auto events = test::RandomRun(toldSeed()).events(500);
        appendAll(file, events);
        change(file, "DROP TABLE names");
        const Loaded loaded = loadWhole(file);
        QCOMPARE(loaded.events.size(), events.size());
        std::map<std::string, std::string> agents;
        for (std::size_t i = 0; i < events.size(); ++i) {
            const std::string name(loaded.events.name(loaded.events.row(i).agent));
            QCOMPARE(name.empty(), events[i]->agent.empty());
            QCOMPARE(agents.try_emplace(events[i]->agent, name).first->second, name);
            QVERIFY(loaded.events.row(i).summary == columnsOf(*events[i]).summary);
        }
        auto reader = JournalReader::open(file);
        const auto read = (*reader)->read(1, 1000);
        QVERIFY(read.has_value() && read->size() == events.size());
        QVERIFY((*reader)->damage().size() == events.size());
        QCOMPARE((*reader)->damage().front().what.find("Event 1 is not whole: the name of its run"),
                 std::size_t(0));
    }

    void whatADamagedJournalStillHasGetsRows_data()
    {
        QTest::addColumn<int>("format");
        QTest::newRow("format 1") << 1;
        QTest::newRow("format 2") << 2;
    }
    void whatADamagedJournalStillHasGetsRows()
    {
        QFETCH(int, format);
        std::mt19937 random(toldSeed());
        const std::string whole = path("j.orrery");
        if (format == 1)
            test::beginFirstFormat(whole);
        const auto events = test::RandomRun(unsigned(random())).events(3000);
        appendAll(whole, events);
        QFile file(QString::fromStdString(whole));
        QVERIFY(file.open(QFile::ReadOnly));
        const QByteArray bytes = file.readAll();
        std::size_t most = 0;
        for (int round = 0; round < 25; ++round) {
            const std::string damaged = path("d.orrery");
            for (const char *end : {"", "-wal", "-shm"})
                QFile::remove(QString::fromStdString(damaged + end));
            QByteArray part =
                bytes.left(round % 2 ? bytes.size()
                                     : 4096 + qsizetype(random() % unsigned(bytes.size() - 4096)));
            if (round % 2)
                for (int i = 0; i < 30; ++i)
                    part[qsizetype(8192 + random() % unsigned(part.size() - 8192))] =
                        char(random());
            QFile out(QString::fromStdString(damaged));
            QVERIFY(out.open(QFile::WriteOnly));
            out.write(part);
            out.close();
            const Loaded loaded = loadWhole(damaged);
            if (!loaded.error.empty()) {
                QVERIFY(loaded.error.find("d.orrery") != std::string::npos);
                continue;
            }
            most = std::max(most, loaded.events.size());
            std::uint64_t last = 0;
            for (std::size_t i = 0; i < loaded.events.size(); ++i) {
                const EventRow row = loaded.events.row(i);
                QVERIFY(row.seq > last && row.parent < row.seq);
                QVERIFY(row.summary.size() <= kSummaryBytes);
                last = row.seq;
            }
            auto reader = JournalReader::open(damaged);
            QVERIFY(reader.has_value());
            // Whatever the reader has, has a row; numbers that are damaged themselves may be any.
            if (const auto read = (*reader)->read(1, 4000))
                for (const EventPtr &event : *read) {
                    if (event->seq > events.size())
                        continue;
                    const std::size_t at = loaded.events.lowerBound(event->seq);
                    QVERIFY2(at < loaded.events.size() && loaded.events.row(at).seq == event->seq,
                             qPrintable(QString("round %1, event %2").arg(round).arg(event->seq)));
                }
        }
        QVERIFY(most > 1000);
    }

    void payloadsComeWhenTheyAreAskedForAndDoNotFillTheMemory()
    {
        const std::string file = path("j.orrery");
        std::vector<EventPtr> events;
        for (std::uint64_t seq = 1; seq <= 300; ++seq) {
            Event event;
            event.seq = seq;
            event.kind = EventKind::MessageAdded;
            event.data = {
                {"message", {{"role", "user"}, {"content", std::string(1000 + seq, 'x')}}}};
            events.push_back(std::make_shared<const Event>(event));
        }
        appendAll(file, events);
        constexpr std::size_t limit = 100'000;
        EventStore store(limit);
        auto loader = EventLoader::open(file, store);
        QVERIFY(loader.has_value() && (*loader)->waitUntilWhole(kPatience));
        QCOMPARE(store.payloadBytes(), std::size_t(0));
        std::mt19937 random(toldSeed());
        for (int i = 0; i < test::rounds(500); ++i) {
            const std::uint64_t seq = 1 + random() % 300;
            const auto event = store.payload(seq);
            QVERIFY(event.has_value());
            QCOMPARE(toJson(**event).dump(), toJson(*events[seq - 1]).dump());
            QVERIFY(store.payload(seq).value() == *event); // the same object: from the cache
            QVERIFY(store.payloadBytes() <= limit && store.payloadBytes() > 0);
        }
        const auto missing = store.payload(301);
        QVERIFY(!missing && missing.error().code == ErrorCode::NotFound
                && missing.error().message.find("301") != std::string::npos);
        change(file, "UPDATE payloads SET data = 'x'");
        EventStore other;
        auto again = EventLoader::open(file, other);
        QVERIFY(again.has_value() && (*again)->waitUntilWhole(kPatience));
        QCOMPARE(other.snapshot().size(), std::size_t(300));
        const auto damaged = other.payload(7);
        QVERIFY(!damaged
                && damaged.error().message.find("Event 7 is left out") != std::string::npos);
    }
};

ORRERY_TEST(TestEventStore)
#include "tst_eventstore.moc"
