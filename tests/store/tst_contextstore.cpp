// SPDX-License-Identifier: GPL-3.0-or-later
// Saved contexts when things go wrong: what was saved stays, what could not be saved is told, and goes on afterwards.
#include "core/store/journal.h"
#include "core/store/sqlite.h"
#include "tests/support/failingvfs.h"
#include "tests/support/testregistry.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <filesystem>
#include <future>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace orrery;
using namespace orrery::store;
namespace fs = std::filesystem;

namespace {

/// A context that takes about so many bytes.
std::function<Json()> context(int number, std::size_t bytes = 100)
{
    return [=] {
        return Json{{"version", 1}, {"number", number}, {"text", std::string(bytes, 'x')}};
    };
}

int numberIn(ContextStore &store, const std::string &session)
{
    const auto loaded = store.load(session);
    return loaded ? loaded->value("number", -1) : -1;
}

/// As another program reads it.
int numberOnDisk(const std::string &file, const std::string &session)
{
    auto database = Database::open(file, Database::Mode::ReadOnly);
    auto query = database->prepare("SELECT json FROM contexts WHERE session = ?");
    query->bind(1, session);
    if (!query->step().value_or(false))
        return -1;
    return Json::parse(query->text(0)).value("number", -1);
}

void fill(const fs::path &path, const QByteArray &content)
{
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QFile::WriteOnly));
    file.write(content);
}

/// Another connection that holds the write lock.
class Lock
{
public:
    explicit Lock(const std::string &path)
    {
        sqlite3_open(path.c_str(), &m_db);
        m_isHeld = sqlite3_exec(m_db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    ~Lock() { sqlite3_close(m_db); }
    bool isHeld() const { return m_isHeld; }

private:
    sqlite3 *m_db = nullptr;
    bool m_isHeld = false;
};

} // namespace

class TestContextStore : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::string path(const char *name) const { return m_folder->filePath(name).toStdString(); }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void anExplicitSaveReturnsWhenItIsOnDisk()
    {
        auto store = ContextStore::open(path("a.orrery"));
        QVERIFY(store.has_value());
        for (int i = 1; i <= 20; ++i) {
            (*store)->save("run/other", context(i), {});
            const auto saved = (*store)->saveNow("run/coder", context(i), 10000);
            QVERIFY2(saved.has_value(), saved ? "" : saved.error().message.c_str());
            QCOMPARE(saved->session, std::string("run/coder"));
            QCOMPARE(numberOnDisk(path("a.orrery"), "run/coder"), i);
        }
    }

    void anExplicitSaveGivesUpWaitingButNotSaving()
    {
        auto store = ContextStore::open(path("a.orrery"));
        QVERIFY(store.has_value());
        std::promise<void> release;
        auto released = release.get_future().share();
        const auto slow = [released] {
            released.wait();
            return Json{{"number", 1}};
        };
        const auto saved = (*store)->saveNow("run/coder", slow, 20);
        QVERIFY(!saved);
        QCOMPARE(saved.error().code, ErrorCode::Timeout);
        QVERIFY(saved.error().message.find("run/coder") != std::string::npos);
        const auto flushed = (*store)->flush(20);
        QVERIFY(!flushed);
        QVERIFY(flushed.error().message.find("run/coder") != std::string::npos);
        release.set_value();
        QVERIFY((*store)->flush(10000).has_value());
        QCOMPARE(numberIn(**store, "run/coder"), 1);
    }

    void noSessionWaitsForOneThatIsSavedAgainAndAgain()
    {
        auto store = ContextStore::open(path("a.orrery"));
        QVERIFY(store.has_value());
        std::atomic<bool> stop{false};
        std::function<void(const ContextStore::Saved &)> again =
            [&](const ContextStore::Saved &saved) {
                if (!stop && !saved.error)
                    (*store)->save("a", context(1), again);
            };
        (*store)->save("a", context(1), again);
        QVERIFY((*store)->saveNow("z", context(2), 20000).has_value());
        stop = true;
        QVERIFY((*store)->flush(10000).has_value());
    }

