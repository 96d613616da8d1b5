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
};

ORRERY_TEST(TestLimiterGate)
#include "tst_limitergate.moc"
