// SPDX-License-Identifier: GPL-3.0-or-later
// Journals of both formats: what goes on in them, and copies in the newest.
#include "core/store/journal.h"
#include "core/store/journalupgrade.h"
#include "tests/support/firstformat.h"
#include "tests/support/randomrun.h"
#include "tests/support/testregistry.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>

using namespace orrery;
using namespace orrery::store;

namespace {

std::int64_t numberOf(const std::string &file, const char *sql)
{
    sqlite3 *db = nullptr;
    sqlite3_open(file.c_str(), &db);
    sqlite3_stmt *query = nullptr;
    sqlite3_prepare_v2(db, sql, -1, &query, nullptr);
    const std::int64_t number =
        sqlite3_step(query) == SQLITE_ROW ? sqlite3_column_int64(query, 0) : -1;
    sqlite3_finalize(query);
    sqlite3_close(db);
    return number;
}

std::string textOf(const std::string &file)
{
    auto reader = JournalReader::open(file);
    if (!reader)
        return reader.error().message;
    std::string text;
    const auto events = (*reader)->read(1, 100000);
    if (!events)
        return events.error().message;
    for (const EventPtr &event : *events)
        text += toJson(*event).dump() + "\n";
    return text;
}

} // namespace

class TestJournalFormats : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::string path(const char *name) const { return m_folder->filePath(name).toStdString(); }
    void append(const std::string &file, const std::vector<EventPtr> &events)
    {
        auto writer = JournalWriter::open(file);
        QVERIFY2(writer.has_value(), writer ? "" : writer.error().message.c_str());
        for (const EventPtr &event : events)
            (*writer)->append(event);
        QVERIFY((*writer)->flush().has_value());
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aNewJournalHasColumns()
    {
        const std::string file = path("j.orrery");
        Event event;
        event.seq = 1;
        event.kind = EventKind::ResponseReceived;
        event.run = "run_1";
        event.agent = "coder";
        event.data = {{"call", "c1"},
                      {"usage", {{"input_tokens", 5}, {"output_tokens", 7}}},
                      {"cost_usd", 0.5}};
        append(file, {std::make_shared<const Event>(event)});
        QCOMPARE(numberOf(file, "PRAGMA user_version"), std::int64_t(2));
        QCOMPARE(
            numberOf(
                file,
                "SELECT count(*) FROM events JOIN names AS a ON a.id = agent JOIN names AS r ON "
                "r.id = run"
                " JOIN names AS c ON c.id = call WHERE a.name = 'coder' AND r.name = 'run_1' AND "
                "c.name = 'c1'"
                " AND tool = 0 AND tokens = 12 AND output_tokens = 7 AND cost_nano_usd = 500000000"
                " AND first_ms IS NULL AND detail = 1 AND summary LIKE 'answered%'"),
            std::int64_t(1));
    }

    void aJournalOfTheFirstFormatGoesOnInIt()
    {
        const std::string file = path("old.orrery");
        const std::string other = path("new.orrery");
        test::beginFirstFormat(file);
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        test::RandomRun run(seed);
        for (int part = 0; part < 3; ++part) {
            const auto events = run.events(400);
            append(file, events);
            append(other, events);
        }
        QCOMPARE(numberOf(file, "PRAGMA user_version"), std::int64_t(1));
        QCOMPARE(numberOf(file, "SELECT count(*) FROM pragma_table_info('events')"),
                 std::int64_t(9));
        QCOMPARE(numberOf(file, "SELECT count(*) FROM sqlite_schema WHERE name = 'names'"),
                 std::int64_t(0));
        QVERIFY(ContextStore::open(file).has_value());
        QCOMPARE(numberOf(file, "PRAGMA user_version"), std::int64_t(1));
        QVERIFY(textOf(file) == textOf(other));
    }

    void moreNamesThanAreKeptInMindAreAllWritten()
    {
        const std::string file = path("j.orrery");
        std::vector<EventPtr> events;
        for (std::uint64_t seq = 1; seq <= 45'000; ++seq) {
            Event event;
            event.seq = seq;
            event.kind = EventKind::ToolStarted;
            event.run = "run_1";
            event.agent = "agent" + std::to_string(seq % 20'500);
            event.data = {{"call", "call_" + std::to_string(seq)}, {"tool", "bash"}};
            events.push_back(std::make_shared<const Event>(event));
        }
        append(file, events);
        auto reader = JournalReader::open(file);
        const auto read = (*reader)->read(1, 50'000);
        QVERIFY(read.has_value() && read->size() == events.size() && (*reader)->damage().empty());
        for (std::size_t i = 0; i < events.size(); ++i)
            QVERIFY((*read)[i]->agent == events[i]->agent && (*read)[i]->run == "run_1");
    }

    void aCopyHasAllOfTheOriginal()
    {
        const std::string file = path("old.orrery");
        const std::string copy = path("copy.orrery");
        test::beginFirstFormat(file);
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        append(file, test::RandomRun(seed).events(5000));
        {
            auto contexts = ContextStore::open(file);
            QVERIFY((*contexts)
                        ->saveNow(
                            "run_1/coder",
                            [] {
                                return Json{{"messages", {1, 2}}};
                            },
                            10000)
                        .has_value());
        }
        const std::string before = textOf(file);
        const auto copied = copyJournal(file, copy);
        QVERIFY2(copied.has_value(), copied ? "" : copied.error().message.c_str());
        QCOMPARE(copied->events, std::uint64_t(5000));
        QVERIFY(copied->damage.empty());
        QCOMPARE(numberOf(file, "PRAGMA user_version"), std::int64_t(1));
        QCOMPARE(numberOf(copy, "PRAGMA user_version"), std::int64_t(2));
        QVERIFY(textOf(file) == before && textOf(copy) == before);
        auto contexts = ContextStore::open(copy);
        QVERIFY((*contexts)->load("run_1/coder").value() == Json({{"messages", {1, 2}}}));
    }

    void aCopyTakesNobodysPlaceAndLeavesNothingBehindWhenItFails()
    {
        const std::string file = path("old.orrery");
        test::beginFirstFormat(file);
        append(file, test::RandomRun(1).events(10));
        const std::string before = textOf(file);
        const auto onItself = copyJournal(file, file);
        QVERIFY(!onItself && onItself.error().message.find("old.orrery") != std::string::npos);
        QVERIFY(textOf(file) == before);
        QFile none(QString::fromStdString(path("none.orrery")));
        QVERIFY(none.open(QFile::WriteOnly));
        none.write("no journal");
        none.close();
        const std::string copy = path("copy.orrery");
        QVERIFY(!copyJournal(path("none.orrery"), copy).has_value());
        QVERIFY(!QFile::exists(QString::fromStdString(copy)));
        QVERIFY(!copyJournal(file, path("no/such/folder/j")).has_value());
    }

    void whatIsDamagedIsToldAndNotCopied()
    {
        const std::string file = path("j.orrery");
        append(file, test::RandomRun(2).events(20));
        numberOf(file, "UPDATE events SET data = 'x', payload = NULL WHERE seq = 7");
        const auto copied = copyJournal(file, path("copy.orrery"));
        QVERIFY(copied.has_value());
        QCOMPARE(copied->events, std::uint64_t(19));
        QCOMPARE(copied->damage.size(), std::size_t(1));
        QCOMPARE(copied->damage.front().seq, std::uint64_t(7));
    }
};

ORRERY_TEST(TestJournalFormats)
#include "tst_journalformats.moc"
