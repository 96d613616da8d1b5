// SPDX-License-Identifier: GPL-3.0-or-later
// What events become on the timeline.
#include "core/state/spans.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::state;

namespace {

constexpr NameId alice = 1, bob = 2, bash = 10, grep = 11;

/// Gives events their numbers and times.
struct Story {
    SpanBuilder builder;
    std::int64_t us = 1'000'000;
    std::uint64_t seq = 0;

    std::uint64_t tell(EventKind kind, NameId agent, store::EventRow row = {},
                       std::int64_t after = 1000)
    {
        us += after;
        row.seq = ++seq;
        row.timeUs = us;
        row.kind = kind;
        row.agent = agent;
        builder.apply(row);
        return seq;
    }
    std::uint64_t state(NameId agent, AgentState state)
    {
        return tell(EventKind::AgentState, agent, {.detail = std::uint8_t(state)});
    }
    void tool(NameId agent, NameId name, bool ok = true)
    {
        const auto start =
            tell(EventKind::ToolStarted, agent, {.tool = name, .call = NameId(100 + seq)});
        tell(EventKind::ToolFinished, agent, {.parent = start, .tool = name, .detail = ok});
    }
    Timeline timeline() const { return builder.snapshot(); }
};

/// One row as `kind start-end …`, in ms since the story's start; `!` failed, `?` noted, `~` cut, `…` goes on.
QString text(const SpanRow &row)
{
    static const char *const names[] = {"turn",     "iteration", "request", "tool",   "rate",
                                        "approval", "claim",     "paused",  "repeat", "edit",
                                        "claim",    "memory",    "message", "problem"};
    QStringList bars;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const Bar &bar = row[i];
        QString one = names[int(bar.kind)];
        if (bar.kind == BarKind::Repeat)
            one += QString("×%1").arg(bar.tokens);
        one += QString(" %1").arg(bar.startUs / 1000 - 1000);
        if (bar.endUs != bar.startUs)
            one += "-" + (bar.isOpen() ? QString("…") : QString::number(bar.endUs / 1000 - 1000));
        one += bar.worst == Worst::Failed ? "!" : bar.worst == Worst::Note ? "?" : "";
        one += bar.isCut ? "~" : "";
        bars << one;
    }
    return bars.join(", ");
}

} // namespace

class TestSpans : public QObject
{
    Q_OBJECT
private slots:
    void aTurnHoldsItsCalls()
    {
        Story story;
        story.tell(EventKind::RunStarted, 0);
        story.state(alice, AgentState::Idle);
        story.tell(EventKind::IterationStarted, alice);
        story.state(alice, AgentState::WaitingRate);
        story.tell(EventKind::LimiterAcquired, alice);
        story.state(alice, AgentState::Thinking);
        const auto sent = story.tell(EventKind::RequestSent, alice, {.call = 20, .detail = 1});
        story.tell(EventKind::ModelDelta, alice, {.parent = sent, .call = 20});
        story.tell(EventKind::ModelDelta, alice, {.parent = sent, .call = 20});
        story.tell(EventKind::ResponseReceived, alice,
                   {.parent = sent, .call = 20, .tokens = 300, .costNanoUsd = 7});
        story.tell(EventKind::ApprovalRequested, alice, {.tool = bash, .call = 30});
        story.tell(EventKind::ApprovalResolved, alice,
                   {.tool = bash, .call = 30, .detail = std::uint8_t(ApprovalDecision::Reject)});
        story.tool(alice, bash, false);
        story.tell(EventKind::IterationStarted, alice);
        story.tell(EventKind::AgentFinished, alice, {.detail = std::uint8_t(Outcome::Failed)});
        const Timeline timeline = story.timeline();
        QCOMPARE(timeline.lanes.size(), 1u);
        const Lane &lane = *timeline.lanes[0];
        QCOMPARE(lane.rows.size(), 3u);
        QCOMPARE(text(lane.rows[0]), "turn 3-16!");
        QCOMPARE(text(lane.rows[1]), "iteration 3-15, iteration 15-16");
        QCOMPARE(text(lane.rows[2]), "rate 4-5, request 7-10, approval 11-12?, tool 13-14!");
        QCOMPARE(text(lane.marks), "problem 16!");
        QCOMPARE(lane.rows[2][1].firstMs, 1);
        QCOMPARE(lane.rows[2][1].tokens, 300);
        const RangeSums sums = sumsOf(timeline, {0, story.us}, story.us);
        QCOMPARE(sums.all.us[std::size_t(BarKind::Request)], 3000);
        QCOMPARE(sums.all.tokens, 300);
        QCOMPARE(sums.all.failed, 2);
    }

