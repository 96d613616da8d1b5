// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/chunkedqueue.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTest>

#include <deque>
#include <random>

using orrery::team::ChunkedQueue;

class TestChunkedQueue : public QObject
{
    Q_OBJECT

private slots:
    /// Grows and shrinks through many chunks beside a deque; each chunk's summary is the sum of what it was given.
    void entriesKeepTheirNumbers()
    {
        const auto seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        ChunkedQueue<int, int, 4> queue;
        std::deque<int> expected;
        for (int step = 0; step < 200; ++step) {
            const int pushes = static_cast<int>(random() % 60);
            for (int i = 0; i < pushes; ++i) {
                const int value = static_cast<int>(random() % 1000);
                const auto index = queue.push(value);
                QCOMPARE(index + 1, queue.end());
                queue.summary(index) += value;
                expected.push_back(value);
            }
            for (auto pops = random() % 62; pops > 0 && !queue.empty(); --pops) {
                QCOMPARE(queue.front(), expected.front());
                queue.summary(queue.begin()) -= queue.front();
                queue.pop();
                expected.pop_front();
            }
            QCOMPARE(queue.end() - queue.begin(), expected.size());
            int sum = 0;
            for (auto index = queue.begin(); index < queue.end(); ++index) {
                QCOMPARE(queue[index], expected[index - queue.begin()]);
                sum += queue[index];
                if ((index + 1) % queue.chunkSize != 0 && index + 1 < queue.end())
                    continue;
                QCOMPARE(queue.summary(index), sum);
                sum = 0;
            }
            QVERIFY(!queue.contains(queue.end()));
        }
    }
};

ORRERY_TEST(TestChunkedQueue)
#include "tst_chunkedqueue.moc"
