// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/allocationcount.h"
#include "tests/support/testregistry.h"
#include "tests/team/claimreference.h"

#include <QTest>

#include <algorithm>
#include <barrier>
#include <random>
#include <set>
#include <thread>

using namespace orrery;
using namespace orrery::team;

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
        ClaimReference reference{400};
        // a2 works for a1, which works for a0.
        reference.parents = {{"a1", {"a0"}}, {"a2", {"a1", "a0"}}};
        std::int64_t now = 0;
        int gone = 0;
        for (int step = 0; step < 50000; ++step) {
            now += pick(40);
            const std::string agent = "a" + std::to_string(pick(6));
            const std::string file = "f" + std::to_string(pick(3));
            const auto &parents = reference.parents[agent];
            const int start = pick(60);
            const int end = start + pick(20);
            switch (pick(8)) {
            case 0:
                QVERIFY(table.release(agent, file, now) == reference.release(agent, file, now));
                break;
            case 1:
                QVERIFY(table.extend(agent, file, now) == reference.extend(agent, file, now));
                break;
            case 2: {
                const LineEdits edits{{start, pick(4), pick(4)}, {start + 9, pick(9), pick(3)}};
                auto moved = table.move(file, edits, agent, now, parents);
                QVERIFY(sorted(moved) == sorted(reference.move(file, edits, agent, now)));
                gone += int(std::count_if(moved.begin(), moved.end(),
                                          [](const MovedClaim &claim) { return claim.isGone; }));
                break;
            }
            case 3:
                QVERIFY(sorted(table.conflicts(agent, file, start, end, now, parents))
                        == sorted(reference.conflicts(agent, file, start, end, now)));
                QCOMPARE(table.holds(agent, file, start, end, now, parents),
                         reference.holds(agent, file, start, end, now));
                break;
            default: {
                const auto verdict = table.claim(agent, file, start, end, now, parents);
                QVERIFY(verdict.has_value());
                const auto expected = reference.claim(agent, file, start, end, now);
                QCOMPARE(verdict->granted, expected.granted);
                QVERIFY(verdict->replaced == expected.replaced);
                QVERIFY(sorted(verdict->conflicts) == sorted(expected.conflicts));
            }
            }
            reference.prune(now);
            QVERIFY(sorted(table.snapshot(now)) == sorted(reference.held));
        }
        QVERIFY(gone > 0);
    }

    void holdingIsHoldingEveryLine_data()
    {
        QTest::addColumn<int>("start");
        QTest::addColumn<int>("end");
        QTest::addColumn<bool>("holds");
        // The agent holds 10 to 20, its parent 21 to 30 and the parent's parent 18 to 25; somebody else 31 to 40.
        QTest::newRow("all of its own") << 10 << 20 << true;
        QTest::newRow("its first line") << 10 << 10 << true;
        QTest::newRow("its last line") << 20 << 20 << true;
        QTest::newRow("from the line before") << 9 << 15 << false;
        QTest::newRow("the line before") << 9 << 9 << false;
        QTest::newRow("all of the three") << 10 << 30 << true;
        QTest::newRow("of two") << 19 << 22 << true;
        QTest::newRow("of the parents alone") << 22 << 30 << true;
        QTest::newRow("up to the line behind") << 15 << 31 << false;
        QTest::newRow("somebody else's") << 31 << 31 << false;
        QTest::newRow("far behind") << 50 << 60 << false;
    }
    void holdingIsHoldingEveryLine()
    {
        QFETCH(int, start);
        QFETCH(int, end);
        QFETCH(bool, holds);
        ClaimTable table(1000);
        const ClaimTable::Parents parents{"lead.1", "lead"};
        table.claim("lead", "f", 18, 25, 0);
        table.claim("lead.1", "f", 21, 30, 0, {"lead"});
        table.claim("lead.1.1", "f", 10, 20, 0, parents);
        table.claim("coder", "f", 31, 40, 0);
        QCOMPARE(table.holds("lead.1.1", "f", start, end, 999, parents), holds);
        QVERIFY(!table.holds("lead.1.1", "g", start, end, 999, parents));
        QVERIFY(!table.holds("nobody", "f", start, end, 999));
        // Alone it holds its own lines only, and all of them until its time is up.
        QCOMPARE(table.holds("lead.1.1", "f", start, end, 999), start >= 10 && end <= 20);
        QVERIFY(!table.holds("lead.1.1", "f", start, end, 1000, parents));
    }

    void whoHoldsPartOfALineRangeDoesNotHoldIt()
    {
        ClaimTable table;
        table.claim("a", "f", 10, 12, 0);
        table.claim("b", "f", 14, 20, 0);
        QVERIFY(!table.holds("b", "f", 10, 20, 0, {"a"})); // nobody has line 13
        table.claim("a", "f", 10, 13, 0);
        QVERIFY(table.holds("b", "f", 10, 20, 0, {"a"}));
        QVERIFY(!table.holds("b", "f", 10, 21, 0, {"a"}));
    }

    void aSubAgentClaimsUnderItsParents()
    {
        ClaimTable table;
        table.claim("lead", "f", 1, 100, 0);
        QVERIFY(!table.claim("lead.1", "f", 10, 20, 0)->granted); // nobody says whose it is
        QVERIFY(table.claim("lead.1", "f", 10, 20, 0, {"lead"})->granted);
        QVERIFY(table.claim("lead.1.1", "f", 12, 13, 0, {"lead.1", "lead"})->granted);
        QVERIFY(table.conflicts("lead.1.1", "f", 1, 100, 0, {"lead.1", "lead"}).empty());
        // Its sibling may not, and it is in its parent's way too.
        const auto sibling = table.claim("lead.2", "f", 20, 30, 0, {"lead"});
        QVERIFY(!sibling->granted);
        QCOMPARE(sibling->conflicts.size(), std::size_t(1));
        QCOMPARE(sibling->conflicts.front().agent, std::string("lead.1"));
        QVERIFY(table.claim("lead.2", "f", 21, 30, 0, {"lead"})->granted);
        QCOMPARE(table.conflicts("lead", "f", 1, 100, 0).size(), std::size_t(3));
        QVERIFY(!table.claim("lead", "f", 15, 50, 0)->granted);
        QVERIFY(table.claim("lead", "f", 31, 50, 0)->granted);
    }

    void claimsFollowAnEditTogether()
    {
        ClaimTable table(1000);
        table.claim("a", "f", 1, 5, 0);
        table.claim("b", "f", 10, 20, 100);
        table.claim("c", "f", 30, 40, 200);
        table.claim("d", "g", 30, 40, 300);
        const auto moved = table.move("f", {{7, 0, 2}, {12, 1, 3}, {30, 11, 0}}, "b", 500);
        QCOMPARE(moved.size(), std::size_t(2));
        QVERIFY(moved[0] == (MovedClaim{{"b", "f", 12, 24, 100, 1100}, {10, 20}, false}));
        QVERIFY(moved[1] == (MovedClaim{{"c", "f", 30, 40, 200, 1200}, {30, 40}, true}));
        QVERIFY(table.holds("b", "f", 12, 24, 500));
        QVERIFY(!table.holds("b", "f", 11, 11, 500));
        QVERIFY(table.claim("d", "f", 25, 90, 500)->granted);
        // Deadlines stay, and with them the order in which they are told.
        QCOMPARE(table.expire(1000).size(), std::size_t(1));
        const auto next = table.expire(1100);
        QCOMPARE(next.size(), std::size_t(1));
        QCOMPARE(next.front().agent, std::string("b"));
        QCOMPARE(next.front().start, std::int64_t(12));
        QVERIFY(table.expire(1299).empty());
        QCOMPARE(table.expire(1300).front().file, std::string("g"));
        QVERIFY(table.move("f", {{1, 0, 1}}, "x", 1400).size() == 1); // d's
        QVERIFY(table.move("nothing", {{1, 0, 1}}, "x", 1400).empty());
        QVERIFY(table.move("f", {{500, 0, 1}}, "x", 1400).empty());
    }

    void linesBeforeAClaimAreItsOwnWhenItsHolderOrASubAgentPutThemThere()
    {
        for (const auto &[by, parents, start] :
             std::vector<std::tuple<std::string, ClaimTable::Parents, int>>{
                 {"a", {}, 10}, {"a.1", {"a"}, 10}, {"a.1", {}, 12}, {"b", {"c"}, 12}}) {
            ClaimTable table;
            table.claim("a", "f", 10, 20, 0);
            table.move("f", {{10, 0, 2}}, by, 0, parents);
            QCOMPARE(table.snapshot(0).front().start, std::int64_t(start));
            QCOMPARE(table.snapshot(0).front().end, std::int64_t(22));
        }
    }

    void whatHasExpiredOnAFileIsToldBeforeSomebodyElseHasIt()
    {
        ClaimTable table(1000);
        for (int i = 0; i < 200; ++i)
            table.claim("a", "f" + std::to_string(i), 1, 10, 0);
        QVERIFY(table.claim("b", "f199", 1, 10, 1000)->granted);
        const auto told = table.takeExpired();
        QVERIFY(told.size() < 50); // the others come later
        QCOMPARE(told.back().file, std::string("f199"));
        QVERIFY(table.takeExpired().empty());
        QCOMPARE(table.expire(1000).size(), 200 - told.size());
    }

    /// What nobody holds any more is forgotten: a thousand claims cost the same after a hundred thousand.
    void endedClaimsLeaveNothingBehind()
    {
        ClaimTable table;
        table.claim("b", "g", 1, 10, 0); // stands all the while
        const auto bytesOfMany = [&table] {
            const std::size_t before = testing::t_allocatedBytes;
            for (int i = 0; i < 10240; ++i) {
                table.claim("a", "f", 1, 10, 0);
                if (i % 3 == 0)
                    table.extend("a", "f", 0);
                table.move("f", {{1, 0, std::int64_t(i % 2)}}, "b", 0);
                table.release("a", "f", 0);
            }
            return testing::t_allocatedBytes - before;
        };
        bytesOfMany();
        const std::size_t first = bytesOfMany();
        for (int i = 0; i < 20; ++i)
            bytesOfMany();
        const std::size_t last = bytesOfMany();
        QVERIFY2(last < first + first / 50,
                 qPrintable(QString("%1 bytes at first, %2 at last").arg(first).arg(last)));
        QCOMPARE(table.snapshot(0).size(), std::size_t(1));
    }

    /// However many there are: one piece of memory, as large as what is in it.
    void aSnapshotCostsWhatIsInIt()
    {
        std::size_t bytesForEach = 0;
        for (const int count : {1000, 4000, 16000}) {
            ClaimTable table;
            for (int i = 0; i < count; ++i)
                table.claim("a" + std::to_string(i % 10), "f" + std::to_string(i / 10), i % 10 * 10,
                            i % 10 * 10 + 5, 0);
            for (int i = 0; i < count / 10; ++i)
                table.release("a0", "f" + std::to_string(i), 0);
            const std::size_t allocations = testing::t_allocations;
            const std::size_t bytes = testing::t_allocatedBytes;
            const auto claims = table.snapshot(0);
            QCOMPARE(claims.size(), std::size_t(count - count / 10));
            QCOMPARE(testing::t_allocations - allocations, std::size_t(1));
            const std::size_t each = (testing::t_allocatedBytes - bytes) / claims.size();
            QCOMPARE(each, bytesForEach ? bytesForEach : each);
            QCOMPARE(each, sizeof(Claim));
            bytesForEach = each;
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
