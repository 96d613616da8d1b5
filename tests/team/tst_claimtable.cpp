// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/claimtable.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <algorithm>
#include <barrier>
#include <random>
#include <set>
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
        for (int step = 0; step < 100000; ++step) {
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

    void aClockThatIsSetBackShortensAndProlongsNoClaim()
    {
        ClaimTable table(10000);
        table.claim("a", "f", 1, 10, 10'000'000);
        QVERIFY(!table.claim("b", "f", 5, 5, 1'000'000)->granted); // set back by 2.5 hours
        QCOMPARE(table.snapshot(1'000'000).front().deadlineMs, std::int64_t(1'010'000));
        QVERIFY(!table.claim("b", "f", 5, 5, 1'009'999)->granted);
        QVERIFY(table.claim("b", "f", 5, 5, 1'010'000)->granted);
        QCOMPARE(table.expire(1'010'000).size(), std::size_t(1));
    }

    void extendingMovesTheDeadlineAndTheOrder()
    {
        ClaimTable table(1000);
        table.claim("a", "f", 1, 10, 0);
        table.claim("b", "g", 1, 10, 100);
        const auto extended = table.extend("a", "f", 500);
        QVERIFY(extended.has_value());
        QCOMPARE(extended->claimedMs, std::int64_t(0));
        QCOMPARE(extended->deadlineMs, std::int64_t(1500));
        const auto all = table.snapshot(600);
        QCOMPARE(all.size(), std::size_t(2));
        QCOMPARE(all[0].agent, std::string("b"));
        QCOMPARE(all[1].agent, std::string("a"));
        QVERIFY(!table.extend("b", "g", 1100)); // too late
        QVERIFY(!table.extend("a", "g", 1100));
        QCOMPARE(table.expire(1200).size(), std::size_t(1));
    }

    void releaseAllLeavesTheClaimsOfOthers()
    {
        ClaimTable table;
        for (int i = 0; i < 3000; ++i) {
            table.claim("a", "f" + std::to_string(i), 1, 10, 0);
            table.claim("b", "f" + std::to_string(i), 11, 20, 0);
        }
        const auto released = table.releaseAll("a", 1);
        QCOMPARE(released.size(), std::size_t(3000));
        for (std::size_t i = 0; i < released.size(); ++i)
            QCOMPARE(released[i].file, "f" + std::to_string(i));
        const auto left = table.snapshot(1);
        QCOMPARE(left.size(), std::size_t(3000));
        for (const Claim &claim : left)
            QCOMPARE(claim.agent, std::string("b"));
        QVERIFY(table.releaseAll("a", 1).empty());
        QVERIFY(table.releaseAll("nobody", 1).empty());
    }

    void manyThatExpireAreToldOnceAndInOrderAndAreGoneAtOnce()
    {
        constexpr int count = 20000;
        ClaimTable table(1000);
        for (int i = 0; i < count; ++i)
            table.claim("a", "f" + std::to_string(i), 1, 10, i / 100);
        QVERIFY(table.snapshot(5000).empty());
        QVERIFY(table.conflicts("b", "f19999", 1, 10, 5000).empty());
        QVERIFY(!table.holds("a", "f19999", 1, 10, 5000));
        QVERIFY(!table.release("a", "f19998", 5000));
        QVERIFY(table.claim("a", "f19997", 1, 10, 5000)->granted);
        std::vector<Claim> told;
        for (auto some = table.expire(5000); !some.empty(); some = table.expire(5000)) {
            QVERIFY(some.size() <= 1000);
            told.insert(told.end(), some.begin(), some.end());
        }
        QCOMPARE(told.size(), std::size_t(count));
        std::set<std::string> files;
        for (const Claim &claim : told)
            files.insert(claim.file);
        QCOMPARE(files.size(), std::size_t(count));
        QCOMPARE(table.snapshot(5000).size(), std::size_t(1));
    }

    void aConcurrentHistoryIsAnOrderOfItsSteps()
    {
        struct Step {
            std::uint64_t sequence;
            bool isClaim, granted;
            std::string agent, file;
            int start;
            std::int64_t now;
        };
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        ClaimTable table(500);
        // All threads have one time, which goes on when all have come so far.
        std::barrier together(8);
        std::vector<std::vector<Step>> histories(8);
        {
            std::vector<std::jthread> threads;
            for (unsigned t = 0; t < 8; ++t)
                threads.emplace_back([&, t] {
                    std::mt19937 random(seed + t);
                    const std::string agent = "a" + std::to_string(t);
                    for (int i = 0; i < 5000; ++i) {
                        if (i % 100 == 0)
                            together.arrive_and_wait();
                        const std::int64_t now = i / 100 * 90;
                        const std::string file = "f" + std::to_string(random() % 4);
                        const int start = int(random() % 60);
                        if (random() % 3) {
                            const auto verdict = table.claim(agent, file, start, start + 5, now);
                            histories[t].push_back({verdict->sequence, true, verdict->granted,
                                                    agent, file, start, now});
                        } else if (const auto claim = table.release(agent, file, now)) {
                            histories[t].push_back(
                                {claim->sequence, false, true, agent, file, 0, now});
                        }
                    }
                });
        }
        std::vector<Step> history;
        for (const auto &each : histories)
            history.insert(history.end(), each.begin(), each.end());
        std::sort(history.begin(), history.end(),
                  [](const Step &a, const Step &b) { return a.sequence < b.sequence; });
        ClaimTable replay(500);
        for (const Step &step : history) {
            if (step.isClaim) {
                const auto verdict =
                    replay.claim(step.agent, step.file, step.start, step.start + 5, step.now);
                QCOMPARE(verdict->granted, step.granted);
            } else {
                QVERIFY(replay.release(step.agent, step.file, step.now).has_value());
            }
        }
        QVERIFY(!replay.snapshot(50 * 90).empty());
        QVERIFY(replay.snapshot(50 * 90) == table.snapshot(50 * 90));
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

ORRERY_TEST(TestClaimTable)
#include "tst_claimtable.moc"
