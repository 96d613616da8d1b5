// SPDX-License-Identifier: GPL-3.0-or-later
// The queue before the limiter: who goes when, and what those are told that wait.
#include "core/runtime/limitergate.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::runtime;
using team::LimiterDenial;
using Reason = LimiterDenial::Reason;

namespace {

team::LimiterConfig tokens(std::int64_t tpm)
{
    team::LimiterConfig config;
    config.tpm = tpm;
    return config;
}

/// Notes who was answered, in order: the name when admitted, with a `!` when refused.
struct Answers {
    std::vector<std::string> list;
    std::vector<team::RateLimiter::Verdict> verdicts;
    auto operator()(const std::string &agent)
    {
        return [this, agent](team::RateLimiter::Verdict verdict) {
            list.push_back(agent + (verdict.reservation ? "" : "!"));
            verdicts.push_back(std::move(verdict));
        };
    }
};
using Names = std::vector<std::string>;

} // namespace

class TestLimiterGate : public QObject
{
    Q_OBJECT

private slots:
    void theOldestGoesFirstAndNobodyOvertakes()
    {
        LimiterGate gate(tokens(1000), LimitPolicy::Wait);
        Answers answers;
        const auto first = gate.acquire({"lead", 900, {}, {}}, 0, answers("lead"));
        QVERIFY(first.verdict.reservation && !first.ticket);
        const auto large = gate.acquire({"coder", 800, {}, {}}, 1000, answers("coder"));
        QVERIFY(large.ticket != 0);
        QCOMPARE(toString(large.verdict.denial->reason), "tokens");
        // It would fit, but coder came first.
        const auto small = gate.acquire({"tester", 50, {}, {}}, 2000, answers("tester"));
        QVERIFY(small.ticket != 0);
        const LimiterDenial &why = *small.verdict.denial;
        QCOMPARE(toString(why.reason), "queued");
        QCOMPARE(toString(why.headReason), "tokens");
        QCOMPARE(why.behind, std::string("coder"));
        QCOMPARE(why.limit, std::int64_t(1000));
        QCOMPARE(why.tokens, std::int64_t(50));
        QCOMPARE(why.windowTokens, std::int64_t(900));
        QCOMPARE(why.fitsAtMs.value(), std::int64_t(60000));
        QCOMPARE(why.holders.size(), std::size_t(1));
        QVERIFY2(why.sentence.find("behind coder's") != std::string::npos
                     && why.sentence.find("lead 900 (900 only reserved)") != std::string::npos,
                 why.sentence.c_str());
        QCOMPARE(gate.pump(59999).value(), std::int64_t(60000));
        QVERIFY(answers.list.empty());
        QVERIFY(!gate.pump(60000));
        QCOMPARE(answers.list, (Names{"coder", "tester"}));
    }

    void aSettlementLetsThemGo()
    {
        LimiterGate gate(tokens(1000), LimitPolicy::Wait);
        Answers answers;
        const auto first = gate.acquire({"lead", 900, {}, {}}, 0, answers("lead"));
        gate.acquire({"coder", 500, {}, {}}, 1000, answers("coder"));
        const auto other = gate.acquire({"tester", 300, {}, {}}, 1000, answers("tester"));
        gate.acquire({"writer", 100, {}, {}}, 1000, answers("writer"));
        gate.cancel(other.ticket, 1500);
        QVERIFY(answers.list.empty());
        gate.record("lead", 200, 0, first.verdict.reservation, 2000);
        QCOMPARE(answers.list, (Names{"coder", "writer"}));
        QCOMPARE(gate.limiter().peek().windowTokens, std::int64_t(800));
        QCOMPARE(gate.limiter().peek().windowLength, std::size_t(4)); // no attempt left a trace
    }

