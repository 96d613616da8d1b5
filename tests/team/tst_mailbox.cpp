// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/discoveryboard.h"
#include "core/team/mailbox.h"
#include "core/team/steadytime.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::team;

class TestMailbox : public QObject
{
    Q_OBJECT

private slots:
    void messagesAreTakenOnceAndInOrder()
    {
        Mailbox mailbox;
        QVERIFY(!mailbox.send({"1", "lead", "coder", "nobody there", false}));
        mailbox.open("coder");
        QVERIFY(!mailbox.hasMail("coder"));
        QVERIFY(mailbox.send({"2", "lead", "coder", "first", false}));
        mailbox.open("coder"); // that takes nothing away
        QVERIFY(mailbox.send({"3", "lead", "coder", "second", true}));
        QVERIFY(mailbox.hasMail("coder") && !mailbox.hasMail("lead"));
        const auto taken = mailbox.take("coder");
        QCOMPARE(taken.size(), std::size_t(2));
        QCOMPARE(taken[0].text, std::string("first"));
        QVERIFY(taken[1].broadcast);
        QVERIFY(!mailbox.hasMail("coder"));
        QVERIFY(mailbox.take("coder").empty());
        QVERIFY(mailbox.take("nobody").empty());
        mailbox.send({"4", "lead", "coder", "lost", false});
        QCOMPARE(mailbox.close("coder"), std::size_t(1));
        QCOMPARE(mailbox.close("coder"), std::size_t(0));
        QVERIFY(!mailbox.send({"5", "lead", "coder", "too late", false}));
        QVERIFY(!mailbox.hasMail("coder"));
    }

    void aBoardKeepsWhatWasSharedInOrder()
    {
        DiscoveryBoard board;
        const auto before = board.snapshot();
        board.share({"a", "first", "1", 1});
        board.share({"b", "second", "2", 2});
        QCOMPARE(before.size(), std::size_t(0));
        std::vector<std::string> agents;
        for (const auto &each : board.snapshot())
            agents.push_back(each->agent);
        QCOMPARE(agents, (std::vector<std::string>{"a", "b"}));
    }

    void timeNeverGoesBack()
    {
        SteadyTime time;
        QCOMPARE(time.advance(5000), std::int64_t(5000));
        QCOMPARE(time.advance(5000), std::int64_t(5000));
        // A second out of order is no clock that was set.
        QCOMPARE(time.advance(4000), std::int64_t(5000));
        QCOMPARE(time.toWall(5000), std::int64_t(5000));
        QCOMPARE(time.advance(5001), std::int64_t(5001));
        // More is one: from then on it goes on from where it was.
        QCOMPARE(time.advance(4000), std::int64_t(5001));
        QCOMPARE(time.toWall(5001), std::int64_t(4000));
        QCOMPARE(time.fromWall(4000), std::int64_t(5001));
        QCOMPARE(time.advance(4010), std::int64_t(5011));
        QCOMPARE(time.latest(), std::int64_t(5011));
        // Forward is a pause.
        QCOMPARE(time.advance(104010), std::int64_t(105011));
    }
};

ORRERY_TEST(TestMailbox)
#include "tst_mailbox.moc"
