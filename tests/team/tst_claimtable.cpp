// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/claimtable.h"

#include <QTest>

#include <algorithm>
#include <random>
#include <thread>

using namespace orrery;
using namespace orrery::team;

namespace {

/// The rules, said as plainly as they can be.
struct Reference {
    std::int64_t ttlMs;
    std::vector<Claim> held; ///< in (re-)claim order

    void prune(std::int64_t now)
    {
        std::erase_if(held, [now](const Claim &claim) { return claim.deadlineMs <= now; });
    }
    bool claim(const std::string &agent, const std::string &file, int start, int end,
               std::int64_t now)
    {
        prune(now);
        for (const Claim &other : held)
            if (other.agent != agent && other.file == file && start <= other.end
                && other.start <= end)
                return false;
        release(agent, file, now);
        held.push_back({agent, file, start, end, now, now + ttlMs});
        return true;
    }
    void release(const std::string &agent, const std::string &file, std::int64_t now)
    {
        prune(now);
        std::erase_if(held, [&](const Claim &c) { return c.agent == agent && c.file == file; });
    }
};

} // namespace

class TestClaimTable : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithTheReference()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto pick = [&](int most) { return int(random() % unsigned(most)); };
        ClaimTable table(400);
        Reference reference{400, {}};
        std::int64_t now = 0;
        for (int step = 0; step < 20000; ++step) {
            now += pick(40);
            const std::string agent = "a" + std::to_string(pick(5));
            const std::string file = "f" + std::to_string(pick(3));
            if (pick(4) == 0) {
                table.release(agent, file, now);
                reference.release(agent, file, now);
            } else {
                const int start = pick(60);
                const int end = start + pick(20);
                const auto verdict = table.claim(agent, file, start, end, now);
                QVERIFY(verdict.has_value());
                QCOMPARE(verdict->granted, reference.claim(agent, file, start, end, now));
                QCOMPARE(verdict->conflicts.empty(), verdict->granted);
            }
            reference.prune(now);
            QVERIFY(table.snapshot(now) == reference.held);
            for (std::size_t i = 0; i < reference.held.size(); ++i)
                for (std::size_t j = 0; j < i; ++j) {
                    const Claim &a = reference.held[i];
                    const Claim &b = reference.held[j];
                    QVERIFY(a.file != b.file || a.agent == b.agent || a.end < b.start
                            || b.end < a.start);
                }
        }
    }

    void refusesImpossibleRanges()
    {
        ClaimTable table;
        QVERIFY(!table.claim("a", "f", 5, 4, 0));
        QVERIFY(!table.claim("a", "f", -1, 4, 0));
        QVERIFY(table.claim("a", "f", 0, 0, 0).has_value());
        QCOMPARE(table.snapshot(0).size(), std::size_t(1));
    }

    void aReclaimReplacesAndSaysWhatItReplaced()
    {
        ClaimTable table(100);
        table.claim("a", "f", 1, 10, 0);
        const auto again = table.claim("a", "f", 20, 30, 50);
        QVERIFY(again && again->granted && again->replaced);
        QCOMPARE(again->replaced->end, std::int64_t(10));
        QVERIFY(table.claim("b", "f", 1, 10, 60)->granted);
        QVERIFY(table.holds("a", "f", 20, 30, 120)); // the old deadline is of no account
        QCOMPARE(table.expire(150).size(), std::size_t(1));
        QVERIFY(!table.holds("a", "f", 20, 30, 150));
    }

    void namesWhoeverIsInTheWay()
    {
        ClaimTable table;
        table.claim("a", "f", 1, 10, 0);
        table.claim("b", "f", 11, 20, 0);
        const auto denied = table.claim("c", "f", 10, 11, 0);
        QVERIFY(denied && !denied->granted);
        QCOMPARE(denied->conflicts.size(), std::size_t(2));
        QVERIFY(!table.claim("c", "f", 5, 5, 0)->granted);
        QVERIFY(table.claim("c", "g", 5, 5, 0)->granted);
    }

    void onlyOneOfManyThreadsGetsTheSameLines()
    {
        for (int round = 0; round < 50; ++round) {
            ClaimTable table;
            std::atomic<int> granted{0};
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i)
                threads.emplace_back([&, i] {
                    if (table.claim("agent" + std::to_string(i), "f", 1, 10, 0)->granted)
                        ++granted;
                });
            threads.clear();
            QCOMPARE(granted.load(), 1);
        }
    }
};

QTEST_GUILESS_MAIN(TestClaimTable)
#include "tst_claimtable.moc"
