// SPDX-License-Identifier: GPL-3.0-or-later
// Money is reserved before it is spent, by whoever spends it and whoever it works for.
#include "tests/support/replyclient.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

using namespace orrery;
using orrery::testing::ReplyClient;

class TestBudgets : public QObject, private RunProbe
{
    Q_OBJECT

private:
    static Json used(const char *text, int input, int output)
    {
        return {{"text", text}, {"usage", {{"input_tokens", input}, {"output_tokens", output}}}};
    }
    static Json paid(Json more = Json::object())
    {
        more["prices"] = {{"scripted:test", {{"input", 1.0}, {"output", 10.0}}}};
        return more;
    }
    std::string denialOf(const std::string &agent)
    {
        const EventPtr event = latest(EventKind::LimiterDenied, agent);
        return event ? event->data["reason"].get<std::string>() : std::string();
    }

private slots:
    void init() { freshFolder(); }
    void cleanup() { m_run.reset(); }

    void anAnswerWithoutALimitOfItsOwnIsReservedFor()
    {
        // At 10 USD a million tokens no answer of 4,096 tokens fits into 4 cents.
        start(Json::array({used("Never.", 10, 10)}), runtime::ApprovalMode::None,
              paid({{"limits", {{"budget_usd", 0.04}}}}));
        QCOMPARE(end(), QString("failed"));
        QCOMPARE(denialOf("solo"), std::string("budget"));
        QCOMPARE(count(EventKind::RequestSent), 0);
    }

    void anAnswerWithALimitIsReservedForAsLongAsItMayBe()
    {
        start(Json::array({used("Done.", 10, 10)}), runtime::ApprovalMode::None,
              paid({{"limits", {{"budget_usd", 0.04}}}}), {{"settings", {{"max_tokens", 100}}}});
        QCOMPARE(end(), QString("done"));
    }

