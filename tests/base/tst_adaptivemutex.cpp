// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/adaptivemutex.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <mutex>
#include <thread>
#include <vector>

using orrery::AdaptiveMutex;

class TestAdaptiveMutex : public QObject
{
    Q_OBJECT

private slots:
    void letsOneInAtATime_data()
    {
        QTest::addColumn<int>("pauseUs"); // in the section: with 2 ms those who wait go to sleep
        QTest::addColumn<int>("rounds");
        QTest::newRow("short sections") << 0 << 50000;
        QTest::newRow("long sections") << 2000 << 20;
    }
    void letsOneInAtATime()
    {
        QFETCH(int, pauseUs);
        QFETCH(int, rounds);
        AdaptiveMutex mutex;
        int count = 0; // a data race if two were inside
        std::vector<std::thread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < rounds; ++i) {
                    std::lock_guard lock(mutex);
                    ++count;
                    if (pauseUs)
                        std::this_thread::sleep_for(std::chrono::microseconds(pauseUs));
                }
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(count, 8 * rounds);
    }

    void triesWithoutWaiting()
    {
        AdaptiveMutex mutex;
        QVERIFY(mutex.try_lock());
        QVERIFY(!mutex.try_lock());
        mutex.unlock();
        QVERIFY(mutex.try_lock());
        mutex.unlock();
    }
};

ORRERY_TEST(TestAdaptiveMutex)
#include "tst_adaptivemutex.moc"
