// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinescene.h"

#include "ui/format/foreign.h"
#include "ui/format/format.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr qsizetype fewLanes = 8;
constexpr int mostAgents = 4; ///< that sums name one by one

QString translated(const char *text) { return QCoreApplication::translate("Timeline", text); }

QString dollars(qint64 nanoUsd) { return format::money(double(nanoUsd) / 1e9); }

} // namespace

LaneLayout::LaneLayout(const TimelineScene &scene, int lineHeight, int room)
{
    const auto place = [&] {
        m_lanes.clear();
        m_height = 0;
        for (qsizetype row = 0; row < scene.lanes.size(); ++row)
            add(scene.laneAt(row), lineHeight);
    };
    m_isLow = scene.lanes.size() > fewLanes;
    place();
    if (!m_isLow && m_height > room) {
        m_isLow = true;
        place();
    }
}

void LaneLayout::add(const state::Lane &lane, int lineHeight)
{
    const int gap = m_isLow ? 1 : metric::small / 2;
    const int thin = m_isLow ? 3 : metric::small;
    const int callHeight = m_isLow ? lineHeight : lineHeight + metric::small;
    Lane placed;
    placed.top = m_height;
    int y = m_isLow ? metric::small : metric::medium;
    const auto take = [&](int height) {
        const Row row{y, height};
        y += height + gap;
        return row;
    };
    placed.turns = take(thin);
    placed.iterations = take(thin);
    const auto calls =
        std::max<qsizetype>(1, qsizetype(lane.rows.size()) - qsizetype(state::Lane::kCalls));
    for (qsizetype i = 0; i < calls; ++i)
        placed.calls << take(i == 0 || !m_isLow ? callHeight : callHeight / 2);
    if (!lane.repeats.empty())
        placed.repeats = take(m_isLow ? metric::small : lineHeight);
    if (!lane.marks.empty())
        placed.marks = take(m_isLow ? metric::medium : metric::large);
    placed.height = y + (m_isLow ? metric::small / 2 : metric::small);
    m_height += placed.height;
    m_lanes << placed;
}

qsizetype LaneLayout::laneAt(int y) const
{
    const auto after = std::upper_bound(m_lanes.begin(), m_lanes.end(), y,
                                        [](int at, const Lane &lane) { return at < lane.top; });
    if (y < 0 || y >= m_height)
        return -1;
    return after - m_lanes.begin() - 1;
}

const state::SpanRow &rowOf(const TimelineScene &scene, const TimelineItem &item)
{
    const state::Lane &lane = scene.laneAt(item.lane);
    switch (item.where) {
    case TimelineItem::Where::Marks: return lane.marks;
    case TimelineItem::Where::Repeats: return lane.repeats;
    case TimelineItem::Where::Row: break;
    }
    return lane.rows[item.row];
}

const state::Bar &barOf(const TimelineScene &scene, const TimelineItem &item)
{
    return rowOf(scene, item)[item.index];
}

QString kindName(state::BarKind kind)
{
    using state::BarKind;
    switch (kind) {
    case BarKind::Turn: return translated("Turn");
    case BarKind::Iteration: return translated("Iteration");
    case BarKind::Request: return translated("Request");
    case BarKind::Tool: return translated("Tool");
    case BarKind::WaitRate: return translated("Waiting: rate limit");
    case BarKind::WaitApproval: return translated("Waiting: approval");
    case BarKind::WaitClaim: return translated("Waiting: claim");
    case BarKind::Paused: return translated("Paused");
    case BarKind::Repeat: return translated("Calls in a row");
    case BarKind::Edit: return translated("Edit");
    case BarKind::Claim: return translated("Claim");
    case BarKind::Memory: return translated("Memory, knowledge or decision");
    case BarKind::Message: return translated("Message");
    case BarKind::Problem: return translated("Problem");
    case BarKind::Count: break;
    }
    return {};
}

QString barLabel(const TimelineScene &scene, const state::Bar &bar, bool isShort)
{
    using state::BarKind;
    if (isShort && bar.kind == BarKind::WaitRate)
        return translated("rate limit");
    if (isShort && bar.kind == BarKind::WaitApproval)
        return translated("approval");
    if (isShort && bar.kind == BarKind::WaitClaim)
        return translated("claim");
    const QString name = format::name(scene.nameOf(bar.name), 60);
    if (bar.kind == state::BarKind::Repeat)
        return QStringLiteral("%1 ×%2").arg(name).arg(bar.tokens);
    return bar.kind == state::BarKind::Tool && !name.isEmpty() ? name : kindName(bar.kind);
}

