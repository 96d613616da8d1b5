// SPDX-License-Identifier: GPL-3.0-or-later
// Who may write a journal, and what is told when it cannot be written.
#include "core/store/journal.h"
#include "tests/support/failingvfs.h"
#include "tests/support/testregistry.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace orrery;
using namespace orrery::store;

namespace {

EventPtr fact(std::uint64_t seq, EventKind kind = EventKind::Warning,
              const std::string &run = "run_1", Json data = {{"code", "x"}, {"message", "y"}})
{
    auto fresh = std::make_shared<Event>();
    fresh->seq = seq;
    fresh->timeUs = 1'700'000'000'000'000 + std::int64_t(seq);
    fresh->kind = kind;
    fresh->run = run;
    fresh->data = std::move(data);
    return fresh;
}

EventPtr start(std::uint64_t seq, const std::string &run)
{
    return fact(seq, EventKind::RunStarted, run, {{"team", "t"}, {"task", "x"}});
}

/// A process that has a journal open to write, until it is killed.
class OtherWriter
{
public:
    /// `says` is what it told once it had the journal: empty when it could not have it.
    explicit OtherWriter(const std::string &file)
    {
        int pipes[2];
        if (::pipe(pipes) != 0)
            return;
        m_pid = ::fork();
        if (m_pid == 0) {
            auto writer = JournalWriter::open(file);
            if (writer) {
                (*writer)->append(start((*writer)->lastSeq() + 1, "run_other"));
                if ((*writer)->flush() && ::write(pipes[1], "+", 1) == 1)
                    ::pause();
            }
            ::_exit(1);
        }
        ::close(pipes[1]);
        char sign = 0;
        isWriting = ::read(pipes[0], &sign, 1) == 1;
        ::close(pipes[0]);
    }
    ~OtherWriter() { end(); }
    void end()
    {
        if (m_pid <= 0)
            return;
        ::kill(m_pid, SIGKILL);
        ::waitpid(std::exchange(m_pid, 0), nullptr, 0);
    }
    int pid() const { return m_pid; }
    bool isWriting = false;

private:
    pid_t m_pid = 0;
};

/// What a writer has told of its problems.
class Told
{
public:
    void listenTo(JournalWriter &writer)
    {
        writer.onProblem([this](const std::optional<Error> &problem) {
            std::lock_guard lock(m_mutex);
            m_all.push_back(problem ? problem->message : std::string());
        });
    }
    std::vector<std::string> all()
    {
        std::lock_guard lock(m_mutex);
        return m_all;
    }
    std::size_t count() { return all().size(); }
    std::string last() { return all().empty() ? "nothing was told" : all().back(); }

private:
    std::mutex m_mutex;
    std::vector<std::string> m_all;
};

/// Lives longer than whatever is made while the program runs.
std::unique_ptr<JournalWriter> s_heldToTheEnd;

const orrery::test::ChildRegistration
    kEndsWithJournal("ORRERY_TEST_HELD_TO_THE_END", [](const QByteArray &file) {
        auto writer = JournalWriter::open(file.toStdString());
        if (!writer)
            return 1;
        s_heldToTheEnd = std::move(*writer);
        s_heldToTheEnd->append(start(1, "run_last"));
        return 0;
    });

int modeOf(const std::string &path)
{
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? int(found.st_mode & 07777) : -1;
}

} // namespace

