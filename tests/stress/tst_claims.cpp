// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/claimdesk.h"
#include "core/team/claimtable.h"
#include "core/team/discoveryboard.h"
#include "core/team/mailbox.h"
#include "tests/stress/duration.h"
#include "tests/support/tsansuppressions.h"
#include "tests/support/testregistry.h"
#include "tests/team/claimreference.h"

#include <QTest>

#include <random>
#include <set>
#include <thread>

using namespace orrery;
using namespace orrery::team;

namespace {

/// No two agents on the same lines, and no agent twice on a file.
bool isConsistent(const std::vector<Claim> &claims)
{
    std::map<std::string, std::vector<const Claim *>> byFile;
    for (const Claim &claim : claims)
        byFile[claim.file].push_back(&claim);
    for (const auto &[file, list] : byFile)
        for (std::size_t i = 0; i < list.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (list[i]->agent == list[j]->agent
                    || (list[i]->start <= list[j]->end && list[j]->start <= list[i]->end))
                    return false;
    return true;
}

/// The claims as one knows them from what was told, and whether that can be true.
struct ToldClaims {
    ClaimReference reference;

    static bool isSame(const Claim &a, const Claim &b)
    {
        return a.agent == b.agent && a.file == b.file && a.start == b.start && a.end == b.end;
    }
    /// The claim as it stands, null if it does not.
    Claim *find(const Claim &claim)
    {
        const auto it = std::find_if(reference.held.begin(), reference.held.end(),
                                     [&](const Claim &each) { return isSame(each, claim); });
        return it == reference.held.end() ? nullptr : &*it;
    }
    /// By nobody's clock: what has not been told to have expired stands.
    std::vector<Claim> inTheWay(const Claim &claim)
    {
        return reference.conflicts(claim.agent, claim.file, claim.start, claim.end, INT64_MIN);
    }
    bool take(const runtime::ClaimEvent &event)
    {
        const Claim &claim = event.claim;
        if (event.kind == EventKind::ClaimDenied) {
            const auto others = inTheWay(claim);
            return std::any_of(others.begin(), others.end(),
                               [&](const Claim &each) { return isSame(each, *event.other); });
        }
        if (event.kind == EventKind::ClaimMoved) {
            Claim before = claim;
            before.start = event.from.start;
            before.end = event.from.end;
            Claim *held = find(before);
            if (held)
                *held = claim;
            return held;
        }
        if (event.kind == EventKind::ClaimGranted) {
            const auto replaced = reference.release(claim.agent, claim.file, INT64_MIN);
            // A sub-agent may have claimed lines of what is only extended.
            const bool isExtended = replaced && isSame(*replaced, claim);
            if (replaced.has_value() != event.other.has_value()
                || (replaced && !isSame(*replaced, *event.other))
                || (!isExtended && !inTheWay(claim).empty()))
                return false;
            reference.held.push_back(claim);
            return true;
        }
        const Claim *held = find(claim);
        if (!held || (event.kind == EventKind::ClaimExpired && held->deadlineMs > event.atMs))
            return false;
        return reference.release(claim.agent, claim.file, INT64_MIN).has_value();
    }
};

} // namespace

class StressClaims : public QObject
{
    Q_OBJECT

private slots:
    void readersSeeOneStateAndWritersNeverOverlap()
    {
        const test::Duration duration;
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        ClaimTable table(20);
        std::atomic<std::int64_t> now{0};
        std::atomic<int> granted{0};
        std::atomic<int> denied{0};
        std::atomic<int> looks{0};
        std::atomic<bool> wrong{false};
        {
            std::vector<std::jthread> threads;
            for (unsigned t = 0; t < 8; ++t)
                threads.emplace_back([&, t] {
                    std::mt19937 random(seed + t);
                    const std::string agent = "agent" + std::to_string(t);
                    while (!duration.isOver()) {
                        const std::string file = "f" + std::to_string(random() % 20);
                        const int start = int(random() % 100);
                        switch (random() % 8) {
                        case 0: table.release(agent, file, now); break;
                        case 1: table.extend(agent, file, now); break;
                        case 2:
                            if (random() % 50 == 0)
                                table.releaseAll(agent, now);
                            break;
                        case 3: {
                            const std::int64_t before = now;
                            if (table.claim(agent, file, start, start + 8, before)->granted
                                && !table.conflicts(agent, file, start, start + 8, now).empty()
                                && now < before + 20) // it has not expired meanwhile
                                wrong = true;
                            break;
                        }
                        default:
                            ++(table.claim(agent, file, start, start + 8, now)->granted ? granted
                                                                                        : denied);
                        }
                        if (random() % 4000 == 0)
                            ++now;
                    }
                });
            for (int reader = 0; reader < 2; ++reader)
                threads.emplace_back([&] {
                    while (!duration.isOver()) {
                        if (!isConsistent(table.snapshot(now)))
                            wrong = true;
                        ++looks;
                    }
                });
            threads.emplace_back([&] {
                while (!duration.isOver()) {
                    table.expire(now, 10);
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                }
            });
        }
        QVERIFY(!wrong);
        QVERIFY(granted > 0 && denied > 0 && looks > 0);
        table.expire(now + 10000, SIZE_MAX);
        QVERIFY(table.snapshot(now + 10000).empty());
    }

