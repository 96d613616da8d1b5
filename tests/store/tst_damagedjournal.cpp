// SPDX-License-Identifier: GPL-3.0-or-later
// Journals that are damaged, and files that are none: what is good is read, what is not is said, nothing breaks.
#include "core/model/boundedjson.h"
#include "core/store/journal.h"
#include "core/store/journalrow.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <random>
#include <set>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace orrery;
using namespace orrery::store;

namespace {

/// Every fifth has a payload of its own, and each seventh one that several share.
Event numbered(std::uint64_t seq)
{
    Event event;
    event.seq = seq;
    event.timeUs = 1'700'000'000'000'000 + std::int64_t(seq) * 1000;
    event.durationUs = 5;
    event.parent = seq - 1;
    event.kind = EventKind::ModelDelta;
    event.run = "run_1";
    event.agent = "coder";
    const std::size_t size = seq % 7 == 0 ? 4500 : seq % 5 == 0 ? 600 : 20;
    event.data = Json{{"call", "c"},
                      {"text", std::string(size, 'x') + (seq % 7 ? std::to_string(seq) : "")}};
    return event;
}

void writeJournal(const std::string &file, std::uint64_t count)
{
    auto writer = JournalWriter::open(file);
    QVERIFY2(writer.has_value(), writer ? "" : writer.error().message.c_str());
    Event first = numbered(1);
    first.kind = EventKind::RunStarted;
    first.data = {{"team", "t"}, {"task", "x"}};
    (*writer)->append(std::make_shared<const Event>(first));
    for (std::uint64_t seq = 2; seq <= count; ++seq)
        (*writer)->append(std::make_shared<const Event>(numbered(seq)));
    QVERIFY((*writer)->flush().has_value());
}

QString sqlError(const std::string &file, const QByteArray &sql)
{
    sqlite3 *db = nullptr;
    sqlite3_open(file.c_str(), &db);
    char *error = nullptr;
    sqlite3_exec(db, "PRAGMA writable_schema=ON", nullptr, nullptr, nullptr);
    sqlite3_exec(db, sql.constData(), nullptr, nullptr, &error);
    const QString said = QString::fromUtf8(error ? error : "");
    sqlite3_free(error);
    sqlite3_close(db);
    return said;
}

struct Whole {
    std::vector<EventPtr> events;
    std::vector<Damage> damage;
    std::string error; ///< why nothing was read
};

/// As the window reads one: in pieces, until a piece is not full.
Whole readAll(const std::string &file)
{
    Whole whole;
    auto reader = JournalReader::open(file);
    if (!reader) {
        whole.error = reader.error().message;
        return whole;
    }
    for (std::uint64_t next = 1;;) {
        const auto piece = (*reader)->read(next, 64);
        if (!piece) {
            whole.error = piece.error().message;
            break;
        }
        whole.events.insert(whole.events.end(), piece->begin(), piece->end());
        if (piece->size() < 64)
            break;
        next = piece->back()->seq + 1;
    }
    (void)(*reader)->runs();
    (void)(*reader)->count();
    whole.damage = (*reader)->damage();
    return whole;
}

/// `1-3 5`
QString numbersOf(const std::vector<EventPtr> &events)
{
    QStringList parts;
    for (std::size_t i = 0; i < events.size();) {
        std::size_t last = i;
        while (last + 1 < events.size() && events[last + 1]->seq == events[last]->seq + 1)
            ++last;
        parts << (last == i ? QString::number(events[i]->seq)
                            : QString("%1-%2").arg(events[i]->seq).arg(events[last]->seq));
        i = last + 1;
    }
    return parts.join(' ');
}

QStringList said(const std::vector<Damage> &damage)
{
    QStringList lines;
    for (const Damage &each : damage)
        lines << QString("%1: %2").arg(each.seq).arg(QString::fromStdString(each.what));
    return lines;
}

/// What holds of every event that a reader gives.
void checkEvents(const std::vector<EventPtr> &events)
{
    std::uint64_t last = 0;
    for (const EventPtr &event : events) {
        QVERIFY(event->seq > last);
        last = event->seq;
        QVERIFY(event->parent < event->seq);
        QVERIFY(event->timeUs >= 0 && event->timeUs <= kLastTimeUs);
        QVERIFY(isBoundedJson(event->data.text(), kDeepestOwnJson));
        QVERIFY(event->data.json().is_object());
        QVERIFY(!toJson(*event).dump().empty()); // throws on what is not UTF-8
    }
}

std::string nested(int levels)
{
    return std::string("{\"a\":") + std::string(std::size_t(levels), '[')
           + std::string(std::size_t(levels), ']') + "}";
}

/// Names, sizes, modes and contents of everything in a folder.
std::map<QString, QByteArray> stateOf(const QString &folder)
{
    std::map<QString, QByteArray> state;
    for (const QFileInfo &info :
         QDir(folder).entryInfoList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::System)) {
        QFile file(info.filePath());
        const bool isPlain = info.isFile() && file.open(QFile::ReadOnly);
        state[info.fileName()] = isPlain ? file.readAll() : QByteArray("-");
    }
    return state;
}

} // namespace