QString barText(const TimelineScene &scene, const TimelineItem &item)
{
    const state::Bar &bar = barOf(scene, item);
    const bool lasts = bar.kind <= state::BarKind::Repeat;
    QStringList lines;
    QString title = scene.lanes[item.lane].name + QStringLiteral(": ") + barLabel(scene, bar);
    if (bar.kind != state::BarKind::Tool && bar.kind != state::BarKind::Repeat && bar.name != 0)
        title += QStringLiteral(" · ") + format::name(scene.nameOf(bar.name), 60);
    if (bar.worst == state::Worst::Failed)
        title += translated(" (failed)");
    else if (bar.worst == state::Worst::Note)
        title += translated(" (take note)");
    lines << title;
    if (lasts) {
        const QString length = format::duration(bar.until(scene.nowUs) - bar.startUs);
        lines << (bar.isOpen() ? translated("%1 so far")
                  : bar.isCut  ? translated("%1, cut off")
                               : QStringLiteral("%1"))
                     .arg(length);
    }
    if (bar.kind == state::BarKind::Request && bar.firstMs >= 0)
        lines
            << translated("first piece after %1").arg(format::duration(qint64(bar.firstMs) * 1000));
    if (bar.kind == state::BarKind::Request && bar.tokens > 0)
        lines << translated("%1 tokens%2")
                     .arg(format::count(qint64(bar.tokens)),
                          bar.costNanoUsd > 0 ? QStringLiteral(", ") + dollars(bar.costNanoUsd)
                                              : QString());
    lines << translated("%1, event %2").arg(format::clockTime(bar.startUs)).arg(bar.seq);
    return lines.join(QLatin1Char('\n'));
}

QString sumsText(const TimelineScene &scene, const state::RangeSums &sums, state::TimeRange range)
{
    using state::BarKind;
    const auto of = [](const state::SpanSums &some, BarKind kind) {
        return some.us[std::size_t(kind)];
    };
    QStringList parts{translated("%1 chosen").arg(format::duration(range.toUs - range.fromUs))};
    for (const BarKind kind : {BarKind::Request, BarKind::Tool, BarKind::WaitRate,
                               BarKind::WaitApproval, BarKind::WaitClaim, BarKind::Paused})
        if (const auto count = sums.all.count[std::size_t(kind)])
            parts << QStringLiteral("%1 %2 (%3)")
                         .arg(kindName(kind), format::duration(of(sums.all, kind)))
                         .arg(count);
    if (sums.all.tokens > 0)
        parts << translated("%1 tokens").arg(format::count(qint64(sums.all.tokens)));
    if (sums.all.costNanoUsd > 0)
        parts << dollars(sums.all.costNanoUsd);
    if (sums.all.failed > 0)
        parts << translated("%1 failed").arg(sums.all.failed);

    struct Share {
        qsizetype lane;
        qint64 busy;
    };
    QList<Share> shares;
    for (qsizetype lane = 0; lane < scene.lanes.size(); ++lane) {
        const state::SpanSums &own = sums.byLane[scene.lanes[lane].lane];
        const qint64 busy = of(own, BarKind::Request) + of(own, BarKind::Tool);
        if (busy > 0 || own.tokens > 0)
            shares << Share{lane, busy};
    }
    std::stable_sort(shares.begin(), shares.end(),
                     [](const Share &a, const Share &b) { return a.busy > b.busy; });
    QStringList agents;
    for (const Share &share : std::as_const(shares)) {
        if (agents.size() == mostAgents) {
            agents << translated("%1 others").arg(shares.size() - mostAgents);
            break;
        }
        const state::SpanSums &own = sums.byLane[scene.lanes[share.lane].lane];
        QString text =
            scene.lanes[share.lane].name + QLatin1Char(' ') + format::duration(share.busy);
        if (own.tokens > 0)
            text += QStringLiteral(", ")
                    + translated("%1 tokens").arg(format::count(qint64(own.tokens)));
        if (own.costNanoUsd > 0)
            text += QStringLiteral(", ") + dollars(own.costNanoUsd);
        agents << text;
    }
    QString text = parts.join(QStringLiteral(" · "));
    if (!agents.isEmpty())
        text += QLatin1Char('\n') + translated("At work: ") + agents.join(QStringLiteral(" · "));
    return text;
}

} // namespace orrery::ui