    void closingNamesWhatWasNotWrittenAndTellsWhoeverWaits()
    {
        auto store = ContextStore::open(path("a.orrery"));
        QVERIFY(store.has_value());
        std::promise<void> release;
        auto released = release.get_future().share();
        std::mutex mutex;
        std::map<std::string, std::optional<Error>> told;
        const auto note = [&](const ContextStore::Saved &saved) {
            std::lock_guard lock(mutex);
            told[saved.session] = saved.error;
        };
        std::promise<void> begun;
        (*store)->save(
            "run/slow",
            [&begun, released] {
                begun.set_value();
                released.wait();
                return Json{{"number", 1}};
            },
            note);
        begun.get_future().wait();
        (*store)->save("run/next", context(2), note);
        const auto closed = (*store)->close(20);
        QVERIFY(!closed);
        for (const char *name : {"run/slow", "run/next"})
            QVERIFY2(closed.error().message.find(name) != std::string::npos, name);
        {
            std::lock_guard lock(mutex);
            QVERIFY(told.contains("run/next") && told["run/next"]);
        }
        (*store)->save("run/late", context(3), note);
        {
            std::lock_guard lock(mutex);
            QVERIFY(told.contains("run/late") && told["run/late"]);
        }
        release.set_value();
        store->reset();
        QVERIFY(told.contains("run/slow") && !told["run/slow"]); // was under way, and is written
    }

    void aContextThatCannotBeMadeIsTold()
    {
        auto store = ContextStore::open(path("a.orrery"));
        QVERIFY(store.has_value());
        const auto saved = (*store)->saveNow(
            "run/coder", []() -> Json { throw std::runtime_error("no context"); }, 10000);
        QVERIFY(!saved);
        QVERIFY(saved.error().message.find("no context") != std::string::npos);
        QVERIFY((*store)->saveNow("run/coder", context(1), 10000).has_value());
    }

