// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/spans.h"

#include <algorithm>

namespace orrery::state {
namespace {

constexpr std::int64_t leastGapUs = 5'000'000;
constexpr std::size_t mostGaps = 64;

/// What a person waits for to end by itself; an approval or a pause may last for hours.
bool isWork(BarKind kind)
{
    return kind == BarKind::Request || kind == BarKind::Tool || kind == BarKind::WaitRate
           || kind == BarKind::WaitClaim;
}

bool isShorter(const Gap &a, const Gap &b) { return a.toUs - a.fromUs > b.toUs - b.fromUs; }

} // namespace

Timeline SpanBuilder::snapshot() const
{
    Timeline timeline = m_timeline;
    timeline.gaps = m_gaps;
    std::sort(timeline.gaps.begin(), timeline.gaps.end(),
              [](const Gap &a, const Gap &b) { return a.fromUs < b.fromUs; });
    for (const Work &work : m_work)
        timeline.lanes.push_back(work.lane);
    return timeline;
}

std::uint32_t SpanBuilder::laneOf(NameId agent)
{
    const auto [at, isNew] = m_lanes.try_emplace(agent, static_cast<std::uint32_t>(m_work.size()));
    if (isNew) {
        m_work.emplace_back().lane = std::make_shared<Lane>();
        m_work.back().lane->agent = agent;
    }
    return at->second;
}

Lane &SpanBuilder::own(Work &work)
{
    if (work.lane.use_count() != 1)
        work.lane = std::make_shared<Lane>(*work.lane);
    return *work.lane;
}

/// By the event that started it, else by its call, else the one of its kind that has gone on for the longest.
SpanBuilder::Open *SpanBuilder::find(Work &work, BarKind kind, NameId call, std::uint64_t seq)
{
    Open *found = nullptr;
    for (Open &open : work.open) {
        if (open.kind != kind)
            continue;
        if (seq != 0 && open.seq == seq)
            return &open;
        if (!found && (call == 0 || open.call == call))
            found = &open;
    }
    return found;
}

void SpanBuilder::begin(Work &work, BarKind kind, std::size_t row)
{
    Lane &lane = own(work);
    if (lane.rows.size() <= row)
        lane.rows.resize(row + 1);
    Bar bar;
    bar.startUs = m_us;
    bar.seq = m_event->seq;
    bar.name = m_event->tool;
    bar.call = m_event->call;
    bar.kind = kind;
    lane.rows[row].append(bar);
    work.open.push_back({bar.seq, bar.call, kind, row});
    m_working += isWork(kind);
}

/// `how` has what is known at the end: tokens, cost, first piece, worst, isCut.
void SpanBuilder::end(Work &work, const Open &which, const Bar &how)
{
    const Open open = which;
    std::erase_if(work.open, [&](const Open &each) { return each.row == open.row; });
    SpanRow &row = own(work).rows[open.row];
    Bar bar = row[row.size() - 1];
    bar.endUs = m_us;
    bar.tokens = how.tokens;
    bar.costNanoUsd = how.costNanoUsd;
    if (how.firstMs >= 0)
        bar.firstMs = how.firstMs;
    bar.worst = std::max(bar.worst, how.worst);
    bar.isCut = how.isCut;
    row.replace(row.size() - 1, bar);
    m_working -= isWork(open.kind);
    if (open.kind == BarKind::Request)
        work.waitsForFirst = false;
    if (open.kind == BarKind::Tool && bar.name == work.tool)
        extendRepeat(work, bar.worst);
}

void SpanBuilder::endAll(Work &work, std::size_t fromRow, bool isCut)
{
    Bar how;
    how.isCut = isCut;
    while (true) {
        const auto open = std::find_if(work.open.begin(), work.open.end(),
                                       [&](const Open &each) { return each.row >= fromRow; });
        if (open == work.open.end())
            break;
        // Turns and iterations have no end of their own but this.
        how.isCut = isCut && open->row >= Lane::kCalls;
        end(work, *open, how);
    }
    repeatEnds(work);
}

void SpanBuilder::beginTurn(Work &work)
{
    if (!find(work, BarKind::Turn, 0, 0))
        begin(work, BarKind::Turn, Lane::kTurns);
}

void SpanBuilder::beginCall(Work &work, BarKind kind)
{
    std::size_t row = Lane::kCalls;
    const auto isTaken = [&](const Open &open) { return open.row == row; };
    while (row < Lane::kMostRows && std::any_of(work.open.begin(), work.open.end(), isTaken))
        ++row;
    if (row == Lane::kMostRows) {
        // More at the same time than anybody could tell apart: the oldest one makes room.
        const auto oldest = std::find_if(work.open.begin(), work.open.end(),
                                         [](const Open &open) { return open.row >= Lane::kCalls; });
        row = oldest->row;
        Bar how;
        how.isCut = true;
        end(work, *oldest, how);
    }
    begin(work, kind, row);
    if (kind == BarKind::Request)
        work.waitsForFirst = true;
    if (kind == BarKind::Tool)
        repeat(work);
}

void SpanBuilder::endCall(Work &work, BarKind kind, const Bar &how)
{
    if (Open *open = find(work, kind, m_event->call, m_event->parent))
        end(work, *open, how);
}

/// A tool was called: again the same one, or another.
void SpanBuilder::repeat(Work &work)
{
    if (work.tool != m_event->tool || work.calls == 0) {
        repeatEnds(work);
        work.tool = m_event->tool;
        work.first = {};
        work.first.startUs = work.first.endUs = m_us;
        work.first.seq = m_event->seq;
        work.first.name = m_event->tool;
        work.first.kind = BarKind::Repeat;
    }
    work.first.tokens = ++work.calls;
    work.first.endUs = kOpen;
    if (work.calls == 2)
        own(work).repeats.append(work.first);
    else
        extendRepeat(work, Worst::None);
}

void SpanBuilder::repeatEnds(Work &work)
{
    if (work.calls > 1 && work.first.isOpen()) {
        work.first.endUs = m_us;
        extendRepeat(work, Worst::None);
    }
    work.calls = 0;
}

void SpanBuilder::extendRepeat(Work &work, Worst worst)
{
    work.first.worst = std::max(work.first.worst, worst);
    if (work.first.isOpen() && !find(work, BarKind::Tool, 0, 0))
        work.first.endUs = m_us;
    if (work.calls < 2)
        return;
    SpanRow &repeats = own(work).repeats;
    repeats.replace(repeats.size() - 1, work.first);
}

void SpanBuilder::firstPiece(Work &work)
{
    work.waitsForFirst = false;
    const Open *open = find(work, BarKind::Request, m_event->call, m_event->parent);
    if (!open)
        return;
    SpanRow &row = own(work).rows[open->row];
    Bar bar = row[row.size() - 1];
    bar.firstMs = static_cast<std::int32_t>(std::min<std::int64_t>(
        (m_us - bar.startUs) / 1000, std::numeric_limits<std::int32_t>::max()));
    row.replace(row.size() - 1, bar);
}

void SpanBuilder::mark(Work &work, BarKind kind, Worst worst)
{
    Bar bar;
    bar.startUs = bar.endUs = m_us;
    bar.seq = m_event->seq;
    bar.name = m_event->tool;
    bar.call = m_event->call;
    bar.kind = kind;
    bar.worst = worst;
    own(work).marks.append(bar);
}

void SpanBuilder::noteGap()
{
    const Gap gap{m_timeline.endUs, m_us};
    if (m_working > 0 || gap.toUs - gap.fromUs < leastGapUs)
        return;
    m_gaps.push_back(gap);
    std::push_heap(m_gaps.begin(), m_gaps.end(), isShorter);
    if (m_gaps.size() > mostGaps) {
        std::pop_heap(m_gaps.begin(), m_gaps.end(), isShorter);
        m_gaps.pop_back();
    }
}

void SpanBuilder::delivered(std::uint32_t lane)
{
    const auto sent = m_sent.find(m_event->call);
    mark(m_work[lane], BarKind::Message);
    if (sent == m_sent.end())
        return;
    Bar bar;
    bar.startUs = bar.endUs = m_us;
    bar.seq = m_event->seq;
    bar.kind = BarKind::Message;
    m_timeline.delivered.append(bar);
    m_timeline.arrows.push_back(
        {sent->second.us, m_us, sent->second.seq, m_event->seq, sent->second.lane, lane});
    m_timeline.longestMailUs = std::max(m_timeline.longestMailUs, m_us - sent->second.us);
}

} // namespace orrery::state