    void subAgentsSpendTheirParentsBudget()
    {
        Json handing = call("delegate_task", {{"task", "Help."}});
        handing["usage"] = {{"input_tokens", 10}, {"output_tokens", 10}};
        runtime::RunOptions options;
        options.team =
            team({{"lead", {handing, used("Done.", 10, 10)}},
                  {"lead.1", {used("It costs.", 100000, 1000)}}},
                 {{{"name", "lead"}, {"budget_usd", 0.1}, {"settings", {{"max_tokens", 100}}}}},
                 paid({{"sub_agents", Json::object()}}));
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("failed")); // it has 0.10 USD, and its sub-agent used 0.11
        QCOMPARE(count(EventKind::ResponseReceived, "lead.1"), 1);
        QCOMPARE(denialOf("lead"), std::string("agent_budget"));
    }

    void aSubAgentMayNotBeginWhatItsParentCannotPay()
    {
        Json handing = call("delegate_task", {{"task", "Help."}});
        handing["usage"] = {{"input_tokens", 90000}, {"output_tokens", 900}};
        runtime::RunOptions options;
        options.team =
            team({{"lead", {handing, used("Done.", 10, 10)}}, {"lead.1", {used("Never.", 10, 10)}}},
                 {{{"name", "lead"}, {"budget_usd", 0.1}, {"settings", {{"max_tokens", 1000}}}}},
                 paid({{"sub_agents", Json::object()}}));
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        end();
        QCOMPARE(count(EventKind::RequestSent, "lead.1"), 0);
        QCOMPARE(denialOf("lead.1"), std::string("agent_budget"));
        const std::string sentence = latest(EventKind::LimiterDenied, "lead.1")->data["sentence"];
        QVERIFY2(sentence.find("lead") != std::string::npos, sentence.c_str());
    }

    void aNewcomerHasABudget()
    {
        start(Json::array({used("Done.", 10, 10)}), runtime::ApprovalMode::None, paid());
        QCOMPARE(end(), QString("done"));
        AgentSpec newcomer = m_run->options().team.agents.front();
        newcomer.name = "solo2";
        newcomer.budgetUsd = 0.01;
        QVERIFY(m_run->spawnAgent(newcomer, "Help."));
        QTRY_VERIFY(latest(EventKind::AgentFinished, "solo2"));
        QCOMPARE(denialOf("solo2"), std::string("agent_budget"));
    }

    void aReflectionReservesWhatItMayCost()
    {
        runtime::RunOptions options;
        options.team =
            team({{"solo", {used("Done.", 10, 100)}}, {"solo/memory", {used("[]", 10, 10)}}},
                 {{{"name", "solo"},
                   {"budget_usd", 0.0105},
                   {"reserve_tokens", 10},
                   {"settings", {{"max_tokens", 1000}}}}},
                 paid({{"memory", {{"reflect", true}}}}));
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        // The turn has left less than such an answer may cost.
        QCOMPARE(count(EventKind::RequestSent), 1);
        QCOMPARE(denialOf("solo"), std::string("agent_budget"));
    }

    void aFallbackReservesWhatItCostsItself()
    {
        runtime::RunOptions options;
        options.team.name = "Dear";
        options.team.prices = {{"custom:cheap", {{1, 1, {}, {}}, 0, {}, "", ""}},
                               {"custom2:dear", {{1000, 1000, {}, {}}, 0, {}, "", ""}}};
        options.team.limits.budgetUsd = 1.0;
        AgentSpec agent;
        agent.name = "solo";
        agent.model = "custom:cheap";
        agent.baseUrl = "http://127.0.0.1:9";
        agent.settings = {{"max_tokens", 10000}};
        agent.fallback = {{"custom2:dear", "http://127.0.0.1:9", ""}};
        options.team.agents = {agent};
        options.makeModelClient = [] {
            return std::make_unique<ReplyClient>(
                [](const llm::ModelRequest &request) -> Result<llm::ModelReply> {
                    if (request.model == "dear")
                        return ReplyClient::text("It was dear.");
                    Error error = makeError(ErrorCode::Server, "busy");
                    error.httpStatus = 503;
                    error.fromProvider = true;
                    return fail(std::move(error));
                });
        };
        start(std::move(options));
        QCOMPARE(end(), QString("failed")); // 10 USD at most, of 1
        QCOMPARE(count(EventKind::RequestSent), 1);
        QCOMPARE(denialOf("solo"), std::string("budget"));
    }

    void aFallbackObeysThePauseOfItsOwnProvider()
    {
        runtime::RunOptions options;
        options.team.name = "Held";
        AgentSpec busy;
        busy.name = "busy";
        busy.model = "custom2:second";
        busy.baseUrl = "http://127.0.0.1:9";
        AgentSpec other = busy;
        other.name = "other";
        other.model = "custom:first";
        other.startsOnMessage = true;
        other.fallback = {{"custom2:second", "http://127.0.0.1:9", ""}};
        options.team.agents = {busy, other};
        options.makeModelClient = [] {
            return std::make_unique<ReplyClient>(
                [](const llm::ModelRequest &request) -> Result<llm::ModelReply> {
                    const bool isFirst = request.model == "first";
                    Error error = makeError(ErrorCode::RateLimited, "slow down");
                    error.httpStatus = isFirst ? 503 : 429;
                    error.fromProvider = true;
                    error.retryable = true;
                    error.retryAfterMs = isFirst ? -1 : 3600000;
                    return fail(std::move(error));
                });
        };
        start(std::move(options));
        QTRY_VERIFY(latest(EventKind::LimiterHeld, "busy"));
        m_run->sendToAgent("other", "Begin.");
        QTRY_VERIFY(latest(EventKind::RequestFailed, "other"));
        QTRY_VERIFY(latest(EventKind::LimiterWaiting, "other"));
        QVERIFY(latest(EventKind::LimiterWaiting, "other")->data["reason"] == "provider");
        QCOMPARE(count(EventKind::RequestSent, "other"), 1);
        QCOMPARE(count(EventKind::LimiterHeld, "busy"), 1);
        // The other's own provider is overloaded, which is a pause of its own.
        QCOMPARE(count(EventKind::LimiterHeld, "other"), 1);
    }
};

ORRERY_TEST(TestBudgets)
#include "tst_budgets.moc"
