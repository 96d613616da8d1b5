// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/membership.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery::team;
using Names = std::vector<std::string>;

class TestMembership : public QObject
{
    Q_OBJECT

private slots:
    void nobodyIsInItTwice()
    {
        Membership members;
        QVERIFY(members.join({"lead", "lead", "m", {}, 0}));
        QVERIFY(members.join({"coder", "coder", "m", {}, 0}));
        QVERIFY(!members.join({"lead", "other", "m", {}, 0}));
        QCOMPARE(members.list().size(), std::size_t(2));
        QCOMPARE(members.list().front().role, std::string("lead"));
        QVERIFY(members.leave("lead"));
        QVERIFY(!members.leave("lead"));
        QVERIFY(!members.has("lead") && members.has("coder"));
        QVERIFY(members.join({"lead", "again", "m", {}, 0}));
        QCOMPARE(members.find("lead")->role, std::string("again"));
        QCOMPARE(members.list().back().name, std::string("lead"));
    }

    void parentsAreKnownNearestFirstAndAfterTheyHaveLeft()
    {
        Membership members;
        members.join({"lead", {}, {}, {}, 0});
        members.join({"lead.1", {}, {}, "lead", 1});
        members.join({"lead.1.1", {}, {}, "lead.1", 2});
        members.join({"lead.2", {}, {}, "lead", 1});
        QCOMPARE(members.parentsOf("lead.1.1"), (Names{"lead.1", "lead"}));
        QCOMPARE(members.parentsOf("lead.2"), Names{"lead"});
        QCOMPARE(members.parentsOf("lead"), Names());
        QCOMPARE(members.parentsOf("nobody"), Names());
        members.leave("lead.1");
        members.leave("lead.1.1");
        QCOMPARE(members.parentsOf("lead.1.1"), (Names{"lead.1", "lead"}));
        // A new one of the same name is its own.
        members.join({"lead.1", {}, {}, {}, 0});
        QCOMPARE(members.parentsOf("lead.1.1"), Names{"lead.1"});
    }

    void aChainThatComesBackToItselfEnds()
    {
        Membership members;
        members.join({"a", {}, {}, "b", 1});
        members.join({"b", {}, {}, "a", 1});
        QCOMPARE(members.parentsOf("a").size(), std::size_t(2));
    }
};

ORRERY_TEST(TestMembership)
#include "tst_membership.moc"
