// SPDX-License-Identifier: GPL-3.0-or-later
// What a run has cost is the sum of its calls, whatever they were for and however they ended.
#include "tests/support/replyclient.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include <atomic>
#include <map>
#include <random>

using namespace orrery;
using orrery::testing::ReplyClient;

namespace {

const PriceTable &pricesOfAccounts()
{
    static const PriceTable prices = {{"custom:one", {{3, 15, 0.3, 3.75}, 0, {}, "", ""}},
                                      {"custom2:two", {{1, 2, {}, {}}, 0, {}, "", ""}}};
    return prices;
}

Usage usageBy(std::minstd_rand &random)
{
    Usage usage;
    usage.requests = 1;
    usage.inputTokens = 100 + std::int64_t(random() % 900);
    usage.outputTokens = 10 + std::int64_t(random() % 90);
    usage.cacheReadInputTokens = std::int64_t(random() % 50);
    usage.reasoningTokens = std::int64_t(random() % 10);
    usage.totalTokens = usage.inputTokens + usage.outputTokens;
    return usage;
}

/// By chance, but the same for a seed and a number.
Result<llm::ModelReply> replyBy(unsigned seed, unsigned number, const llm::ModelRequest &request)
{
    std::minstd_rand random(seed + 7919 * number);
    random.discard(3);
    llm::ModelReply reply = ReplyClient::text("Done.");
    reply.ending = Ending::End;
    if (request.agent.ends_with("/memory")) {
        reply = ReplyClient::text(random() % 2 ? "[]" : "");
    } else {
        switch (random() % 10) {
        case 0: reply.ending = Ending::Length; break;
        case 1: reply = ReplyClient::text(""); break;
        case 2: reply = ReplyClient::calling("c", "list_team", {{"n", number}}); break;
        case 3: reply = ReplyClient::calling("c", "delegate_task", {{"task", "Help."}}); break;
        case 4: reply = ReplyClient::calling("c", "remember", {{"content", "It rains."}}); break;
        case 5:
            reply = ReplyClient::text("");
            reply.ending = Ending::ContentFilter;
            break;
        case 6: {
            Error error = makeError(ErrorCode::Server, "broken");
            error.httpStatus = 500;
            error.retryable = true;
            error.fromProvider = true;
            error.retryAfterMs = 0;
            return fail(std::move(error));
        }
        default: break;
        }
    }
    reply.usage = usageBy(random);
    reply.usage.toolCalls = std::int64_t(reply.message.toolCalls.size()); // as clients count
    return reply;
}

} // namespace

class AccountsTest : public QObject, private RunProbe
{
    Q_OBJECT

private:
    std::atomic<unsigned> m_asked{0};

    void startTeam(unsigned seed)
    {
        runtime::RunOptions options;
        options.team.name = "Accounts";
        options.team.prices = pricesOfAccounts();
        options.team.limits.tpm = 1000000000;
        options.team.memory.reflect = true;
        options.team.subAgents.maxDepth = 2;
        options.team.subAgents.maxTotal = 10;
        for (int i = 0; i < 3; ++i) {
            AgentSpec agent;
            agent.name = "agent" + std::to_string(i);
            agent.model = i % 2 ? "custom:one" : "custom2:two";
            agent.baseUrl = "http://127.0.0.1:9";
            agent.fallback = {{i % 2 ? "custom2:two" : "custom:one", "http://127.0.0.1:9", ""}};
            agent.parallelToolCalls = i == 2;
            options.team.agents.push_back(std::move(agent));
        }
        options.approvals = runtime::ApprovalMode::All;
        options.chance = [] { return 0.0; };
        options.makeModelClient = [this, seed] {
            return std::make_unique<ReplyClient>([this, seed](const llm::ModelRequest &request) {
                return replyBy(seed, m_asked++, request);
            });
        };
        start(std::move(options));
    }

private slots:
    void aRunIsTheSumOfItsCalls()
    {
        const unsigned first = qEnvironmentVariableIsSet("ORRERY_SEED")
                                   ? qEnvironmentVariable("ORRERY_SEED").toUInt()
                                   : std::random_device()();
        qInfo("seed %u", first);
        int filtered = 0;
        int reflected = 0;
        int delegated = 0;
        for (unsigned round = 0; round < 12; ++round) {
            freshFolder();
            m_asked = 0;
            startTeam(first + round);
            QVERIFY(end() != "never ended");
            seen();

            std::map<std::string, Usage> ofTurns; // by agent
            std::map<std::string, std::int64_t> tools;
            std::map<std::string, Json> told;
            std::map<std::string, std::string> models; // by call
            std::int64_t called = 0;
            std::int64_t settled = 0;
            for (const EventPtr &event : m_seen) {
                const Json data = event->data.json();
                if (event->kind == EventKind::RequestSent) {
                    models[data["call"]] = data["provider"].get<std::string>() + ":"
                                           + data["model"].get<std::string>();
                } else if (event->kind == EventKind::ResponseReceived) {
                    const Usage usage = usageFromJson(data["usage"]);
                    called += usage.totalTokens;
                    const std::string model = models.at(data["call"]);
                    const double cost = costOf(pricesOfAccounts().at(model), usage,
                                               model.substr(0, model.find(':')), ModelTable::own());
                    QVERIFY(qAbs(data["cost_usd"].get<double>() - cost) < 1e-12);
                    if (data.contains("purpose"))
                        ++reflected;
                    else
                        ofTurns[event->agent] += usage;
                } else if (event->kind == EventKind::LimiterSettled) {
                    settled += data["tokens_actual"].get<std::int64_t>();
                } else if (event->kind == EventKind::ToolRequested) {
                    ++tools[event->agent];
                    delegated += data["tool"] == "delegate_task";
                } else if (event->kind == EventKind::AgentFinished) {
                    told[event->agent] = data["usage"];
                } else if (event->kind == EventKind::Warning) {
                    filtered += data["code"] == "content_filter";
                }
            }
            QCOMPARE(settled, called);
            for (const auto &[agent, sum] : ofTurns) {
                QVERIFY2(told.contains(agent), agent.c_str());
                Usage wanted = sum;
                wanted.toolCalls = tools[agent];
                QCOMPARE(QString::fromStdString(told[agent].dump()),
                         QString::fromStdString(toJson(wanted).dump()));
            }
            m_run.reset();
        }
        QVERIFY(filtered > 0 && reflected > 0 && delegated > 0); // else it has shown little
    }
};

ORRERY_TEST(AccountsTest)
#include "tst_accounts.moc"