class TestDamagedJournal : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::string path(const char *name) const { return m_folder->filePath(name).toStdString(); }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatIsGoodIsReadBeforeAndBehind_data()
    {
        QTest::addColumn<QByteArray>("sql");
        QTest::addColumn<QString>("read");
        QTest::addColumn<QStringList>("told");
        const auto row = [](const char *name, const QByteArray &sql, const char *read,
                            const QStringList &told) {
            QTest::newRow(name) << sql << QString(read) << told;
        };
        const auto one = [&](const char *name, const QByteArray &set, const char *why) {
            row(name, "UPDATE events SET " + set + " WHERE seq = 4", "1-3 5-20",
                {QString("4: Event 4 is left out: %1.").arg(why)});
        };
        const auto part = [&](const char *name, const QByteArray &set, const char *what) {
            row(name, "UPDATE events SET " + set + " WHERE seq = 4", "1-20",
                {QString("4: Event 4 is not whole: %1.").arg(what)});
        };
        const char *const noObject = "its data is no JSON object, or too deep";
        row("nothing", "SELECT 1", "1-20", {});
        one("no JSON", "data = 'x'", noObject);
        one("no object", "data = '[1]'", noObject);
        one("cut JSON", "data = '{\"a\":1'", noObject);
        one("half a character", "data = CAST(x'7b2261223a22c3227d' AS TEXT)", noObject);
        one("nested deeply", "data = '" + QByteArray::fromStdString(nested(200000)) + "'",
            noObject);
        one("bytes for data", "data = x'7b7d'", noObject);
        one("a number for data", "data = 5.5", noObject);
        one("neither data nor payload", "data = NULL", "its data is missing");
        one("a payload that is not there", "data = NULL, payload = x'00'", "its data is missing");
        one("a text for a payload", "data = NULL, payload = 'abc'", "its data is missing");
        one("bytes for a run", "run = x'41'", "its run is no text");
        one("a run that is no UTF-8", "run = CAST(x'ff41' AS TEXT)", "its run is no text");
        one("bytes for an agent", "agent = x'41'", "its agent is no text");
        one("a kind without a name", "kind = 4711", "its kind has no name in this journal");
        one("a text for a kind", "kind = 'x'", "its kind has no name in this journal");
        part("a negative parent", "parent = -1", "its parent is -1");
        part("itself as parent", "parent = 4", "its parent is 4");
        part("a parent that comes later", "parent = 9", "its parent is 9");
        part("a time before all times", "time_us = -9223372036854775808",
             "its time is -9223372036854775808");
        part("a time behind all times", "time_us = 9223372036854775807",
             "its time is 9223372036854775807");
        part("a text for a time", "time_us = 'noon'", "its time is a text");
        part("a negative duration and no parent", "duration_us = -5, parent = 1.5",
             "its duration is -5, its parent is a number");
        row("a gap", "DELETE FROM events WHERE seq IN (4, 8, 9)", "1-3 5-7 10-20",
            {"4: Event 4 is missing.", "8: Events 8 to 9 are missing."});
        row("the first is gone", "DELETE FROM events WHERE seq = 1", "2-20",
            {"1: Event 1 is missing."});
        row("numbers that are none", "UPDATE events SET seq = -seq WHERE seq = 4", "1-3 5-20",
            {"4: Event 4 is missing."});
        row("twice",
            "CREATE TABLE e AS SELECT * FROM events; DROP TABLE events; ALTER TABLE e RENAME TO"
            " events; INSERT INTO events SELECT * FROM events WHERE seq = 4",
            "1-20", {"4: Event 4 stands there twice, or in the wrong place."});
        row("no payloads", "DROP TABLE payloads; DELETE FROM events WHERE seq > 6", "1-4 6",
            {"5: Event 5 is left out: its data is missing."});
        row("no kinds", "DROP TABLE kinds", "1-20",
            {"0: The table of kinds cannot be read; kinds are taken by their numbers."});
        row("no durations",
            "ALTER TABLE events DROP COLUMN duration_us; DELETE FROM events WHERE"
            " seq > 1",
            "1",
            {"0: The table of events has no column duration_us.",
             "1: Event 1 is not whole: its duration is nothing."});
    }
    void whatIsGoodIsReadBeforeAndBehind()
    {
        QFETCH(QByteArray, sql);
        QFETCH(QString, read);
        QFETCH(QStringList, told);
        const std::string file = path("j.orrery");
        writeJournal(file, 20);
        const QString error = sqlError(file, sql);
        QVERIFY2(error.isEmpty(), qPrintable(error));
        const Whole whole = readAll(file);
        QCOMPARE(QString::fromStdString(whole.error), QString());
        checkEvents(whole.events);
        QCOMPARE(numbersOf(whole.events), read);
        QCOMPARE(said(whole.damage), told);
    }

    void whatCannotBeReadAtAllIsSaid_data()
    {
        QTest::addColumn<QByteArray>("sql");
        QTest::addColumn<QString>("part");
        QTest::newRow("no events") << QByteArray("DROP TABLE events") << "no table of events";
        QTest::newRow("no data") << QByteArray("ALTER TABLE events DROP COLUMN data")
                                 << "no column data";
        // A view could count for ever.
        QTest::newRow("a view in its place") << QByteArray(
            "DROP TABLE events; CREATE VIEW events AS WITH RECURSIVE c(seq) AS (SELECT"
            " 1 UNION ALL SELECT seq + 1 FROM c) SELECT seq, 1 AS time_us, 1 AS kind,"
            " 'r' AS run, '' AS agent, 0 AS parent, 0 AS duration_us, '{}' AS data,"
            " NULL AS payload FROM c") << "no table of events";
    }
    void whatCannotBeReadAtAllIsSaid()
    {
        QFETCH(QByteArray, sql);
        QFETCH(QString, part);
        const std::string file = path("j.orrery");
        writeJournal(file, 20);
        const QString error = sqlError(file, sql);
        QVERIFY2(error.isEmpty(), qPrintable(error));
        const Whole whole = readAll(file);
        QVERIFY(whole.events.empty());
        QVERIFY2(whole.error.find("j.orrery") != std::string::npos
                     && whole.error.find(part.toStdString()) != std::string::npos,
                 whole.error.c_str());
    }

    void whatARunSaysOfItselfMayBeAnything()
    {
        const std::string file = path("j.orrery");
        writeJournal(file, 3);
        QCOMPARE(sqlError(file, "UPDATE events SET data = '{\"team\": 5, \"task\": [1]}' WHERE seq"
                                " = 1; UPDATE events SET kind = 1, data = '{\"outcome\": {}}' WHERE"
                                " seq = 3"),
                 QString());
        auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        const auto runs = (*reader)->runs();
        QVERIFY(runs.has_value() && runs->size() == 1);
        QCOMPARE(runs->front().team, std::string());
        QCOMPARE(runs->front().outcome, std::string("interrupted"));
    }

    void aDeeplyNestedContextIsRefused()
    {
        const std::string file = path("j.orrery");
        writeJournal(file, 3);
        const QByteArray json = QByteArray::fromStdString(nested(200000));
        QCOMPARE(sqlError(file, "INSERT INTO contexts VALUES('run_1/a', 1, '" + json + "')"),
                 QString());
        auto store = ContextStore::open(file);
        QVERIFY(store.has_value());
        const auto loaded = (*store)->load("run_1/a");
        QVERIFY(!loaded);
        QVERIFY(loaded.error().message.find("run_1/a") != std::string::npos);
    }

    void brokenPagesAreSkipped()
    {
        const std::string file = path("j.orrery");
        writeJournal(file, 1000);
        QFile raw(QString::fromStdString(file));
        QVERIFY(raw.open(QFile::ReadWrite));
        const qint64 pages = raw.size() / 4096;
        // Each page in turn, but for the first two: header and schema.
        int brokenRuns = 0;
        for (qint64 page = 2; page < pages; page += std::max<qint64>(1, pages / 40)) {
            raw.seek(page * 4096);
            const QByteArray before = raw.read(4096);
            raw.seek(page * 4096);
            raw.write(QByteArray(4096, '\xee'));
            raw.flush();
            const Whole whole = readAll(file);
            checkEvents(whole.events);
            std::size_t told = 0;
            for (const Damage &each : whole.damage)
                told += each.seq > 0;
            QVERIFY2(whole.events.size() == 1000 || told > 0 || !whole.error.empty(),
                     qPrintable(QString("page %1: %2 events and nothing told")
                                    .arg(page)
                                    .arg(whole.events.size())));
            // No leaf holds more than some hundred events; only the root of the tree holds all of them.
            brokenRuns += whole.events.size() < 800;
            raw.seek(page * 4096);
            raw.write(before);
            raw.flush();
        }
        QVERIFY2(brokenRuns <= 2, qPrintable(QString::number(brokenRuns)));
    }

    void aFileThatWasCutIsReadUpToThere()
    {
        const std::string file = path("j.orrery");
        writeJournal(file, 1000);
        const qint64 size = QFileInfo(QString::fromStdString(file)).size();
        std::size_t most = 0;
        for (const int percent : {90, 70, 50, 30}) {
            QVERIFY(QFile::resize(QString::fromStdString(file), size * percent / 100));
            const Whole whole = readAll(file);
            checkEvents(whole.events);
            QVERIFY2(
                !whole.events.empty() && whole.events.front()->seq == 1,
                qPrintable(
                    QString("%1 %: %2").arg(percent).arg(QString::fromStdString(whole.error))));
            QVERIFY(!whole.damage.empty());
            most = std::max(most, whole.events.size());
        }
        QVERIFY(most > 600);
    }

    void randomDamageBreaksNothing()
    {
        const QByteArray given = qgetenv("ORRERY_SEED");
        const unsigned seed = given.isEmpty() ? std::random_device{}() : given.toUInt();
        qInfo("seed %u (ORRERY_SEED)", seed);
        std::mt19937 random(seed);
        const std::string file = path("j.orrery");
        writeJournal(file, 150);
        QFile original(QString::fromStdString(file));
        QVERIFY(original.open(QFile::ReadOnly));
        const QByteArray whole = original.readAll();
        original.close();
        std::map<std::uint64_t, std::string> texts;
        for (const EventPtr &event : readAll(file).events)
            texts[event->seq] = event->data.text();
        QCOMPARE(texts.size(), std::size_t(150));
        const std::string damaged = path("d.orrery");
        for (int round = 0; round < test::rounds(120); ++round) {
            QByteArray bytes = whole;
            const auto at = [&](qsizetype least = 100) {
                return least + qsizetype(random() % std::size_t(bytes.size() - least));
            };
            std::set<std::uint64_t> edited;
            switch (round % 4) {
            case 0:
                for (unsigned i = 0; i < 1 + random() % 20; ++i)
                    bytes[at()] = char(random());
                break;
            case 1: bytes.truncate(at(1)); break;
            case 2:
                for (unsigned i = 0; i < 1 + random() % 3; ++i) {
                    const qsizetype page = at() / 4096 * 4096, other = at() / 4096 * 4096;
                    bytes.replace(page, 4096, whole.mid(other, 4096));
                }
                break;
            case 3: bytes.replace(at() / 512 * 512, 512, QByteArray(512, char(random()))); break;
            }
            for (const char *name : {"d.orrery", "d.orrery-wal", "d.orrery-shm"})
                QFile::remove(m_folder->filePath(name));
            QFile out(QString::fromStdString(damaged));
            QVERIFY(out.open(QFile::WriteOnly));
            out.write(bytes);
            out.close();
            const Whole read = readAll(damaged);
            checkEvents(read.events);
            // The end may be missing without a trace, but nothing else.
            if (read.error.empty() && read.damage.empty() && !read.events.empty())
                QCOMPARE(numbersOf(read.events), QString("1-%1").arg(read.events.size()));
            // A file that cannot be written either is no reason to end.
            (void)JournalWriter::open(damaged).has_value();
            (void)ContextStore::open(damaged).has_value();
        }
    }

    void randomEditsLeaveAllTheOthers()
    {
        const QByteArray given = qgetenv("ORRERY_SEED");
        const unsigned seed = given.isEmpty() ? std::random_device{}() : given.toUInt();
        qInfo("seed %u (ORRERY_SEED)", seed);
        std::mt19937 random(seed);
        static constexpr std::array<const char *, 12> values = {"NULL",
                                                                "-1",
                                                                "9223372036854775807",
                                                                "1e300",
                                                                "'x'",
                                                                "x'ff00'",
                                                                "zeroblob(3000)",
                                                                "''",
                                                                "'{\"a\":[1]}'",
                                                                "'{'",
                                                                "0",
                                                                "CAST(x'e28228' AS TEXT)"};
        static constexpr std::array<const char *, 10> columns = {
            "time_us",     "kind", "run",  "agent",   "parent",
            "duration_us", "data", "tool", "summary", "payload"};
        for (int round = 0; round < test::rounds(30); ++round) {
            const std::string file = path(("e" + std::to_string(round)).c_str());
            writeJournal(file, 60);
            // Without NOT NULL, as another program could have written it.
            QByteArray sql = "CREATE TABLE e(seq INTEGER PRIMARY KEY, time_us, kind, run, agent,"
                             " parent, duration_us, tool, call, tokens, output_tokens,"
                             " cost_nano_usd, first_ms, detail, summary, data, payload); INSERT "
                             "INTO e SELECT * FROM"
                             " events; DROP TABLE events; ALTER TABLE e RENAME TO events;";
            std::set<std::uint64_t> edited;
            for (unsigned i = 0; i < 1 + random() % 8; ++i) {
                const std::uint64_t seq = 1 + random() % 60;
                edited.insert(seq);
                sql += QByteArray("UPDATE events SET ") + columns[random() % columns.size()] + " = "
                       + values[random() % values.size()]
                       + " WHERE seq = " + QByteArray::number(qulonglong(seq)) + ";";
            }
            const QString error = sqlError(file, sql);
            QVERIFY2(error.isEmpty(), qPrintable(error));
            const Whole whole = readAll(file);
            checkEvents(whole.events);
            QVERIFY(whole.error.empty());
            std::set<std::uint64_t> read;
            for (const EventPtr &event : whole.events)
                read.insert(event->seq);
            for (std::uint64_t seq = 1; seq <= 60; ++seq)
                QVERIFY2(edited.contains(seq) || read.contains(seq),
                         qPrintable(QString("round %1, event %2").arg(round).arg(seq)));
            for (const Damage &each : whole.damage)
                QVERIFY2(edited.contains(each.seq), each.what.c_str());
        }
    }

    void whatIsNoJournalIsNamedAndLeftAsItIs_data()
    {
        QTest::addColumn<QString>("make");
        QTest::addColumn<QString>("kind");
        QTest::newRow("a folder") << "folder"
                                  << "is a folder";
        QTest::newRow("a pipe") << "pipe"
                                << "is a pipe";
        QTest::newRow("an empty file") << "bytes:"
                                       << "an empty file";
        QTest::newRow("a team file") << "bytes:{ \"name\": \"x\", \"agents\": [] }"
                                     << "a team file";
        QTest::newRow("a text") << "bytes:Dear Sir or Madam"
                                << "a text";
        QTest::newRow("an image") << QString::fromLatin1("bytes:\x89PNG\r\n\x1a\n and more")
                                  << "a PNG image";
        QTest::newRow("half a header") << "bytes:SQLite format 3"
                                       << "the rest of which is missing";
        QTest::newRow("a foreign database") << "sql:CREATE TABLE mine(a)"
                                            << "an SQLite database of another program";
        QTest::newRow("a foreign database with a log")
            << "sql:PRAGMA journal_mode=WAL; CREATE TABLE mine(a)"
            << "an SQLite database of another program";
        QTest::newRow("a memory") << "sql:PRAGMA application_id=0x4f524d45; CREATE TABLE mine(a)"
                                  << "an Orrery memory";
        QTest::newRow("a newer format")
            << "sql:PRAGMA application_id=0x4f525259; PRAGMA user_version=99; CREATE TABLE m(a)"
            << "has journal format 99; this Orrery reads up to 2";
        QTest::newRow("no permission") << "locked"
                                       << "permission denied";
        QTest::newRow("nothing") << "nothing"
                                 << "there is no such file";
    }
    void whatIsNoJournalIsNamedAndLeftAsItIs()
    {
        QFETCH(QString, make);
        QFETCH(QString, kind);
        const QString file = m_folder->filePath("thing");
        if (make == "folder") {
            QVERIFY(QDir().mkdir(file));
        } else if (make == "pipe") {
            QCOMPARE(::mkfifo(file.toLocal8Bit(), 0600), 0);
        } else if (make.startsWith("sql:")) {
            QCOMPARE(sqlError(file.toStdString(), make.mid(4).toUtf8()), QString());
        } else if (make != "nothing") {
            QFile out(file);
            QVERIFY(out.open(QFile::WriteOnly));
            out.write(make.startsWith("bytes:") ? make.mid(6).toLatin1() : "secret");
        }
        const bool changesUser = make == "locked";
        if (changesUser) {
            QCOMPARE(::chmod(file.toLocal8Bit(), 0), 0);
            if (::geteuid() == 0) {
                QCOMPARE(::chmod(m_folder->path().toLocal8Bit(), 0777), 0);
                if (::seteuid(65534) != 0)
                    QSKIP("no right to become somebody else");
            }
        }
        const auto before = stateOf(m_folder->path());
        std::vector<std::string> errors;
        if (const auto reader = JournalReader::open(file.toStdString()); !reader)
            errors.push_back(reader.error().message);
        const auto afterReading = stateOf(m_folder->path());
        // An empty file, and none, become a journal for who writes.
        const bool becomesOne = make == "bytes:" || make == "nothing";
        if (!becomesOne) {
            if (const auto writer = JournalWriter::open(file.toStdString()); !writer)
                errors.push_back(writer.error().message);
            if (const auto store = ContextStore::open(file.toStdString()); !store)
                errors.push_back(store.error().message);
        }
        const auto after = stateOf(m_folder->path());
        if (changesUser && ::getuid() == 0)
            QCOMPARE(::seteuid(0), 0);
        QCOMPARE(errors.size(), std::size_t(becomesOne ? 1 : 3));
        for (const std::string &error : errors)
            QVERIFY2(error.find("thing") != std::string::npos
                         && error.find(kind.toStdString()) != std::string::npos,
                     error.c_str());
        QVERIFY(afterReading == before);
        QVERIFY(after == before);
    }

    void anOlderJournalWhoseNameStandsInItsLogIsKnown()
    {
        // Until its first checkpoint the file itself did not say what it is, and this one was killed before.
        const std::string file = path("j.orrery");
        sqlite3 *db = nullptr;
        QCOMPARE(sqlite3_open(file.c_str(), &db), SQLITE_OK);
        QCOMPARE(
            sqlite3_exec(db,
                         "PRAGMA journal_mode=WAL; BEGIN IMMEDIATE;"
                         "CREATE TABLE kinds(id INTEGER PRIMARY KEY, name TEXT);"
                         "CREATE TABLE payloads(hash BLOB PRIMARY KEY, data TEXT) WITHOUT ROWID;"
                         "CREATE TABLE events(seq INTEGER PRIMARY KEY, time_us, kind, run, agent,"
                         " parent, duration_us, data, payload);"
                         "CREATE TABLE contexts(session TEXT PRIMARY KEY, version, json);"
                         "INSERT INTO kinds VALUES(28, 'warning');"
                         "INSERT INTO events VALUES(1, 5, 28, 'r', '', 0, 0, '{}', NULL);"
                         "PRAGMA application_id=0x4f525259; PRAGMA user_version=1; COMMIT",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
        const std::string copy = path("copy.orrery");
        QVERIFY(QFile::copy(QString::fromStdString(file), QString::fromStdString(copy)));
        QVERIFY(QFile::copy(QString::fromStdString(file + "-wal"),
                            QString::fromStdString(copy + "-wal")));
        sqlite3_close(db);
        const Whole whole = readAll(copy);
        QCOMPARE(QString::fromStdString(whole.error), QString());
        QCOMPARE(whole.events.size(), std::size_t(1));
        auto writer = JournalWriter::open(copy);
        QVERIFY2(writer.has_value(), writer ? "" : writer.error().message.c_str());
        QCOMPARE((*writer)->lastSeq(), std::uint64_t(1));
    }
};

ORRERY_TEST(TestDamagedJournal)
#include "tst_damagedjournal.moc"