    void whatNeverFitsIsRefusedAtOnceEvenBehindOthers()
    {
        LimiterGate gate(tokens(1000), LimitPolicy::Wait);
        Answers answers;
        gate.acquire({"lead", 900, {}, {}}, 0, answers("lead"));
        gate.acquire({"coder", 500, {}, {}}, 0, answers("coder"));
        const auto refused = gate.acquire({"tester", 1001, {}, {}}, 0, answers("tester"));
        QVERIFY(!refused.ticket && !refused.verdict.reservation);
        QCOMPARE(toString(refused.verdict.denial->reason), "too_large");
    }

    void aProvidersPauseIsWaitedForUnderEitherPolicyAndHoldsUpNobodyElse_data()
    {
        QTest::addColumn<bool>("refuses");
        QTest::newRow("wait") << false;
        QTest::newRow("refuse") << true;
    }
    void aProvidersPauseIsWaitedForUnderEitherPolicyAndHoldsUpNobodyElse()
    {
        QFETCH(bool, refuses);
        LimiterGate gate(tokens(1000), refuses ? LimitPolicy::Refuse : LimitPolicy::Wait);
        Answers answers;
        gate.penalise("openai", 20000, "openai wants a pause.", 0);
        const auto held = gate.acquire({"lead", 100, {}, "openai"}, 1000, answers("lead"));
        QVERIFY(held.ticket != 0);
        QCOMPARE(toString(held.verdict.denial->reason), "provider");
        QCOMPARE(held.verdict.denial->fitsAtMs.value(), std::int64_t(20000));
        gate.acquire({"tester", 950, {}, "openai"}, 1000, answers("tester"));
        const auto other = gate.acquire({"coder", 100, {}, "ollama"}, 2000, answers("coder"));
        QVERIFY(other.verdict.reservation != 0);
        QVERIFY(gate.pump(19999).has_value());
        QVERIFY(answers.list.empty());
        const auto next = gate.pump(20000);
        // The window has no room for tester then: the policy says what comes of it.
        QCOMPARE(answers.list, refuses ? (Names{"lead", "tester!"}) : (Names{"lead"}));
        QCOMPARE(next.has_value(), !refuses);
        if (refuses)
            QVERIFY(!answers.verdicts.back().denial->sentence.empty());
    }

    void whoWaitsForAProviderGoesWhenItAnswersAgain()
    {
        std::vector<LimiterEvent> told;
        LimiterGate gate(tokens(1000), LimitPolicy::Wait,
                         [&](std::uint64_t, const LimiterEvent &event) { told.push_back(event); });
        Answers answers;
        gate.penalise("openai", 20000, "openai cannot be reached.", 0);
        QVERIFY(gate.acquire({"lead", 100, {}, "openai"}, 1000, answers("lead")).ticket != 0);
        gate.lift("ollama", "ollama answers again.", 1500); // which had no pause
        QVERIFY(answers.list.empty());
        gate.lift("openai", "openai answers again.", 2000, "coder");
        QCOMPARE(answers.list, (Names{"lead"}));
        std::vector<LimiterEvent> held;
        std::copy_if(told.begin(), told.end(), std::back_inserter(held),
                     [](const auto &event) { return event.kind == EventKind::LimiterHeld; });
        QCOMPARE(held.size(), std::size_t(2));
        QCOMPARE(held.back().untilMs, std::int64_t(2000));
        QCOMPARE(held.back().agent, std::string("coder"));
    }

    void aCallThatWaitsForMoneyIsToldWhenThereWillBeNone()
    {
        team::LimiterConfig config;
        config.budgetUsd = 1.0;
        LimiterGate gate(config, LimitPolicy::Wait);
        Answers answers;
        const auto first = gate.acquire({"lead", 10, 0.8, {}}, 0, answers("lead"));
        const auto waits = gate.acquire({"coder", 10, 0.5, {}}, 0, answers("coder"));
        QVERIFY(waits.ticket != 0);
        gate.record("lead", 10, 0.7, first.verdict.reservation, 1000);
        QCOMPARE(answers.list, (Names{"coder!"}));
        const LimiterDenial &why = *answers.verdicts.back().denial;
        QCOMPARE(toString(why.reason), "budget");
        QVERIFY2(why.sentence.find("$0.70") != std::string::npos, why.sentence.c_str());
    }