    void refusesWhatIsNoJournal_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("text") << QByteArray("Dear Sir or Madam, this is a letter.");
        QTest::newRow("damaged header") << QByteArray("SQLite format 3\0garbage", 23);
    }
    void refusesWhatIsNoJournal()
    {
        QFETCH(QByteArray, content);
        fill(path("letter.orrery"), content);
        const auto store = ContextStore::open(path("letter.orrery"));
        QVERIFY(!store);
        QVERIFY(store.error().message.find("letter.orrery") != std::string::npos);
        QFile file(m_folder->filePath("letter.orrery"));
        QVERIFY(file.open(QFile::ReadOnly));
        QCOMPARE(file.readAll(), content);
    }

    void aDamagedFileIsToldAndNeverMadeWorse()
    {
        const std::string file = path("a.orrery");
        {
            auto store = ContextStore::open(file);
            QVERIFY(store.has_value());
            for (int i = 0; i < 50; ++i)
                (*store)->save("run/a" + std::to_string(i), context(i, 20000), {});
        }
        QFile raw(QString::fromStdString(file));
        QVERIFY(raw.open(QFile::ReadWrite));
        const qint64 size = raw.size();
        for (qint64 at = 8192; at + 4096 < size; at += 8192) {
            raw.seek(at);
            raw.write(QByteArray(4096, '\xff'));
        }
        raw.close();
        auto store = ContextStore::open(file);
        if (!store) {
            QVERIFY(store.error().message.find("a.orrery") != std::string::npos);
            return;
        }
        int damaged = 0;
        for (int i = 0; i < 50; ++i) {
            const auto loaded = (*store)->load("run/a" + std::to_string(i));
            if (loaded) {
                QCOMPARE(loaded->value("number", -1), i);
                QCOMPARE(loaded->value("text", "").size(), std::size_t(20000));
            } else {
                ++damaged;
                QVERIFY(!loaded.error().message.empty());
            }
        }
        QVERIFY(damaged > 0);
    }

    void aWriteErrorLosesNothingAndPasses_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("bytes");
        for (const int bytes : {0, 1, 24, 500, 4096, 4120, 9000, 20000, 40000}) {
            QTest::addRow("disk full after %d", bytes) << SQLITE_FULL << bytes;
            QTest::addRow("input/output error after %d", bytes) << SQLITE_IOERR_WRITE << bytes;
        }
    }
    void aWriteErrorLosesNothingAndPasses()
    {
        QFETCH(int, code);
        QFETCH(int, bytes);
        test::FailingVfs disk;
        const std::string file = path("a.orrery");
        {
            auto store = ContextStore::open(file);
            QVERIFY(store.has_value());
            QVERIFY((*store)->saveNow("run/coder", context(1, 5000), 10000).has_value());
            QVERIFY((*store)->saveNow("run/lead", context(1, 5000), 10000).has_value());
            disk.failAfter(bytes, code);
            const auto failed = (*store)->saveNow("run/coder", context(2, 100000), 10000);
            QVERIFY(!failed);
            QVERIFY2(failed.error().message.find("a.orrery") != std::string::npos,
                     failed.error().message.c_str());
            QCOMPARE(numberIn(**store, "run/coder"), 1);
            const auto flushed = (*store)->flush(10000);
            QVERIFY(!flushed);
            QVERIFY(flushed.error().message.find("run/coder") != std::string::npos);
            disk.heal();
            // The next save that succeeds takes the failed one along.
            QVERIFY((*store)->saveNow("run/lead", context(3), 10000).has_value());
            QVERIFY((*store)->flush(10000).has_value());
            QCOMPARE(numberIn(**store, "run/coder"), 2);
        }
        auto store = ContextStore::open(file);
        QVERIFY(store.has_value());
        QCOMPARE(numberIn(**store, "run/coder"), 2);
        QCOMPARE(numberIn(**store, "run/lead"), 3);
    }

    void aFullDiskLosesNothing()
    {
        const std::string mounted = path("small");
        fs::create_directory(mounted);
        if (mount("none", mounted.c_str(), "tmpfs", 0, "size=512k") != 0)
            QSKIP(
                "no right to mount a small disk; the other cases use a disk that fails on demand");
        const auto unmount = qScopeGuard([&] { umount(mounted.c_str()); });
        {
            auto store = ContextStore::open(mounted + "/a.orrery");
            QVERIFY(store.has_value());
            QVERIFY((*store)->saveNow("run/coder", context(1, 5000), 10000).has_value());
            const auto failed = (*store)->saveNow("run/lead", context(2, 600000), 10000);
            QVERIFY(!failed);
            QVERIFY2(failed.error().message.find("full") != std::string::npos
                         || failed.error().message.find("I/O") != std::string::npos,
                     failed.error().message.c_str());
            QCOMPARE(numberIn(**store, "run/coder"), 1);
            QVERIFY(mount("none", mounted.c_str(), "tmpfs", MS_REMOUNT, "size=8m") == 0);
            QVERIFY((*store)->flush(10000).has_value());
            QCOMPARE(numberIn(**store, "run/lead"), 2);
        }
    }

    void aLockedDatabaseIsToldAndWaitedFor()
    {
        const std::string file = path("a.orrery");
        auto store = ContextStore::open(file);
        QVERIFY(store.has_value());
        QVERIFY((*store)->saveNow("run/coder", context(1), 10000).has_value());
        {
            Lock lock(file);
            QVERIFY(lock.isHeld());
            const auto failed = (*store)->saveNow("run/coder", context(2), 20000);
            QVERIFY(!failed);
            QVERIFY2(failed.error().message.find("locked") != std::string::npos,
                     failed.error().message.c_str());
            QCOMPARE(numberIn(**store, "run/coder"), 1); // reading is still possible
        }
        QVERIFY((*store)->flush(10000).has_value()); // tries again
        QCOMPARE(numberIn(**store, "run/coder"), 2);
        std::optional<Lock> lock(std::in_place, file);
        QVERIFY(lock->isHeld());
        (*store)->save("run/coder", context(3), {});
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        lock.reset(); // soon enough
        QVERIFY((*store)->flush(10000).has_value());
        QCOMPARE(numberIn(**store, "run/coder"), 3);
    }

    void aFolderThatCannotBeWrittenIsTold()
    {
        const bool isRoot = geteuid() == 0; // for whom nothing is read-only
        const std::string folder = path("fixed");
        fs::create_directory(folder);
        if (isRoot) {
            QVERIFY(chmod(m_folder->path().toLocal8Bit(), 0755) == 0);
            QVERIFY(chown(folder.c_str(), 65534, 65534) == 0);
            if (seteuid(65534) != 0)
                QSKIP("no right to become somebody else, and root may write everywhere");
        }
        chmod(folder.c_str(), 0555);
        const auto store = ContextStore::open(folder + "/a.orrery");
        const bool exists = fs::exists(folder + "/a.orrery");
        chmod(folder.c_str(), 0755);
        auto later = ContextStore::open(folder + "/a.orrery");
        const bool saved =
            later.has_value() && (*later)->saveNow("run/coder", context(1), 10000).has_value();
        if (later)
            later->reset();
        if (isRoot)
            QVERIFY(seteuid(0) == 0);
        QVERIFY(!store);
        QVERIFY(store.error().message.find("fixed/a.orrery") != std::string::npos);
        QVERIFY(!exists);
        QVERIFY(saved);
    }
};

ORRERY_TEST(TestContextStore)
#include "tst_contextstore.moc"