    void callsAtTheSameTimeLieBelowEachOther()
    {
        Story story;
        const auto first = story.tell(EventKind::ToolStarted, alice, {.tool = bash, .call = 5});
        const auto second = story.tell(EventKind::ToolStarted, alice, {.tool = grep, .call = 5});
        story.state(alice, AgentState::WaitingClaim);
        story.tell(EventKind::ToolFinished, alice, {.parent = first, .call = 5, .detail = 1});
        story.tell(EventKind::ToolStarted, alice, {.tool = bash, .call = 6});
        story.state(alice, AgentState::Tool);
        story.tell(EventKind::ToolFinished, alice, {.parent = second, .call = 5, .detail = 1});
        story.tell(EventKind::RunFinished, 0);
        const Lane &lane = *story.timeline().lanes[0];
        QCOMPARE(text(lane.rows[2]), "tool 1-4, tool 5-8~");
        QCOMPARE(text(lane.rows[3]), "tool 2-7");
        QCOMPARE(text(lane.rows[4]), "claim 3-6");
        QVERIFY(story.timeline().hasEnded);
    }

    void whatGoesOnIsOpen()
    {
        Story story;
        story.tell(EventKind::RequestSent, alice, {.call = 5, .detail = 1});
        const Timeline before = story.timeline();
        story.tell(EventKind::RequestFailed, alice, {.call = 5});
        QCOMPARE(text(before.lanes[0]->rows[2]), "request 1-…");
        QCOMPARE(before.lanes[0]->rows[2][0].until(9'000'000), 9'000'000);
        QCOMPARE(text(story.timeline().lanes[0]->rows[2]), "request 1-2!");
        QCOMPARE(text(story.timeline().lanes[0]->rows[0]), "turn 1-…");
    }

    void callsOfOneToolInARowAreOne()
    {
        Story story;
        for (int i = 0; i < 4; ++i)
            story.tool(alice, bash, i != 2);
        story.tool(alice, grep);
        story.tool(alice, bash);
        story.tool(alice, bash);
        const Lane &lane = *story.timeline().lanes[0];
        QCOMPARE(text(lane.repeats), "repeat×4 1-8!, repeat×2 11-14");
    }

    void messagesAreArrows()
    {
        Story story;
        const auto sent = story.tell(EventKind::PeerMessageSent, alice, {.call = 50});
        story.tell(EventKind::PeerMessageDelivered, bob, {.call = 50}, 4000);
        story.tell(EventKind::PeerMessageDelivered, 3, {.call = 50}, 2000);
        story.tell(EventKind::PeerMessageDelivered, bob, {.call = 51});
        const Timeline timeline = story.timeline();
        QCOMPARE(timeline.arrows.size(), 2u);
        QCOMPARE(timeline.arrows[0].sentSeq, sent);
        QCOMPARE(timeline.arrows[0].from, 0u);
        QCOMPARE(timeline.arrows[0].to, 1u);
        QCOMPARE(timeline.arrows[1].to, 2u);
        QCOMPARE(timeline.longestMailUs, 6000);
        QCOMPARE(timeline.delivered.size(), 2u);
        QCOMPARE(text(timeline.lanes[1]->marks), "message 5, message 8");
    }

    void editsClaimsAndMemoryAreMarks()
    {
        Story story;
        story.tell(EventKind::ClaimGranted, alice);
        story.tell(EventKind::FileEdited, alice, {.detail = 1});
        story.tell(EventKind::FileEdited, alice, {.detail = 0});
        story.tell(EventKind::ClaimDenied, alice);
        story.tell(EventKind::MemorySearched, alice);
        story.tell(EventKind::Warning, alice);
        story.tell(EventKind::SaveFailed, alice);
        const Lane &lane = *story.timeline().lanes[0];
        QCOMPARE(text(lane.marks),
                 "claim 1, edit 2, edit 3?, claim 4?, memory 5, problem 6?, problem 7!");
        QVERIFY(lane.rows.empty());
    }