    /// Replayed one by one, what is told is at each step what can have happened.
    void whatIsToldIsInTheOrderOfTheTable()
    {
        constexpr std::size_t count = 8;
        const test::Duration duration;
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        Membership members;
        ToldClaims told;
        for (std::size_t t = 0; t < count; ++t) { // two of them work for agent0
            const std::string name = "agent" + std::to_string(t);
            const bool isChild = t == 1 || t == 2;
            members.join({name, {}, {}, isChild ? "agent0" : "", isChild});
            if (isChild)
                told.reference.parents[name] = {"agent0"};
        }
        std::vector<runtime::ClaimEvent> events;
        std::array<std::atomic<std::int64_t>, count>
            latest{}; // the first line of each one's latest claim
        std::atomic<int> outOfNumber{0};
        runtime::ClaimDesk desk(
            20, members, [&](std::uint64_t number, const runtime::ClaimEvent &event) {
                events.push_back(event);
                outOfNumber += number != events.size();
                if (event.kind == EventKind::ClaimGranted)
                    latest[std::size_t(event.claim.agent.back() - '0')] = event.claim.start;
            });
        std::atomic<std::int64_t> now{0};
        std::atomic<int> untold{0};
        {
            std::vector<std::jthread> threads;
            for (unsigned t = 0; t < count; ++t)
                threads.emplace_back([&, t] {
                    std::mt19937 random(seed + t);
                    const std::string agent = "agent" + std::to_string(t);
                    for (std::int64_t step = 1; step < 15000 && !duration.isOver(); ++step) {
                        const std::string file = "f" + std::to_string(random() % 3);
                        const auto start = std::int64_t(random() % 100);
                        switch (random() % 9) {
                        case 0: desk.release(agent, file, now, random() % 2 ? "person" : ""); break;
                        case 1: desk.extend(agent, file, now); break;
                        case 2: desk.refuseWrite(agent, file, start, start + 2, now); break;
                        case 3:
                            desk.move(
                                agent, file,
                                {{start, std::int64_t(random() % 4), std::int64_t(random() % 4)}},
                                now);
                            break;
                        case 4:
                            if (random() % 50 == 0)
                                desk.releaseAll(agent, now);
                            else
                                desk.holds(agent, file, start, start, now);
                            break;
                        default:
                            if (desk.claim(agent, file, start, start + 8, now)->granted)
                                untold += latest[t] != start; // only we claim for this agent
                        }
                        if (random() % 400 == 0)
                            ++now;
                    }
                });
            threads.emplace_back([&] {
                while (!duration.isOver()) {
                    desk.expire(now);
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                }
            });
        }
        desk.expire(now);
        QCOMPARE(untold.load(), 0);
        QCOMPARE(outOfNumber.load(), 0);
        std::set<EventKind> kinds;
        std::size_t taken = 0;
        const auto takeAndCompare = [&] {
            for (; taken < events.size(); ++taken) {
                kinds.insert(events[taken].kind);
                QVERIFY2(told.take(events[taken]),
                         qPrintable(QString("event %1, %2 of %3")
                                        .arg(taken)
                                        .arg(toString(events[taken].kind).data())
                                        .arg(events[taken].claim.agent.c_str())));
            }
            auto standing = sorted(desk.snapshot(now));
            for (auto *claims : {&standing, &told.reference.held})
                for (Claim &claim : *claims)
                    claim.claimedMs = 0; // is not told
            QVERIFY(standing == sorted(told.reference.held));
        };
        takeAndCompare();
        if (QTest::currentTestFailed())
            return;
        // Where no thread was kept waiting, none of their claims has lived out its time.
        QVERIFY(desk.claim("agent7", "left behind", 1, 2, now)->granted);
        now += 21;
        desk.expire(now);
        takeAndCompare();
        QCOMPARE(kinds.size(), std::size_t(5)); // each of them
    }

