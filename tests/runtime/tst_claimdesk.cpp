// SPDX-License-Identifier: GPL-3.0-or-later
// What is told of the claim table, and in which order.
#include "core/runtime/claimdesk.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::runtime;

class TestClaimDesk : public QObject
{
    Q_OBJECT

private:
    using Log = std::vector<std::string>;
    std::unique_ptr<team::Membership> m_members;
    std::unique_ptr<ClaimDesk> m_desk;
    std::vector<Json> m_data;
    Log m_log;

    /// What was told since the last time.
    Log told() { return std::exchange(m_log, {}); }

private slots:
    void init()
    {
        m_log.clear();
        m_data.clear();
        m_members = std::make_unique<team::Membership>();
        m_members->join({"lead", {}, {}, {}, 0});
        m_members->join({"lead.1", {}, {}, "lead", 1});
        m_members->join({"lead.2", {}, {}, "lead", 1});
        m_members->join({"coder", {}, {}, {}, 0});
        m_desk = std::make_unique<ClaimDesk>(
            1000, *m_members, [this](std::uint64_t number, const ClaimEvent &event) {
                const Json data = dataOf(event, number);
                m_log.push_back(std::string(toString(event.kind)) + " " + event.claim.agent + " "
                                + data.at("file").get<std::string>() + ":" + data.at("start").dump()
                                + "-" + data.at("end").dump());
                m_data.push_back(data);
            });
    }

    void everyChangeIsToldWithItsNumber()
    {
        QVERIFY(m_desk->claim("lead", "f", 1, 10, 0)->granted);
        QVERIFY(m_desk->claim("lead", "f", 5, 20, 100)->granted);
        QVERIFY(!m_desk->claim("coder", "f", 20, 30, 200)->granted);
        QVERIFY(!m_desk->claim("coder", "f", 3, 2, 200).has_value());
        QVERIFY(m_desk->extend("lead", "f", 300));
        QVERIFY(!m_desk->extend("coder", "f", 300));
        QVERIFY(m_desk->refuseWrite("coder", "f", 5, 5, 400));
        QVERIFY(!m_desk->refuseWrite("coder", "f", 4, 4, 400));
        QVERIFY(m_desk->release("lead", "f", 500, "person"));
        QVERIFY(!m_desk->release("lead", "f", 500));
        QCOMPARE(told(), (Log{"claim_granted lead f:1-10", "claim_granted lead f:5-20",
                              "claim_denied coder f:20-30", "claim_granted lead f:5-20",
                              "claim_denied coder f:5-5", "claim_released lead f:5-20"}));
        for (std::size_t i = 0; i < m_data.size(); ++i)
            QCOMPARE(m_data[i]["table_seq"].get<std::size_t>(), i + 1);
        QVERIFY(m_data[0]["replaced"].is_null());
        QVERIFY(m_data[0]["expires_at_ms"] == 1000 && m_data[0]["at_ms"] == 0);
        QVERIFY(m_data[1]["replaced"] == Json({{"start", 1}, {"end", 10}}));
        QVERIFY(m_data[1]["expires_at_ms"] == 1100);
        QVERIFY(m_data[2]["via"] == "claim" && m_data[2]["holder"] == "lead");
        QVERIFY(m_data[2]["holder_start"] == 5 && m_data[2]["holder_end"] == 20);
        QVERIFY(m_data[2]["expires_in_ms"] == 900);
        QVERIFY(m_data[3]["expires_at_ms"] == 1300);
        QVERIFY(m_data[4]["via"] == "write");
        QVERIFY(m_data[5]["by"] == "person");
    }

    void whatHasExpiredIsToldBeforeWhatThatMadePossible()
    {
        m_desk->claim("lead", "f", 1, 10, 0);
        m_desk->claim("lead", "g", 1, 10, 0);
        m_desk->claim("coder", "f", 1, 10, 999);
        told();
        QVERIFY(m_desk->claim("coder", "f", 1, 10, 1000)->granted);
        const Log log = told();
        QCOMPARE(log.back(), std::string("claim_granted coder f:1-10"));
        QCOMPARE(log.front(), std::string("claim_expired lead f:1-10"));
        m_desk->expire(1000);
        m_desk->expire(1999);
        m_desk->expire(2000);
        m_desk->expire(3000);
        // g in either way, once.
        Log rest = told();
        rest.insert(rest.begin(), log.begin() + 1, log.end() - 1);
        QCOMPARE(rest, (Log{"claim_expired lead g:1-10", "claim_expired coder f:1-10"}));
    }

    void subAgentsWorkUnderTheirParentsClaims()
    {
        m_desk->claim("lead", "f", 1, 100, 0);
        told();
        QVERIFY(!m_desk->refuseWrite("lead.1", "f", 5, 9, 1));
        QVERIFY(m_desk->holds("lead.1", "f", 5, 9, 1));
        QVERIFY(m_desk->conflicts("lead.1", "f", 5, 9, 1).empty());
        QVERIFY(told().empty());
        QVERIFY(m_desk->claim("lead.1", "f", 5, 9, 1)->granted);
        QVERIFY(!m_desk->claim("lead.2", "f", 9, 12, 1)->granted);
        QCOMPARE(m_desk->refuseWrite("lead.2", "f", 9, 12, 1)->agent, std::string("lead.1"));
        QVERIFY(m_desk->refuseWrite("coder", "f", 50, 50, 1));
        QVERIFY(!m_desk->holds("coder", "f", 50, 50, 1));
        m_members->leave("lead");
        QVERIFY(!m_desk->refuseWrite("lead.1", "f", 20, 20, 1)); // its claim still stands
    }

    void everybodysClaimsFollowAnEdit()
    {
        m_desk->claim("lead", "f", 1, 10, 0);
        m_desk->claim("lead.1", "f", 3, 5, 0);
        m_desk->claim("coder", "f", 20, 30, 0);
        m_desk->claim("coder", "g", 20, 30, 0);
        told();
        m_desk->move("lead.1", "f", {{3, 3, 0}, {8, 0, 5}}, 1);
        QCOMPARE(told(), (Log{"claim_released lead.1 f:3-5", "claim_moved lead f:1-12",
                              "claim_moved coder f:22-32"}));
        QVERIFY(m_data[m_data.size() - 3]["by"] == "lead.1");
        const Json &moved = m_data.back();
        QVERIFY(moved["by"] == "lead.1" && moved["from_start"] == 20 && moved["from_end"] == 30);
        m_desk->move("lead.1", "f", {{90, 1, 1}}, 1);
        QVERIFY(told().empty());
    }

    void allOfAnAgentAreGivenBackOneByOne()
    {
        m_desk->claim("lead", "f", 1, 10, 0);
        m_desk->claim("lead", "g", 1, 10, 500);
        m_desk->claim("coder", "h", 1, 10, 500);
        told();
        m_desk->releaseAll("lead", 1000); // too late for the first
        QCOMPARE(told(), (Log{"claim_expired lead f:1-10", "claim_released lead g:1-10"}));
        QVERIFY(!m_data.back().contains("by"));
        QCOMPARE(m_desk->snapshot(1000).size(), std::size_t(1));
    }
};

ORRERY_TEST(TestClaimDesk)
#include "tst_claimdesk.moc"
