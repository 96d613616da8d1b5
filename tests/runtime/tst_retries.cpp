// SPDX-License-Identifier: GPL-3.0-or-later
// When a failed request is made again, when a provider is left alone, and what an estimate learns.
#include "core/runtime/provideroutages.h"
#include "core/runtime/retryrules.h"
#include "tests/support/machinebench.h"
#include "tests/support/testregistry.h"

using namespace orrery;
using namespace orrery::testing;

namespace {

constexpr qlonglong kNever = -1;

Error passing(long long hintMs)
{
    Error error = makeError(ErrorCode::Server, "busy");
    error.retryable = true;
    error.retryAfterMs = hintMs;
    return error;
}

} // namespace

class RetriesTest : public QObject
{
    Q_OBJECT
private slots:
    void waitsWithinItsLimits_data();
    void waitsWithinItsLimits();
    void jitterIsSpreadOverAllOfThePause();
    void isBoundedByTimeAsWellAsByCount();
    void tellsOfALongWait();
    void comesBackToTheFirstModel();
    void leavesAProviderAloneForLongerAndLonger();
};

void RetriesTest::waitsWithinItsLimits_data()
{
    QTest::addColumn<int>("attempt");
    QTest::addColumn<qlonglong>("hint");
    QTest::addColumn<qlonglong>("spent");
    QTest::addColumn<qlonglong>("delay"); // with the longest pause
    QTest::addColumn<bool>("isLong");
    const auto row = [](const char *name, int attempt, qlonglong hint, qlonglong spent,
                        qlonglong delay, bool isLong = false) {
        QTest::newRow(name) << attempt << hint << spent << delay << isLong;
    };
    row("first", 1, -1, 0, 500);
    row("second", 2, -1, 0, 1000);
    row("ninth is capped", 9, -1, 0, 120000);
    row("very many", 60, -1, 0, 120000);
    row("the last", 99, -1, 0, 500LL << 20 < 120000 ? 0 : 120000);
    row("no attempt is left", 100, -1, 0, kNever);
    row("as asked", 1, 3000, 0, 3000);
    row("at once", 1, 0, 0, 0);
    row("just what may be", 1, 120000, 0, 120000);
    row("more than may be", 1, 120001, 0, 120001, true);
    row("a long one counts for nothing", 1, 7200000, 599999, 7200000, true);
    row("more than a day", 1, 86400001, 0, kNever);
    row("time is up", 1, -1, 599501, kNever);
    row("time is nearly up", 1, -1, 599500, 500);
    row("time is up for what is asked", 1, 5000, 595001, kNever);
}

void RetriesTest::waitsWithinItsLimits()
{
    QFETCH(int, attempt);
    QFETCH(qlonglong, hint);
    QFETCH(qlonglong, spent);
    QFETCH(qlonglong, delay);
    QFETCH(bool, isLong);
    AgentSpec agent = spec();
    agent.maxAttempts = 100;
    const RetryDecision decision = decideRetry(passing(hint), agent, attempt, spent, 1);
    QCOMPARE(qlonglong(decision.delayMs.value_or(kNever)), delay);
    QCOMPARE(decision.isLong, isLong);
    Error final = passing(hint);
    final.retryable = false;
    QVERIFY(!decideRetry(final, agent, attempt, spent, 1).delayMs);
}

void RetriesTest::jitterIsSpreadOverAllOfThePause()
{
    const AgentSpec agent = spec();
    QCOMPARE(*decideRetry(passing(-1), agent, 3, 0, 0).delayMs, 0LL);
    QCOMPARE(*decideRetry(passing(-1), agent, 3, 0, 0.25).delayMs, 500LL);
    QCOMPARE(*decideRetry(passing(700), agent, 3, 0, 0.25).delayMs, 700LL);
}