    void messagesAndDiscoveriesComeInOrderAndOnce()
    {
        const test::Duration duration;
        constexpr int kSenders = 8;
        std::vector<std::string> members;
        for (int i = 0; i < kSenders; ++i)
            members.push_back("m" + std::to_string(i));
        Mailbox mailbox;
        for (const std::string &member : members)
            mailbox.open(member);
        DiscoveryBoard board;
        std::atomic<int> sending{kSenders};
        std::atomic<bool> wrong{false};
        std::vector<int> sent(kSenders, 0);
        std::vector<std::map<std::string, int>> received(kSenders);
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < kSenders; ++t) {
                const std::string me = members[std::size_t(t)];
                threads.emplace_back([&, t, me] {
                    int number = 0;
                    while (!duration.isOver()) {
                        const std::string text = std::to_string(++number);
                        for (const std::string &to : members)
                            if (to != me)
                                mailbox.send({"", me, to, text, number % 5 != 0});
                        if (number % 16 == 0) {
                            board.share({me, number, "", 0});
                            std::this_thread::sleep_for(std::chrono::microseconds(200));
                        }
                    }
                    sent[std::size_t(t)] = number;
                    --sending;
                });
                threads.emplace_back([&, t, me] {
                    auto &last = received[std::size_t(t)];
                    for (bool isLast = false; !isLast;) {
                        isLast = sending == 0;
                        for (const PeerMessage &mail : mailbox.take(me)) {
                            if (std::stoi(mail.text) != last[mail.from] + 1)
                                wrong = true;
                            ++last[mail.from];
                        }
                        std::this_thread::yield();
                    }
                });
            }
            threads.emplace_back([&] {
                std::size_t before = 0;
                while (sending > 0) {
                    const auto all = board.snapshot();
                    std::map<std::string, int> last;
                    if (all.size() < before)
                        wrong = true;
                    before = all.size();
                    if (all.size() > 2000) {
                        std::this_thread::sleep_for(std::chrono::milliseconds(20));
                        if (random() % 4)
                            continue; // long boards are not read each time
                    }
                    for (const auto &found : all) {
                        const int number = found->topic;
                        if (number != last[found->agent] + 16)
                            wrong = true;
                        last[found->agent] = number;
                    }
                }
            });
        }
        QVERIFY(!wrong);
        for (int t = 0; t < kSenders; ++t)
            for (int from = 0; from < kSenders; ++from)
                if (t != from)
                    QCOMPARE(received[std::size_t(t)][members[std::size_t(from)]],
                             sent[std::size_t(from)]);
    }
};

ORRERY_TEST(StressClaims)
#include "tst_claims.moc"