    void onlyTimeInWhichNobodyWorksIsAGap()
    {
        Story story;
        story.tell(EventKind::RunStarted, 0);
        story.tool(alice, bash);
        story.tell(EventKind::IterationStarted, alice, {}, 60'000'000);
        story.tell(EventKind::RequestSent, alice, {.call = 5, .detail = 1});
        story.tell(EventKind::ResponseReceived, alice, {.call = 5}, 80'000'000);
        story.tell(EventKind::ApprovalRequested, alice, {.call = 6});
        story.tell(EventKind::ApprovalResolved, alice, {.call = 6, .detail = 1}, 90'000'000);
        const Timeline timeline = story.timeline();
        QCOMPARE(timeline.gaps.size(), 2u);
        QCOMPARE((timeline.gaps[0].toUs - timeline.gaps[0].fromUs) / 1'000'000, 60);
        QCOMPARE((timeline.gaps[1].toUs - timeline.gaps[1].fromUs) / 1'000'000, 90);
    }

    void whatAKilledRunLeftOpenEndsWithIt()
    {
        Story story;
        story.tell(EventKind::RunStarted, 0);
        story.tell(EventKind::IterationStarted, alice);
        story.tell(EventKind::ToolStarted, alice, {.tool = bash, .call = 7});
        story.tell(EventKind::RequestSent, bob, {.call = 8, .detail = 1});
        const auto killedUs = story.us;
        story.tell(EventKind::RunStarted, 0, {}, 3'600'000'000); // an hour later
        story.tell(EventKind::IterationStarted, alice);
        const Timeline timeline = story.timeline();
        QCOMPARE(timeline.gaps.size(), 1u);
        QCOMPARE((timeline.gaps[0].toUs - timeline.gaps[0].fromUs) / 1'000'000, 3600);
        for (const auto &lane : timeline.lanes)
            for (const SpanRow &row : lane->rows)
                for (std::size_t i = 0; i < row.size(); ++i)
                    QVERIFY(row[i].startUs > killedUs || row[i].endUs == killedUs);
        QCOMPARE(timeline.lanes[0]->rows[Lane::kTurns].size(), 2u);
        QVERIFY(timeline.lanes[0]->rows[Lane::kCalls][0].isCut);
    }

    void aClockThatJumpsBackTurnsNothingAround()
    {
        Story story;
        story.tell(EventKind::ToolStarted, alice, {.tool = bash});
        story.tell(EventKind::ToolFinished, alice, {.tool = bash, .detail = 1}, -500'000);
        story.tool(alice, bash);
        const SpanRow &row = story.timeline().lanes[0]->rows[2];
        for (std::size_t i = 0; i < row.size(); ++i)
            QVERIFY(row[i].endUs >= row[i].startUs
                    && (i == 0 || row[i].startUs >= row[i - 1].endUs));
    }

    // Any order of events, as a damaged journal or another program's may have it.
    void rowsNeverOverlapWhateverTheEvents()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto below = [&](std::uint32_t most) {
            return std::uniform_int_distribution<std::uint32_t>(0, most - 1)(random);
        };
        for (int round = 0; round < test::rounds(40); ++round) {
            Story story;
            for (int i = 0; i < 2000; ++i) {
                store::EventRow row;
                row.parent = below(3) == 0 ? story.seq - below(5) : 0;
                row.call = below(6);
                row.tool = below(3);
                row.detail = std::uint8_t(below(12));
                story.tell(static_cast<EventKind>(below(std::uint32_t(EventKind::Count) + 1)),
                           below(4), row, std::int64_t(below(50)));
            }
            story.tell(EventKind::RunFinished, 0);
            for (const auto &lane : story.timeline().lanes) {
                QVERIFY(lane->rows.size() <= Lane::kMostRows);
                for (const SpanRow &row : lane->rows)
                    for (std::size_t i = 0; i < row.size(); ++i) {
                        QVERIFY(!row[i].isOpen() && row[i].endUs >= row[i].startUs);
                        QVERIFY(i == 0 || row[i].startUs >= row[i - 1].endUs);
                        QVERIFY(i == 0 || row[i].seq >= row[i - 1].seq);
                    }
                for (std::size_t i = 0; i < lane->repeats.size(); ++i)
                    QVERIFY(!lane->repeats[i].isOpen());
            }
        }
    }
};

ORRERY_TEST(TestSpans)
#include "tst_spans.moc"
