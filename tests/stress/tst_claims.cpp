// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/claimtable.h"
#include "core/team/discoveryboard.h"
#include "core/team/mailbox.h"
#include "tests/stress/duration.h"
#include "tests/support/tsansuppressions.h"
#include "tests/support/testregistry.h"

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