    void whatHappensIsToldInItsOrder()
    {
        Names log;
        std::vector<Json> data;
        const auto tell = [&](std::uint64_t number, const LimiterEvent &event) {
            data.push_back(dataOf(event, number));
            log.push_back(std::string(toString(event.kind)) + " " + event.agent);
        };
        team::LimiterConfig config = tokens(1000);
        config.reservationTtlMs = 50000;
        LimiterGate gate(config, LimitPolicy::Wait, tell);
        // Who waits is answered when all before it has been told.
        const auto granted = [&](const char *agent) {
            return [&, agent](const team::RateLimiter::Verdict &) {
                log.push_back(std::string("answered ") + agent);
            };
        };
        const auto lead = gate.acquire({"lead", 900, {}, {}}, 0, granted("lead"));
        gate.acquire({"coder", 500, {}, {}}, 1000, granted("coder"));
        gate.acquire({"tester", 1001, {}, {}}, 1500, granted("tester"));
        gate.penalise("openai", 9000, "openai wants a pause.", 1600, "writer");
        gate.record("lead", 400, 0, lead.verdict.reservation, 2000);
        QCOMPARE(log, (Names{"limiter_acquired lead", "limiter_waiting coder",
                             "limiter_denied tester", "limiter_held writer", "limiter_settled lead",
                             "limiter_acquired coder", "answered coder"}));
        for (std::size_t i = 0; i < data.size(); ++i)
            QCOMPARE(data[i]["table_seq"].get<std::size_t>(), i + 1);
        QVERIFY(data[0]["tokens"] == 900 && data[0]["window_tokens"] == 900);
        QVERIFY(data[0]["at_ms"] == 0 && data[1]["at_ms"] == 1000);
        QVERIFY(data[1]["reason"] == "tokens" && data[2]["reason"] == "too_large");
        QVERIFY(data[3]["provider"] == "openai" && data[3]["until_ms"] == 9000);
        // The window as it was, before coder's call came in.
        QVERIFY(data[4]["window_tokens"] == 400 && data[4]["window_requests"] == 1);
        QVERIFY(data[4]["tokens_est"] == 900 && data[4]["tokens_actual"] == 400);
        QVERIFY(data[5]["window_tokens"] == 900 && data[5]["window_requests"] == 2);
        log.clear();
        const auto small = gate.acquire({"lead", 60, {}, {}}, 3000, granted("lead"));
        gate.release(small.verdict.reservation, 3500);
        gate.release(small.verdict.reservation, 3500);
        // coder has not told in time: that comes before what it makes possible.
        const auto late = gate.acquire({"tester", 600, {}, {}}, 52000, granted("tester"));
        QVERIFY(late.verdict.reservation);
        gate.record("coder", 100, 0, data[5]["reservation"], 53000);
        QCOMPARE(log,
                 (Names{"limiter_acquired lead", "limiter_released lead", "limiter_expired coder",
                        "limiter_acquired tester", "limiter_settled coder"}));
        QVERIFY(data[8]["window_tokens"] == 400 && data[8]["tokens"] == 500);
        QVERIFY(data[10]["tokens_est"] == 0 && data[10]["window_tokens"] == 1100);
        log.clear();
        gate.pump(102000);
        QCOMPARE(log, Names{"limiter_expired tester"});
    }

