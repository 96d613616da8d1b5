// SPDX-License-Identifier: GPL-3.0-or-later
// The journal on real files: what comes back, who may open it, and what a killed process leaves.
#include "core/store/journal.h"
#include "tests/support/testregistry.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <csignal>
#include <sqlite3.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace orrery;
using namespace orrery::store;

namespace {

EventPtr made(std::uint64_t seq, EventKind kind, std::string agent, Json data = Json::object())
{
    auto fresh = std::make_shared<Event>();
    fresh->seq = seq;
    fresh->timeUs = 1'700'000'000'000'000 + std::int64_t(seq) * 1000;
    fresh->durationUs = std::int64_t(seq) * 7;
    fresh->parent = seq > 1 ? seq - 1 : 0;
    fresh->kind = kind;
    fresh->run = "run_1";
    fresh->agent = std::move(agent);
    fresh->data = std::move(data);
    return fresh;
}

void execute(const std::string &path, const char *sql)
{
    sqlite3 *db = nullptr;
    QCOMPARE(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    QCOMPARE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
}

std::int64_t nowUs()
{
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// What the child says about each event that it has appended.
struct Said {
    std::uint64_t seq;
    std::int64_t us;
};

} // namespace

class TestJournal : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::string path(const char *name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void everythingComesBackAsItWas()
    {
        const std::string file = path("a.orrery");
        std::vector<EventPtr> written;
        {
            auto writer = JournalWriter::open(file);
            QVERIFY(writer.has_value());
            QCOMPARE((*writer)->lastSeq(), std::uint64_t(0));
            for (std::uint64_t seq = 1; seq <= 5000; ++seq) {
                const auto kind = static_cast<EventKind>(seq % std::uint64_t(EventKind::Count));
                written.push_back(
                    made(seq, kind, seq % 3 ? "coder" : "",
                         {{"text", "zeile\n\"ünï\" 🙂"}, {"n", seq}, {"x", nullptr}}));
                (*writer)->append(written.back());
            }
            QVERIFY((*writer)->flush().has_value());
            auto reader = JournalReader::open(file); // while the writer has it open
            QVERIFY(reader.has_value());
            QCOMPARE((*reader)->count().value(), std::uint64_t(5000));
        }
        auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        std::vector<EventPtr> read;
        while (true) {
            const auto more = (*reader)->read(read.size() + 1, 777);
            QVERIFY(more.has_value());
            if (more->empty())
                break;
            read.insert(read.end(), more->begin(), more->end());
        }
        QCOMPARE(read.size(), written.size());
        for (std::size_t i = 0; i < read.size(); ++i)
            QCOMPARE(toJson(*read[i]).dump(), toJson(*written[i]).dump());
        auto again = JournalWriter::open(file);
        QVERIFY(again.has_value());
        QCOMPARE((*again)->lastSeq(), std::uint64_t(5000));
    }

    void tellsHowEachRunEnded()
    {
        const std::string file = path("runs.orrery");
        {
            auto writer = JournalWriter::open(file);
            QVERIFY(writer.has_value());
            (*writer)->append(made(1, EventKind::RunStarted, "", {{"team", "t"}, {"task", "x"}}));
            (*writer)->append(
                made(2, EventKind::RunFinished, "", {{"outcome", "done"}, {"reason", ""}}));
            auto second = *made(3, EventKind::RunStarted, "", {{"team", "t"}, {"task", "y"}});
            second.run = "run_2";
            (*writer)->append(std::make_shared<const Event>(second));
        }
        auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        const auto runs = (*reader)->runs();
        QVERIFY(runs.has_value());
        QCOMPARE(runs->size(), std::size_t(2));
        QCOMPARE((*runs)[0].outcome, std::string("done"));
        QCOMPARE((*runs)[1].outcome, std::string("interrupted"));
        QVERIFY((*runs)[1].reason.find("after event 3") != std::string::npos);
    }

    void refusesWhatIsNoJournal_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("text") << QByteArray("This is a letter, not a journal, and long enough.");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("cut header") << QByteArray("SQLite format 3");
    }
    void refusesWhatIsNoJournal()
    {
        QFETCH(QByteArray, content);
        const std::string file = path("letter.txt");
        QFile out(QString::fromStdString(file));
        QVERIFY(out.open(QFile::WriteOnly | QFile::Truncate));
        out.write(content);
        out.close();
        const auto reader = JournalReader::open(file);
        QVERIFY(!reader);
        QVERIFY2(reader.error().message.find("letter.txt") != std::string::npos,
                 reader.error().message.c_str());
        QVERIFY(out.open(QFile::ReadOnly));
        QCOMPARE(out.readAll(), content); // nothing was done to it
    }

    void refusesANewerFormatAndAForeignDatabase()
    {
        const std::string file = path("newer.orrery");
        QVERIFY(JournalWriter::open(file).has_value());
        execute(file, "PRAGMA user_version = 9999");
        QVERIFY(!JournalReader::open(file));
        QVERIFY(!JournalWriter::open(file));
        const std::string other = path("other.db");
        execute(other, "CREATE TABLE mine(a); INSERT INTO mine VALUES(1)");
        QVERIFY(!JournalReader::open(other));
        QVERIFY(!JournalWriter::open(other));
    }

    void aFileWhoseMakerWasKilledBeforeTheFirstTableIsMade()
    {
        const std::string file = path("begun.orrery");
        execute(file, "PRAGMA journal_mode=WAL");
        QVERIFY(QFileInfo(QString::fromStdString(file)).size() > 0);
        QVERIFY(!JournalReader::open(file));
        QVERIFY(JournalWriter::open(file).has_value());
        QVERIFY(JournalReader::open(file).has_value());
    }

    void saysWhichFileIsNotThere()
    {
        const auto reader = JournalReader::open(path("none.orrery"));
        QVERIFY(!reader);
        QCOMPARE(reader.error().code, ErrorCode::NotFound);
        QVERIFY2(reader.error().message.find("none.orrery") != std::string::npos,
                 reader.error().message.c_str());
        QVERIFY(!QFile::exists(QString::fromStdString(path("none.orrery"))));
    }

    void saysWhichFileCannotBeMade()
    {
        const auto writer = JournalWriter::open(path("no/such/folder/j.orrery"));
        QVERIFY(!writer);
        QVERIFY(writer.error().message.find("j.orrery") != std::string::npos);
    }

    void aKilledProcessLosesAtMostTheLastHundredMilliseconds()
    {
        const std::string file = path("killed.orrery");
        int pipes[2];
        QCOMPARE(pipe(pipes), 0);
        const pid_t child = fork();
        if (child == 0) {
            auto writer = JournalWriter::open(file);
            if (!writer)
                _exit(1);
            (*writer)->append(made(1, EventKind::RunStarted, "", {{"team", "t"}, {"task", "x"}}));
            for (std::uint64_t seq = 2;; ++seq) {
                (*writer)->append(made(seq, EventKind::ModelDelta, "coder", {{"text", "piece"}}));
                const Said said{seq, nowUs()};
                if (write(pipes[1], &said, sizeof said) != sizeof said)
                    _exit(1);
                std::this_thread::sleep_for(std::chrono::microseconds(300));
            }
        }
        ::close(pipes[1]);
        std::vector<Said> said;
        Said one{};
        const std::int64_t start = nowUs();
        while (nowUs() - start < 700'000 && read(pipes[0], &one, sizeof one) == sizeof one)
            said.push_back(one);
        kill(child, SIGKILL);
        const std::int64_t killedUs = nowUs();
        while (read(pipes[0], &one, sizeof one) == sizeof one)
            said.push_back(one);
        ::close(pipes[0]);
        int status = 0;
        QCOMPARE(waitpid(child, &status, 0), child);
        QVERIFY(WIFSIGNALED(status));
        QVERIFY(said.size() > 200);

        auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        const auto events = (*reader)->read(1, 1'000'000);
        QVERIFY(events.has_value());
        QVERIFY(!events->empty());
        for (std::size_t i = 0; i < events->size(); ++i)
            QCOMPARE((*events)[i]->seq, std::uint64_t(i + 1)); // no gap
        std::uint64_t mustBeThere = 0;
        for (const Said &each : said)
            if (each.us <= killedUs - 100'000)
                mustBeThere = std::max(mustBeThere, each.seq);
        QVERIFY2(events->back()->seq >= mustBeThere,
                 qPrintable(QString("%1 of %2").arg(events->back()->seq).arg(mustBeThere)));
        const auto runs = (*reader)->runs();
        QVERIFY(runs.has_value() && runs->size() == 1);
        QCOMPARE(runs->front().outcome, std::string("interrupted"));
    }

    void contextsAreSavedInOrderAndTheLatestWins()
    {
        const std::string file = path("contexts.orrery");
        QVERIFY(JournalWriter::open(file).has_value());
        {
            auto store = ContextStore::open(file);
            QVERIFY(store.has_value());
            std::vector<std::uint64_t> versions; // written on the pool's thread until flush()
            for (int i = 1; i <= 200; ++i)
                (*store)->save(
                    "run_1/coder",
                    [i] {
                        return Json{{"iteration", i}};
                    },
                    [&versions](const ContextStore::Saved &saved) {
                        if (!saved.error)
                            versions.push_back(saved.version);
                    });
            QVERIFY((*store)->flush(5000).has_value());
            QVERIFY(!versions.empty());
            QVERIFY(std::is_sorted(versions.begin(), versions.end()));
            QVERIFY((*store)->load("run_1/coder").value() == (Json{{"iteration", 200}}));
            QVERIFY(!(*store)->load("run_1/nobody"));
            // What is queued when the store goes is written all the same.
            (*store)->save("run_1/lead", [] { return Json{{"last", true}}; }, {});
        }
        auto store = ContextStore::open(file);
        QVERIFY(store.has_value());
        QVERIFY((*store)->load("run_1/lead").value() == (Json{{"last", true}}));
    }
};

ORRERY_TEST(TestJournal)
#include "tst_journal.moc"