class TestJournalWriters : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::string path(const char *name) const { return m_folder->filePath(name).toStdString(); }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aSecondProcessIsRefusedByWhateverName_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("the same name") << "j.orrery";
        QTest::newRow("a hard link in another folder") << "sub/hard.orrery";
        QTest::newRow("a symbolic link") << "soft.orrery";
        QTest::newRow("another way to it") << "sub/../j.orrery";
    }
    void aSecondProcessIsRefusedByWhateverName()
    {
        QFETCH(QString, name);
        const std::string file = path("j.orrery");
        QVERIFY(JournalWriter::open(file).has_value());
        QVERIFY(QDir(m_folder->path()).mkdir("sub"));
        QCOMPARE(::link(file.c_str(), path("sub/hard.orrery").c_str()), 0);
        QCOMPARE(::symlink(file.c_str(), path("soft.orrery").c_str()), 0);
        OtherWriter other(file);
        QVERIFY(other.isWriting);
        const std::string second = m_folder->filePath(name).toStdString();
        const auto refused = JournalWriter::open(second);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Conflict);
        const std::string &said = refused.error().message;
        for (const std::string &part :
             {std::string(second), "tst_store (process " + std::to_string(other.pid()) + ")",
              std::string("since ")})
            QVERIFY2(said.find(part) != std::string::npos, said.c_str());
        QVERIFY2(said.find("run_other") != std::string::npos, said.c_str());
        const auto contexts = ContextStore::open(second);
        QVERIFY(!contexts);
        QCOMPARE(contexts.error().message, said);
        // Reading stays possible, by either name, and is complete.
        auto reader = JournalReader::open(second);
        QVERIFY(reader.has_value());
        QVERIFY((*reader)->isBeingWritten());
        QCOMPARE((*reader)->count().value(), std::uint64_t(1));
        other.end();
        QVERIFY(!(*reader)->isBeingWritten());
        // Killed, it leaves nothing that keeps the next one away, and that one loses nothing.
        auto next = JournalWriter::open(second);
        QVERIFY2(next.has_value(), next ? "" : next.error().message.c_str());
        QCOMPARE((*next)->lastSeq(), std::uint64_t(1));
    }

    void twoRunsInOneProcessAreKeptApart()
    {
        const std::string file = path("j.orrery");
        auto first = JournalWriter::open(file);
        QVERIFY(first.has_value());
        (*first)->append(start(1, "run_first"));
        QVERIFY((*first)->flush().has_value());
        const auto second = JournalWriter::open(file);
        QVERIFY(!second);
        QVERIFY2(second.error().message.find("this program itself") != std::string::npos
                     && second.error().message.find("run_first") != std::string::npos,
                 second.error().message.c_str());
        QVERIFY(!ContextStore::open(file)); // of some other run
        {
            auto own = ContextStore::open(file, (*first)->right());
            QVERIFY(own.has_value());
            QVERIFY((*own)->saveNow(
                "run_first/a",
                [] {
                    return Json{{"n", 1}};
                },
                5000));
            // The run's context store outlives its journal: the right ends with the last of them.
            first->reset();
            QVERIFY(!JournalWriter::open(file));
        }
        QVERIFY(JournalWriter::open(file).has_value());
        auto alone = ContextStore::open(file);
        QVERIFY(alone.has_value());
        QVERIFY(!JournalWriter::open(file));
    }

    void aRefusedWriterTakesNothingFromTheOneThatHolds()
    {
        // A process loses all its locks of a file when it closes any descriptor of it.
        const std::string file = path("j.orrery");
        auto first = JournalWriter::open(file);
        QVERIFY(first.has_value());
        for (int i = 0; i < 3; ++i) {
            QVERIFY(!JournalWriter::open(file));
            QVERIFY(!ContextStore::open(file));
            QVERIFY(JournalReader::open(file).has_value());
        }
        OtherWriter other(file);
        QVERIFY(!other.isWriting);
        // SQLite's own locks too: as the last one that has the file open, this would fold the log in and delete it.
        const pid_t child = ::fork();
        if (child == 0) {
            sqlite3 *db = nullptr;
            sqlite3_open(file.c_str(), &db);
            sqlite3_exec(db, "SELECT count(*) FROM events", nullptr, nullptr, nullptr);
            sqlite3_close(db);
            ::_exit(0);
        }
        QCOMPARE(::waitpid(child, nullptr, 0), child);
        QVERIFY(QFile::exists(QString::fromStdString(file + "-wal")));
    }

    void aJournalThatCannotBeWrittenIsToldAtOnceAndWhenItWorksAgain()
    {
        test::FailingVfs disk;
        const std::string file = path("j.orrery");
        auto writer = JournalWriter::open(file);
        QVERIFY(writer.has_value());
        Told told;
        told.listenTo(**writer);
        (*writer)->append(fact(1));
        QVERIFY((*writer)->flush().has_value());
        QCOMPARE(told.count(), std::size_t(0));
        disk.failAfter(0, SQLITE_FULL);
        (*writer)->append(fact(2));
        QVERIFY(!(*writer)->flush());
        QTRY_COMPARE(told.count(), std::size_t(1));
        QVERIFY2(told.last().find("j.orrery") != std::string::npos
                     && told.last().find("full") != std::string::npos
                     && told.last().find("Not written yet: 1 event.") != std::string::npos,
                 told.last().c_str());
        for (std::uint64_t seq = 3; seq <= 100; ++seq)
            (*writer)->append(fact(seq));
        QVERIFY(!(*writer)->flush());
        QTRY_VERIFY(told.last().find("Not written yet: 99 events.") != std::string::npos);
        QCOMPARE((*writer)->waiting(), std::size_t(99));
        QVERIFY(!(*writer)->flush());
        QVERIFY2(told.count() <= 3, "told each time it was tried");
        disk.heal();
        QVERIFY((*writer)->flush().has_value());
        QTRY_COMPARE(told.last(), std::string());
        QCOMPARE((*writer)->waiting(), std::size_t(0));
        writer->reset();
        auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        QCOMPARE((*reader)->count().value(), std::uint64_t(100));
        QVERIFY((*reader)->damage().empty());
    }

    void whoListensLaterIsToldOfWhatIsWrongAlready()
    {
        test::FailingVfs disk;
        auto writer = JournalWriter::open(path("j.orrery"));
        QVERIFY(writer.has_value());
        disk.failAfter(0, SQLITE_IOERR_WRITE);
        (*writer)->append(fact(1));
        QVERIFY(!(*writer)->flush());
        Told told;
        told.listenTo(**writer);
        QTRY_COMPARE(told.count(), std::size_t(1));
        (*writer)->onProblem({}); // nobody is called from now on
        disk.heal();
        QVERIFY((*writer)->flush().has_value());
        QCOMPARE(told.count(), std::size_t(1));
    }

    void aJournalThatIsDeletedMeanwhileIsTold()
    {
        auto writer = JournalWriter::open(path("j.orrery"));
        QVERIFY(writer.has_value());
        Told told;
        told.listenTo(**writer);
        (*writer)->append(fact(1));
        QVERIFY((*writer)->flush().has_value());
        QCOMPARE(told.count(), std::size_t(0));
        QVERIFY(QFile::remove(m_folder->filePath("j.orrery")));
        (*writer)->append(fact(2));
        QTRY_COMPARE(told.count(), std::size_t(1));
        QVERIFY2(told.last().find("deleted") != std::string::npos, told.last().c_str());
    }

    void whatIsMadeIsForItsOwnerAlone_data()
    {
        QTest::addColumn<int>("mask");
        QTest::newRow("usual umask") << 022;
        QTest::newRow("none") << 0;
        QTest::newRow("one that takes the owner's right to write") << 0277;
    }
    void whatIsMadeIsForItsOwnerAlone()
    {
        QFETCH(int, mask);
        const mode_t before = ::umask(mode_t(mask));
        auto writer = JournalWriter::open(path("j.orrery"));
        ::umask(before);
        QVERIFY2(writer.has_value(), writer ? "" : writer.error().message.c_str());
        (*writer)->append(fact(1));
        QVERIFY((*writer)->flush().has_value());
        for (const char *name : {"j.orrery", "j.orrery-wal", "j.orrery-shm"})
            QCOMPARE(modeOf(path(name)), 0600);
    }

    void aFileThatIsThereKeepsItsMode()
    {
        const std::string file = path("j.orrery");
        QVERIFY(JournalWriter::open(file).has_value());
        QCOMPARE(::chmod(file.c_str(), 0664), 0);
        auto writer = JournalWriter::open(file);
        QVERIFY(writer.has_value());
        for (const char *name : {"j.orrery", "j.orrery-wal", "j.orrery-shm"})
            QCOMPARE(modeOf(path(name)), 0664);
    }

    void aJournalInAFolderThatMayNotBeWrittenIsRead()
    {
        QVERIFY(QDir(m_folder->path()).mkdir("cd"));
        {
            auto writer = JournalWriter::open(path("cd/j.orrery"));
            QVERIFY(writer.has_value());
            (*writer)->append(fact(1));
        }
        const bool isRoot = ::geteuid() == 0; // for whom nothing is read-only
        QCOMPARE(::chmod(path("cd/j.orrery").c_str(), 0444), 0);
        QCOMPARE(::chmod(path("cd").c_str(), 0555), 0);
        QCOMPARE(::chmod(m_folder->path().toLocal8Bit(), 0755), 0);
        if (isRoot && ::seteuid(65534) != 0)
            QSKIP("no right to become somebody else, and root may write everywhere");
        auto reader = JournalReader::open(path("cd/j.orrery"));
        const auto count = reader ? (*reader)->count() : fail(reader.error());
        if (isRoot)
            QCOMPARE(::seteuid(0), 0);
        ::chmod(path("cd").c_str(), 0755);
        QVERIFY2(count.has_value(), count ? "" : count.error().message.c_str());
        QCOMPARE(*count, std::uint64_t(1));
    }

    void aRunIsRunningWhileItsWriterLives()
    {
        const std::string file = path("j.orrery");
        {
            auto writer = JournalWriter::open(file); // whose run has no end
            QVERIFY(writer.has_value());
            (*writer)->append(start(1, "run_crashed"));
        }
        OtherWriter other(file);
        QVERIFY(other.isWriting);
        auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        auto runs = (*reader)->runs();
        QVERIFY(runs.has_value() && runs->size() == 2);
        QCOMPARE((*runs)[0].outcome, std::string("interrupted"));
        QCOMPARE((*runs)[1].outcome, std::string("running"));
        QVERIFY((*runs)[1].reason.empty());
        other.end();
        runs = (*reader)->runs();
        QVERIFY(runs.has_value());
        QCOMPARE((*runs)[1].outcome, std::string("interrupted"));
        QVERIFY((*runs)[1].reason.find("after event 2") != std::string::npos);
        // One that has opened the journal and not begun a run says nothing of those before it.
        auto idle = JournalWriter::open(file);
        QVERIFY(idle.has_value());
        runs = (*reader)->runs();
        QVERIFY(runs.has_value());
        QCOMPARE((*runs)[1].outcome, std::string("interrupted"));
    }

    void aLiveJournalIsFollowed()
    {
        const std::string file = path("j.orrery");
        auto writer = JournalWriter::open(file);
        QVERIFY(writer.has_value());
        auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        std::uint64_t next = 1;
        for (int round = 0; round < 20; ++round) {
            for (int i = 0; i < 7; ++i)
                (*writer)->append(fact(std::uint64_t(round * 7 + i + 1)));
            QVERIFY((*writer)->flush().has_value());
            const auto more = (*reader)->read(next, 100);
            QVERIFY(more.has_value());
            QCOMPARE(more->size(), std::size_t(7));
            QCOMPARE(more->front()->seq, next);
            next = more->back()->seq + 1;
            QVERIFY((*reader)->read(next, 100)->empty());
        }
        QVERIFY((*reader)->damage().empty());
    }

    void aProgramMayEndWithAJournalOpen()
    {
        const std::string file = path("j.orrery");
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("ORRERY_TEST_HELD_TO_THE_END", QString::fromStdString(file));
        child.setProcessEnvironment(environment);
        child.setProcessChannelMode(QProcess::MergedChannels);
        child.start(QCoreApplication::applicationFilePath(), {});
        QVERIFY(child.waitForFinished());
        QVERIFY2(child.exitStatus() == QProcess::NormalExit && child.exitCode() == 0,
                 child.readAll().constData());
        const auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        const auto events = (*reader)->read(1, 10);
        QVERIFY(events.has_value() && events->size() == 1);
        QCOMPARE(events->front()->run, std::string("run_last"));
    }

    void aJournalWithOtherNumbersOfKindsIsGoneOnWithRightly()
    {
        const std::string file = path("j.orrery");
        QVERIFY(JournalWriter::open(file).has_value());
        {
            sqlite3 *db = nullptr;
            QCOMPARE(sqlite3_open(file.c_str(), &db), SQLITE_OK);
            QCOMPARE(sqlite3_exec(db,
                                  "UPDATE kinds SET id = 500 WHERE name = 'warning';"
                                  "INSERT INTO kinds SELECT 28, 'of_another_program'",
                                  nullptr, nullptr, nullptr),
                     SQLITE_OK);
            sqlite3_close(db);
        }
        {
            auto writer = JournalWriter::open(file);
            QVERIFY(writer.has_value());
            (*writer)->append(fact(1, EventKind::Warning));
        }
        auto reader = JournalReader::open(file);
        QVERIFY(reader.has_value());
        const auto events = (*reader)->read(1, 10);
        QVERIFY(events.has_value() && events->size() == 1);
        QVERIFY(events->front()->kind == EventKind::Warning);
    }
};

ORRERY_TEST(TestJournalWriters)
#include "tst_journalwriters.moc"
