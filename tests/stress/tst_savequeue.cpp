// SPDX-License-Identifier: GPL-3.0-or-later
// The order of saves on threads of the standard library, which ThreadSanitizer can follow; tst_saves.cpp has the store.
#include "core/store/savequeue.h"
#include "tests/stress/duration.h"
#include "tests/support/tsansuppressions.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>
#include <thread>

using namespace orrery;
using namespace orrery::store;

namespace {

/// A queue, a thread that works for it when it is asked to, and a disk that is a map.
class Disk
{
public:
    ~Disk()
    {
        {
            std::lock_guard lock(m_mutex);
            m_ending = true;
        }
        m_asked.notify_one();
        m_thread.join();
    }

    SaveQueue queue{[this](const std::string &session, const SaveQueue::Job &job) {
                        return write(session, job);
                    },
                    [this] { schedule(); }};
    std::atomic<int> failEach{0}; ///< each so many writes one fails

    std::map<std::string, int> content()
    {
        std::lock_guard lock(m_mutex);
        return m_content;
    }
    bool isInOrder() const { return m_isInOrder; }

private:
    SaveQueue::Saved write(const std::string &session, const SaveQueue::Job &job)
    {
        const int value = job.context()["n"];
        std::lock_guard lock(m_mutex);
        SaveQueue::Saved saved{session, job.version, 1, {}};
        if (failEach && ++m_writes % failEach == 0) {
            saved.error = makeError(ErrorCode::Database, "the disk is full");
            return saved;
        }
        int &now = m_content.try_emplace(session, -1).first->second;
        if (value < now || job.version <= m_versions[session])
            m_isInOrder = false;
        now = value;
        m_versions[session] = job.version;
        return saved;
    }
    void schedule()
    {
        {
            std::lock_guard lock(m_mutex);
            ++m_due;
        }
        m_asked.notify_one();
    }
    void run()
    {
        std::unique_lock lock(m_mutex);
        while (true) {
            m_asked.wait(lock, [&] { return m_due > 0 || m_ending; });
            if (m_due == 0)
                return;
            --m_due;
            lock.unlock();
            queue.work();
            lock.lock();
        }
    }

    std::mutex m_mutex;
    std::condition_variable m_asked;
    int m_due = 0;
    bool m_ending = false;
    int m_writes = 0;
    std::map<std::string, int> m_content;
    std::map<std::string, std::uint64_t> m_versions;
    std::atomic<bool> m_isInOrder{true};
    std::thread m_thread{[this] { run(); }};
};

} // namespace

class StressSaveQueue : public QObject
{
    Q_OBJECT

private slots:
    void theLatestOfEachSessionIsWrittenInOrder_data()
    {
        QTest::addColumn<int>("failEach");
        QTest::newRow("a good disk") << 0;
        QTest::newRow("a bad disk") << 5;
    }
    void theLatestOfEachSessionIsWrittenInOrder()
    {
        QFETCH(int, failEach);
        const test::Duration duration;
        Disk disk;
        disk.failEach = failEach;
        std::vector<int> last(8, 0);
        std::atomic<std::int64_t> added{0};
        std::atomic<std::int64_t> told{0};
        {
            std::vector<std::jthread> threads;
            for (unsigned t = 0; t < 8; ++t)
                threads.emplace_back([&, t] {
                    std::mt19937 random(t);
                    for (int n = 1; !duration.isOver(); ++n) {
                        ++added;
                        disk.queue.add(
                            "s" + std::to_string(t),
                            [n] {
                                return Json{{"n", n}};
                            },
                            [&](const SaveQueue::Saved &) { ++told; });
                        last[t] = n;
                        if (random() % 500 == 0)
                            (void)disk.queue.flush(20);
                    }
                });
        }
        disk.failEach = 0;
        QVERIFY(disk.queue.flush(60000).has_value());
        QVERIFY(disk.isInOrder());
        QCOMPARE(told.load(), added.load());
        for (std::size_t t = 0; t < 8; ++t)
            QCOMPARE(disk.content()["s" + std::to_string(t)], last[t]);
        QVERIFY(disk.queue.close(60000).has_value());
    }

    void whatIsAddedBeforeTheCloseIsNotLost()
    {
        for (int round = 0; round < 20000; ++round) {
            Disk disk;
            std::atomic<int> told{0};
            const int count = 1 + round % 3;
            for (int i = 0; i < count; ++i)
                disk.queue.add(
                    "s" + std::to_string(i),
                    [round] {
                        return Json{{"n", round}};
                    },
                    [&](const SaveQueue::Saved &saved) { told += !saved.error; });
            QVERIFY(disk.queue.close(60000).has_value());
            QCOMPARE(told.load(), count);
            QCOMPARE(disk.content().size(), std::size_t(count));
        }
    }

    void closingAmidSavesTellsEveryone()
    {
        for (int round = 0; round < 300; ++round) {
            Disk disk;
            std::atomic<int> added{0};
            std::atomic<int> written{0};
            std::atomic<int> refused{0};
            std::vector<std::jthread> threads;
            for (int t = 0; t < 8; ++t)
                threads.emplace_back([&, t] {
                    for (int n = 0; n < 20; ++n) {
                        ++added;
                        disk.queue.add(
                            "s" + std::to_string(t),
                            [n] {
                                return Json{{"n", n}};
                            },
                            [&](const SaveQueue::Saved &saved) {
                                ++(saved.error ? refused : written);
                            });
                    }
                });
            QVERIFY(disk.queue.close(60000).has_value());
            threads.clear();
            QCOMPARE(written + refused, added.load());
        }
    }
};

ORRERY_TEST(StressSaveQueue)
#include "tst_savequeue.moc"