    void reservationsAreToldOnceThereAreLimits()
    {
        Names log;
        LimiterGate gate({}, LimitPolicy::Wait, [&](std::uint64_t, const LimiterEvent &event) {
            log.push_back(std::string(toString(event.kind)) + " " + event.agent);
        });
        const auto ignored = [](const team::RateLimiter::Verdict &) {};
        const auto early = gate.acquire({"lead", 10, {}, {}}, 0, ignored);
        const auto open = gate.acquire({"lead", 10, {}, {}}, 0, ignored);
        gate.record("lead", 10, 0, early.verdict.reservation, 1);
        gate.penalise("openai", 9000, "openai wants a pause.", 1);
        QCOMPARE(log, Names{"limiter_held "});
        gate.setAgentBudget("late", 0.5);
        gate.release(open.verdict.reservation, 2); // nobody has heard of it
        const auto late = gate.acquire({"late", 10, 0.5, {}}, 3, ignored);
        QVERIFY(late.verdict.reservation);
        const auto refused = gate.acquire({"late", 10, 0.5, {}}, 3, ignored);
        QVERIFY(refused.ticket); // the first may turn out cheaper
        gate.release(late.verdict.reservation, 4);
        QCOMPARE(log, (Names{"limiter_held ", "limiter_acquired late", "limiter_waiting late",
                             "limiter_released late", "limiter_acquired late"}));
    }

    void aCallSaysHowPatientItIs_data()
    {
        QTest::addColumn<int>("patience");
        QTest::addColumn<bool>("waitsForWindow");
        QTest::addColumn<bool>("waitsForProvider");
        using Patience = LimiterGate::Patience;
        QTest::newRow("waits") << int(Patience::Waits) << true << true;
        QTest::newRow("not for its provider") << int(Patience::NotForProvider) << true << false;
        QTest::newRow("never") << int(Patience::Never) << false << false;
    }
    void aCallSaysHowPatientItIs()
    {
        QFETCH(int, patience);
        QFETCH(bool, waitsForWindow);
        QFETCH(bool, waitsForProvider);
        const auto how = LimiterGate::Patience(patience);
        LimiterGate gate(tokens(1000), LimitPolicy::Wait);
        Answers answers;
        gate.penalise("openai", 90000, "openai wants a pause.", 0);
        const auto held = gate.acquire({"a", 10, {}, "openai"}, 0, answers("a"), how);
        QCOMPARE(held.ticket != 0, waitsForProvider);
        gate.acquire({"lead", 1000, {}, {}}, 0, answers("lead"));
        const auto full = gate.acquire({"b", 10, {}, "ollama"}, 0, answers("b"), how);
        QCOMPARE(full.ticket != 0, waitsForWindow);
        gate.acquire({"c", 10, {}, {}}, 0, answers("c"));
        const auto queued = gate.acquire({"d", 10, {}, {}}, 0, answers("d"), how);
        QCOMPARE(queued.ticket != 0, waitsForWindow);
        // A provider that asks for a pause meanwhile ends the wait of those that need not wait for it.
        gate.penalise("ollama", 90000, "ollama wants a pause.", 1000);
        gate.pump(1000);
        QCOMPARE(answers.list.empty() || answers.list.front() != "b!",
                 !(waitsForWindow && !waitsForProvider));
    }

    void aSubAgentWaitsForWhatItsParentHas()
    {
        team::LimiterConfig config;
        config.agentBudgetsUsd["lead"] = 1.0;
        LimiterGate gate(config, LimitPolicy::Wait);
        Answers answers;
        const auto first = gate.acquire({"lead.1", 10, 0.8, {}, {"lead"}}, 0, answers("lead.1"));
        const auto second = gate.acquire({"lead.2", 10, 0.5, {}, {"lead"}}, 0, answers("lead.2"));
        QVERIFY(second.ticket);
        QCOMPARE(second.verdict.denial->budgetOf, std::string("lead"));
        QVERIFY(gate.acquire({"other", 10, 0.5, {}}, 0, answers("other")).verdict.reservation);
        gate.record("lead.1", 10, 0.4, first.verdict.reservation, 1);
        QCOMPARE(answers.list, Names{"lead.2"});
    }
};

ORRERY_TEST(TestLimiterGate)
#include "tst_limitergate.moc"
