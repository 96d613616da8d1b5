// SPDX-License-Identifier: GPL-3.0-or-later
// Saved contexts on a real file: many threads, many closes, and a process that is killed at any point.
#include "core/store/journal.h"
#include "tests/stress/duration.h"
#include "tests/support/tsansuppressions.h"
#include "tests/support/testregistry.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace orrery;
using namespace orrery::store;

namespace {

struct Said {
    int session;
    int number;
};

/// Saves one after the other, with numbers from `first` on, says what is on disk, and never ends.
[[noreturn]] void saveForEver(const std::string &file, int out, int first)
{
    auto store = ContextStore::open(file);
    if (!store)
        _exit(1);
    std::atomic<int> ahead{0};
    for (int number = first;; ++number) {
        const int session = number % 3;
        ++ahead;
        (*store)->save(
            "run/agent" + std::to_string(session),
            [number] {
                return Json{{"number", number}, {"text", std::string(2000, 'x')}};
            },
            [&ahead, out, session, number](const ContextStore::Saved &saved) {
                --ahead;
                const Said said{session, number};
                if (!saved.error && write(out, &said, sizeof said) != sizeof said)
                    _exit(1);
            });
        while (ahead > 8)
            std::this_thread::yield();
    }
}

} // namespace

class StressSaves : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::string path(const char *name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    // This and the next one first, while this process has no other threads yet.
    void aKilledProcessLosesNoSaveThatItWasToldOf()
    {
#ifdef __SANITIZE_THREAD__
        QSKIP("ThreadSanitizer does not follow a process with threads into its child");
#endif
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const std::string file = path("killed.orrery");
        std::map<int, int> acknowledged; // the file goes on from one process to the next
        int told = 0;
        for (int round = 0; round < 200; ++round) {
            int pipes[2];
            QCOMPARE(pipe(pipes), 0);
            const pid_t child = fork();
            QVERIFY(child >= 0);
            if (child == 0) {
                ::close(pipes[0]);
                saveForEver(file, pipes[1], 1 + round * 1'000'000);
            }
            ::close(pipes[1]);
            usleep(random() % 30000);
            kill(child, SIGKILL);
            int status = 0;
            QCOMPARE(waitpid(child, &status, 0), child);
            QVERIFY(WIFSIGNALED(status));
            for (Said said; read(pipes[0], &said, sizeof said) == sizeof said; ++told)
                acknowledged[said.session] = std::max(acknowledged[said.session], said.number);
            ::close(pipes[0]);
            auto store = ContextStore::open(file);
            QVERIFY2(store.has_value(), store ? "" : store.error().message.c_str());
            for (const auto &[session, number] : acknowledged) {
                const auto saved = (*store)->load("run/agent" + std::to_string(session));
                QVERIFY(saved.has_value());
                QVERIFY2(saved->value("number", 0) >= number,
                         qPrintable(QString("round %1, agent %2: %3 of %4")
                                        .arg(round)
                                        .arg(session)
                                        .arg(saved->value("number", 0))
                                        .arg(number)));
            }
        }
        QVERIFY(told > 0);
    }

    // It happens once in a file's life, in about a millisecond.
    void aProcessKilledWhileItMakesAFileLeavesOneThatOpens()
    {
#ifdef __SANITIZE_THREAD__
        QSKIP("ThreadSanitizer does not follow a process with threads into its child");
#endif
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int round = 0; round < 300; ++round) {
            const std::string file = path(("made" + std::to_string(round)).c_str());
            int pipes[2];
            QCOMPARE(pipe(pipes), 0);
            const pid_t child = fork();
            QVERIFY(child >= 0);
            if (child == 0) {
                const char starts = 0;
                if (write(pipes[1], &starts, 1) == 1)
                    (void)!ContextStore::open(file).has_value();
                for (;;)
                    pause();
            }
            ::close(pipes[1]);
            char started = 1;
            QCOMPARE(read(pipes[0], &started, 1), 1);
            usleep(random() % 2000);
            kill(child, SIGKILL);
            QCOMPARE(waitpid(child, nullptr, 0), child);
            ::close(pipes[0]);
            auto store = ContextStore::open(file);
            QVERIFY2(store.has_value(), store ? "" : store.error().message.c_str());
        }
    }

    void theLatestOfEachSessionIsOnDisk()
    {
        const test::Duration duration;
        const std::string file = path("many.orrery");
        std::vector<int> last(8, 0);
        std::atomic<int> failed{0};
        {
            auto store = ContextStore::open(file);
            QVERIFY(store.has_value());
            std::vector<std::jthread> threads;
            for (unsigned t = 0; t < 8; ++t)
                threads.emplace_back([&, t] {
                    const std::string session = "run/agent" + std::to_string(t);
                    for (int n = 1; !duration.isOver(); ++n) {
                        last[t] = n;
                        const auto context = [n] { return Json{{"number", n}}; };
                        if (n % 100 != 0)
                            (*store)->save(session, context, [&](const auto &saved) {
                                failed += saved.error.has_value();
                            });
                        else if (!(*store)->saveNow(session, context, 30000)
                                 || (*store)->load(session).value().value("number", 0) != n)
                            ++failed;
                    }
                });
        }
        QCOMPARE(failed.load(), 0);
        auto store = ContextStore::open(file);
        QVERIFY(store.has_value());
        for (std::size_t t = 0; t < 8; ++t)
            QCOMPARE((*store)->load("run/agent" + std::to_string(t)).value().value("number", 0),
                     last[t]);
    }

    void whatIsSavedBeforeTheCloseIsNotLost()
    {
        const std::string file = path("closed.orrery");
        for (int round = 1; round <= 100; ++round) {
            auto store = ContextStore::open(file);
            QVERIFY(store.has_value());
            (*store)->save("run/coder", [round] { return Json{{"number", round}}; }, {});
            if (round % 2)
                QVERIFY((*store)->close(30000).has_value());
            store->reset();
            auto again = ContextStore::open(file);
            QVERIFY(again.has_value());
            QCOMPARE((*again)->load("run/coder").value().value("number", 0), round);
        }
    }
};

ORRERY_TEST(StressSaves)
#include "tst_saves.moc"
