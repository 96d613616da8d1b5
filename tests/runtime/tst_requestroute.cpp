// SPDX-License-Identifier: GPL-3.0-or-later
// How an agent's requests reach its servers: limits, proxy, authorities, headers.
#include "core/runtime/agentrequest.h"
#include "core/runtime/teamkeys.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

namespace {

AgentSpec routedAgent()
{
    AgentSpec agent;
    agent.name = "solo";
    agent.model = "custom:m";
    agent.baseUrl = "http://gate/v1";
    agent.fallback = {{"openai:m", "", ""}, {"custom:m", "http://other/v1", ""}};
    agent.timeoutMs = 1000;
    agent.connectTimeoutMs = 2000;
    agent.firstByteTimeoutMs = 3000;
    agent.proxy = "http://proxy:3128";
    agent.caFile = "/ca.pem";
    agent.headers = {{"X-Gate-Token", "Bearer ${ORRERY_TEST_GATE}"}};
    return agent;
}

} // namespace

class TestRequestRoute : public QObject
{
    Q_OBJECT

private slots:
    void theHeadersGoToTheAgentsOwnServer()
    {
        const AgentSpec agent = routedAgent();
        llm::ToolSchemaCache schemas([](const std::string &) { return llm::ToolView{}; });
        runtime::RequestSource source(agent, {}, schemas);
        Context context;
        context.messages.push_back(std::make_shared<const Message>(Message::user("hello")));
        const auto own = source.make({agent.model, agent.baseUrl, {}}, context);
        QCOMPARE(own.headers, agent.headers); // with the variable's name, not its value
        QCOMPARE(own.idleTimeoutMs, 1000);
        QCOMPARE(own.connectTimeoutMs, 2000);
        QCOMPARE(own.firstByteTimeoutMs, 3000);
        for (const ModelRef &other : agent.fallback) {
            const auto request = source.make(other, context);
            QVERIFY(request.headers.empty());
            QCOMPARE(request.proxy, agent.proxy);
            QCOMPARE(request.caFile, agent.caFile);
        }
    }

    void theVariablesOfHeadersAreKeys()
    {
        qputenv("ORRERY_TEST_GATE", "gateway-secret-1");
        TeamSpec team;
        team.agents = {routedAgent()};
        const auto secrets = runtime::keysOf(team, ModelTable::own());
        QVERIFY(secrets->isVariable("ORRERY_TEST_GATE"));
        QCOMPARE(secrets->masked("it said gateway-secret-1").value_or(""),
                 std::string("it said [key of ORRERY_TEST_GATE]"));
        qunsetenv("ORRERY_TEST_GATE");
    }
};

ORRERY_TEST(TestRequestRoute)
#include "tst_requestroute.moc"