void RetriesTest::isBoundedByTimeAsWellAsByCount()
{
    AgentSpec agent = spec();
    agent.maxAttempts = 10;
    agent.retry.maxTotalMs = 3000;
    Bench bench(agent);
    bench.ask();
    for (const long long delay : {500, 1000}) {
        input::ModelFailed failed = failure(ErrorCode::Server, true, true);
        failed.tookMs = 100;
        bench.feed(failed);
        QCOMPARE(bench.now<effect::Retry>()->delayMs, delay);
        bench.feed(input::RetryNow{});
        bench.feed(input::Granted{});
    }
    bench.feed(failure(ErrorCode::Server, true, true)); // 1,700 ms, and 2,000 more
    QCOMPARE(bench.now<effect::Finish>()->outcome, std::string("failed"));
    QVERIFY(bench.published(EventKind::Warning)["code"] == "no_retry");
}

void RetriesTest::tellsOfALongWait()
{
    for (const bool hasOther : {false, true}) {
        AgentSpec agent = spec();
        if (hasOther)
            agent.fallback = {{"anthropic:second", "", ""}};
        Bench bench(agent);
        bench.ask();
        bench.feed(failure(ErrorCode::RateLimited, true, true, 900000));
        QCOMPARE(bench.now<effect::Retry>() != nullptr, !hasOther);
        QCOMPARE(bench.published(EventKind::Warning).is_null(), hasOther);
        if (hasOther)
            QCOMPARE(bench.machine.target().model, std::string("anthropic:second"));
        else
            QVERIFY(bench.published(EventKind::Warning)["message"].get<std::string>().find("15 min")
                    != std::string::npos);
    }
}

void RetriesTest::comesBackToTheFirstModel()
{
    std::int64_t now = 1000;
    AgentSpec agent = spec();
    agent.fallback = {{"anthropic:second", "", ""}};
    LoopRules loop = rules();
    loop.now = [&now] { return now; };
    Bench bench(agent, loop);
    const auto asked = [&] { return bench.machine.target().model; };
    const auto answer = [&] {
        bench.feed(testing::reply(Message::assistant("ok")));
        bench.feed(input::Ready{});
    };
    bench.ask();
    bench.feed(failure(ErrorCode::Server, true, true));
    bench.feed(input::Granted{});
    answer();
    QVERIFY(bench.published(EventKind::ModelSwitched)["to"] == "anthropic:second");
    now += 299999;
    bench.ask();
    QCOMPARE(asked(), std::string("anthropic:second"));
    answer();
    now += 1;
    bench.ask();
    QCOMPARE(asked(), std::string("openai:first"));
    bench.feed(failure(ErrorCode::Server, true, true)); // not yet
    QVERIFY(!bench.now<effect::Retry>());
    QCOMPARE(asked(), std::string("anthropic:second"));
    bench.feed(input::Granted{});
    answer();
    now += 599999; // twice as long
    bench.ask();
    QCOMPARE(asked(), std::string("anthropic:second"));
    answer();
    now += 1;
    bench.ask();
    QCOMPARE(asked(), std::string("openai:first"));
    answer();
    QVERIFY(bench.published(EventKind::ModelSwitched)["to"] == "openai:first");
    QVERIFY(bench.machine.context().deps["active_model"] == "openai:first");
    bench.ask();
    QCOMPARE(asked(), std::string("openai:first"));
}

void RetriesTest::leavesAProviderAloneForLongerAndLonger()
{
    ProviderOutages outages;
    std::int64_t now = 0;
    for (const std::int64_t pause : {2000, 4000, 8000, 16000, 32000, 60000, 60000}) {
        QCOMPARE(outages.failed("a", now, -1, 1), std::optional<std::int64_t>(pause));
        QVERIFY(!outages.failed("a", now + pause - 1, -1, 1)); // was under way
        now += pause;
    }
    QCOMPARE(outages.failed("b", now, -1, 0), std::optional<std::int64_t>(1000));
    QCOMPARE(outages.failed("c", now, 50, 0), std::optional<std::int64_t>(50));
    QVERIFY(outages.answered("a"));
    QVERIFY(!outages.answered("a"));
    QCOMPARE(outages.failed("a", now, -1, 1), std::optional<std::int64_t>(2000));
}

ORRERY_TEST(RetriesTest)
#include "tst_retries.moc"
