// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in which a sub-agent works under what its parent has: its claims, its budget.
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include <filesystem>
#include <fstream>

using namespace orrery;

class TestDelegatedClaims : public QObject, private RunProbe
{
    Q_OBJECT

private:
    static Json edit(const char *from, const char *to)
    {
        return call("edit_file", {{"path", "a.txt"}, {"old_text", from}, {"new_text", to}});
    }
    /// The places of all events of a table, as they were published.
    std::vector<std::uint64_t> tableNumbers(const std::string &table)
    {
        std::vector<std::uint64_t> numbers;
        for (const EventPtr &event : seen())
            if (toString(event->kind).starts_with(table))
                numbers.push_back(event->data.value("table_seq", std::uint64_t(0)));
        return numbers;
    }
    static std::vector<std::uint64_t> upTo(std::size_t count)
    {
        std::vector<std::uint64_t> numbers;
        for (std::uint64_t i = 1; i <= count; ++i)
            numbers.push_back(i);
        return numbers;
    }

private slots:
    void init()
    {
        freshFolder();
        std::filesystem::create_directories(m_folder->filePath("work").toStdString());
        std::ofstream(m_folder->filePath("work/a.txt").toStdString()) << "one\ntwo\nthree\n";
    }
    void cleanup() { m_run.reset(); }

    void aFileThatItsParentHasClaimedIsEditedByASubAgent()
    {
        runtime::RunOptions options;
        options.team =
            team({{"lead",
                   {call("claim_region", {{"file", "a.txt"}, {"start_line", 1}, {"end_line", 3}}),
                    call("delegate_task", {{"task", "Change line two."}}),
                    {{"text", "It is changed."}}}},
                  {"lead.1",
                   {call("claim_region", {{"file", "a.txt"}, {"start_line", 2}, {"end_line", 2}}),
                    edit("two\n", "2\n2\n"),
                    {{"text", "Done."}}}}},
                 {{{"name", "lead"}}}, {{"sub_agents", Json::object()}});
        options.approvals = runtime::ApprovalMode::All;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        QCOMPARE(count(EventKind::ClaimDenied), 0);
        QVERIFY(latest(EventKind::FileEdited, "lead.1"));
        QVERIFY(latest(EventKind::FileEdited)->data["inside_claim"] == true);
        const EventPtr moved = latest(EventKind::ClaimMoved, "lead");
        QVERIFY(moved && moved->data["end"] == 4 && moved->data["by"] == "lead.1");
        // All that was told of the claims, in its order.
        const auto numbers = tableNumbers("claim_");
        QVERIFY(numbers.size() >= 5);
        QCOMPARE(numbers, upTo(numbers.size()));
    }

    void aSubAgentSpendsItsParentsBudget()
    {
        runtime::RunOptions options;
        const Json used = {{"input_tokens", 1000}, {"output_tokens", 1000}};
        options.team = team({{"lead",
                              {[&] {
                                   Json step = call("delegate_task", {{"task", "Count."}});
                                   step["usage"] = used;
                                   return step;
                               }(),
                               {{"text", "It is counted."}, {"usage", used}}}},
                             {"lead.1", {{{"text", "1 2 3"}, {"usage", used}}}}},
                            {{{"name", "lead"},
                              {"budget_usd", 0.003},
                              {"tools", {"delegate_task"}},
                              {"settings", {{"max_tokens", 100}}},
                              {"reserve_tokens", 100}}},
                            {{"sub_agents", Json::object()},
                             {"limits", {{"policy", "refuse"}}},
                             {"prices", {{"scripted:test", {{"input", 1}, {"output", 1}}}}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        // lead has spent 0.002, and lead.1 another 0.002: there is nothing left for lead's second call.
        QCOMPARE(end(), QString("failed"));
        QCOMPARE(count(EventKind::ResponseReceived), 2);
        const EventPtr denied = latest(EventKind::LimiterDenied, "lead");
        QVERIFY(denied);
        QVERIFY(denied->data["budget_of"] == "lead");
        QCOMPARE(denied->data["spent_usd"].get<double>(), 0.004);
        const auto numbers = tableNumbers("limiter_");
        QCOMPARE(numbers, upTo(numbers.size()));
        QCOMPARE(numbers.size(), std::size_t(5));
    }

    void aNewcomerBringsItsBudget()
    {
        runtime::RunOptions options;
        options.team = team({{"lead", {{{"text", "Done."}}}}, {"late", {{{"text", "Never."}}}}},
                            {{{"name", "lead"}}},
                            {{"prices", {{"scripted:test", {{"input", 1e6}, {"output", 1e6}}}}}});
        options.approvals = runtime::ApprovalMode::None;
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        AgentSpec late = m_run->options().team.agents.front();
        late.name = "late";
        late.budgetUsd = 0.01;
        QVERIFY(m_run->spawnAgent(late, "Go on."));
        QCOMPARE(end(), QString("failed"));
        QVERIFY(latest(EventKind::LimiterDenied, "late")->data["reason"] == "agent_budget");
        QCOMPARE(count(EventKind::RequestSent, "late"), 0);
    }
};

ORRERY_TEST(TestDelegatedClaims)
#include "tst_delegatedclaims.moc"
