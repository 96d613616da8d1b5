// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/team/ratelimiter.h"
#include "tests/viewmodels/story.h"
#include "ui/viewmodels/limitermodel.h"
#include "tests/support/testregistry.h"

#include <QAbstractItemModelTester>
#include <QtTest>

#include <random>

using namespace orrery;
using namespace orrery::ui;

namespace {

QString textOf(const LimiterWindow &window)
{
    QStringList shares;
    for (const auto &[agent, share] : window.agents)
        shares << QStringLiteral("%1 %2(%3)/%4")
                      .arg(QString::fromStdString(agent))
                      .arg(share.tokens)
                      .arg(share.reserved)
                      .arg(share.requests);
    return QStringLiteral("%1(%2)/%3: ")
               .arg(window.tokens)
               .arg(window.reserved)
               .arg(window.requests)
           + shares.join(QStringLiteral(", "));
}

} // namespace

class TestLimiterWindow : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { qputenv("TZ", "UTC"); }

    void tellsWhatTheLimiterDid()
    {
        AgentRoster roster;
        LimiterModel model(roster);
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        Story story;
        story.start();
        story.add(EventKind::LimiterAcquired, "lead",
                  {{"reservation", 1},
                   {"tokens", 8000},
                   {"window_tokens", 8000},
                   {"window_requests", 1}});
        story.waitMs(1000).add(EventKind::LimiterWaiting, "coder",
                               {{"reason", "tokens"},
                                {"tokens", 4000},
                                {"window_tokens", 8000},
                                {"fits_at_ms", Story::startMs + 60000},
                                {"sentence", "coder waits for lead."}});
        story.waitMs(1000).add(EventKind::LimiterSettled, "lead",
                               {{"reservation", 1},
                                {"tokens_est", 8000},
                                {"tokens_actual", 5500},
                                {"window_tokens", 5500},
                                {"window_requests", 1}});
        story.add(EventKind::LimiterAcquired, "coder",
                  {{"reservation", 2},
                   {"tokens", 4000},
                   {"window_tokens", 9500},
                   {"window_requests", 2}});
        story.waitMs(500).add(EventKind::LimiterReleased, "coder",
                              {{"reservation", 2}, {"tokens", 4000}});
        story.add(EventKind::RequestFailed, "coder",
                  {{"http_status", 429}, {"message", "Too many requests"}});
        story.add(EventKind::RequestFailed, "coder",
                  {{"http_status", 500}, {"message", "not the limiter's"}});
        story.add(EventKind::LimiterDenied, "lead",
                  {{"reason", "budget"},
                   {"tokens", 10},
                   {"fits_at_ms", nullptr},
                   {"sentence", "No money left."}});
        model.apply(story.take());
        QCOMPARE(rowsOf(model),
                 QStringList(
                     {"22:13:20.000 | lead | Acquired | ~8k | — | 8k/10k | admitted",
                      "22:13:21.000 | coder | Waiting | ~4k | — | 8k/10k | coder waits for lead.",
                      "22:13:22.000 | lead | Settled | ~8k | 5.5k | 5.5k/10k | 2.5k given back",
                      "22:13:22.000 | coder | Acquired | ~4k | — | 9.5k/10k | admitted",
                      "22:13:22.500 | coder | Released | ~4k | 0 | — | given back: the call failed "
                      "or was stopped",
                      "22:13:22.500 | coder | Provider 429 | — | — | — | Too many requests",
                      "22:13:22.500 | lead | Denied | ~10 | — | — | No money left."}));
        using Mark = LimiterModel::Mark;
        std::vector<Mark> kinds;
        for (const LimiterModel::MarkAt &mark :
             model.marks(Story::startMs + 1, Story::startMs + 9000))
            kinds.push_back(mark.kind);
        QVERIFY(kinds
                == std::vector<Mark>({Mark::Waiting, Mark::Refunded, Mark::Acquired, Mark::Refunded,
                                      Mark::Provider429, Mark::Budget}));
        QCOMPARE(model.lastSentence(), QString("At 22:13:22: No money left."));
        QCOMPARE(model.index(1, 0).data(LimiterModel::FitsAtMsRole).toLongLong(),
                 Story::startMs + 60000);
        QVERIFY(!model.index(6, 0).data(LimiterModel::FitsAtMsRole).isValid());

        const qint64 t = Story::startMs;
        QCOMPARE(textOf(model.windowAt(t - 1)), QString("0(0)/0: "));
        QCOMPARE(textOf(model.windowAt(t)), QString("8000(8000)/1: lead 8000(8000)/1"));
        QCOMPARE(textOf(model.windowAt(t + 2000)),
                 QString("9500(4000)/2: coder 4000(4000)/1, lead 5500(0)/1"));
        QCOMPARE(textOf(model.windowAt(t + 2500)), QString("5500(0)/1: lead 5500(0)/1"));
        QCOMPARE(textOf(model.windowAt(t + 59999)), QString("5500(0)/1: lead 5500(0)/1"));
        QCOMPARE(textOf(model.windowAt(t + 60000)), QString("0(0)/0: "));
        QStringList steps;
        for (const LimiterModel::Step &step : model.steps(t - 10, t + 70000))
            steps << QStringLiteral("+%1 %2").arg(step.timeMs - t).arg(step.window.tokens);
        QCOMPARE(steps, QStringList({"+-10 0", "+0 8000", "+2000 9500", "+2500 5500", "+60000 0",
                                     "+62000 0"}));
    }

    void holdsWhatTheLimiterItselfHeld()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto below = [&](int n) {
            return static_cast<int>(random() % static_cast<unsigned>(n));
        };
        team::RateLimiter limiter({.rpm = 40, .tpm = 20000});
        AgentRoster roster;
        LimiterModel model(roster);
        Story story;
        story.start();
        std::vector<std::pair<team::ReservationId, std::string>> open;
        struct Sample {
            qint64 ms, tokens, requests;
        };
        std::vector<Sample> samples;
        for (int i = 0; i < 3000; ++i) {
            // Never two operations in one millisecond: the model shows a time, not an order.
            story.waitMs(1 + below(3000));
            const std::int64_t now = story.nowMs();
            limiter.status(now);
            for (const team::ExpiredReservation &expired : limiter.takeExpired(now)) {
                std::erase_if(open, [&](const auto &each) { return each.first == expired.id; });
                story.add(EventKind::LimiterExpired, expired.agent, {{"reservation", expired.id}});
            }
            if (open.empty() || below(2)) {
                const std::string agent = below(2) ? "lead" : "coder";
                const std::int64_t tokens = 1 + below(4000);
                const auto verdict = limiter.acquire(agent, tokens, now);
                if (verdict.reservation) {
                    open.emplace_back(verdict.reservation, agent);
                    story.add(EventKind::LimiterAcquired, agent,
                              {{"reservation", verdict.reservation}, {"tokens", tokens}});
                }
            } else {
                const auto at = static_cast<std::size_t>(below(static_cast<int>(open.size())));
                const auto [id, agent] = open[at];
                open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
                if (below(4)) {
                    const std::int64_t actual = below(5000);
                    limiter.record(agent, actual, 0, 1, id, now);
                    story.add(EventKind::LimiterSettled, agent,
                              {{"reservation", id}, {"tokens_actual", actual}});
                } else {
                    limiter.release(id, now);
                    story.add(EventKind::LimiterReleased, agent, {{"reservation", id}});
                }
            }
            const auto status = limiter.status(now);
            samples.push_back({now, status.windowTokens, status.windowRequests});
        }
        model.apply(story.take());
        const auto steps = model.steps(samples.front().ms, samples.back().ms);
        std::size_t step = 0;
        for (const Sample &sample : samples) {
            const LimiterWindow window = model.windowAt(sample.ms);
            QCOMPARE(window.tokens, sample.tokens);
            QCOMPARE(window.requests, sample.requests);
            while (step + 1 < steps.size() && steps[step + 1].timeMs <= sample.ms)
                ++step;
            QCOMPARE(textOf(steps[step].window), textOf(window));
        }
    }

    void aRestartedLimiterBeginsEmpty()
    {
        AgentRoster roster;
        LimiterModel model(roster);
        Story story;
        story.start().add(EventKind::LimiterAcquired, "lead",
                          {{"reservation", 1}, {"tokens", 8000}});
        story.waitMs(10).start().waitMs(10);
        story.add(EventKind::LimiterAcquired, "lead", {{"reservation", 1}, {"tokens", 300}});
        model.apply(story.take());
        QCOMPARE(model.windowAt(story.nowMs()).tokens, qint64(300));
        model.reset();
        QCOMPARE(model.windowAt(story.nowMs()).tokens, qint64(0));
        QVERIFY(!model.tpm());
    }
};

ORRERY_TEST(TestLimiterWindow)
#include "tst_limiterwindow.moc"
