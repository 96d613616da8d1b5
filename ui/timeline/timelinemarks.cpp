// SPDX-License-Identifier: GPL-3.0-or-later
// What lies on and between the bars: marks, runs of equal calls, messages, folds.
#include "ui/format/format.h"
#include "ui/theme/theme.h"
#include "ui/timeline/timelinepainter.h"
#include "ui/timeline/timelinepieces.h"

#include <QPainter>
#include <QPainterPath>
#include <QPixmap>

#include <algorithm>

namespace orrery::ui {
namespace {

/// Fewer of the same are no run.
constexpr qint64 leastRepeats = 3;
constexpr std::uint32_t mostInGlyph = 4; ///< of more marks in a place, each kind has a line
constexpr int mostArrows = 160; ///< that are drawn as lines; of more, one for each few pixels

/// The one of several marks that is worth most to see.
state::BarKind shownMark(const state::Patch &patch)
{
    using state::BarKind;
    for (const BarKind kind : {BarKind::Problem, BarKind::Edit, BarKind::Claim, BarKind::Message})
        if (patch.kinds & (1u << unsigned(kind)))
            return kind;
    return BarKind::Memory;
}

} // namespace

QBrush timelineWait(const Tokens &tokens)
{
    constexpr int gap = 6;
    QPixmap tile(gap, gap);
    tile.fill(tokens.sunken);
    QPainter painter(&tile);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(tokens.wait, 1.2));
    // The neighbours' corners belong to the line that goes through this tile.
    for (const int shift : {-gap, 0, gap})
        painter.drawLine(QPointF(shift - 1, gap + 1), QPointF(shift + gap + 1, -1));
    return QBrush(tile);
}

void drawTimelineMark(QPainter &painter, const Tokens &tokens, state::BarKind kind,
                      state::Worst worst, const QPointF &middle, int size)
{
    const qreal r = size / 2.0 - 0.5;
    const bool isOdd = worst != state::Worst::None;
    QColor color = tokens.text;
    if (kind == state::BarKind::Problem && worst == state::Worst::Failed)
        color = tokens.failure;
    else if (isOdd)
        color = tokens.warn;
    else if (kind == state::BarKind::Memory)
        color = tokens.memory;
    else if (kind == state::BarKind::Message)
        color = tokens.message;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(middle);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    switch (kind) {
    case state::BarKind::Edit: painter.drawPolygon(QPolygonF{{-r, -r}, {r, -r}, {0, r}}); break;
    case state::BarKind::Claim:
        painter.setBrush(isOdd ? QBrush(color) : QBrush(Qt::NoBrush));
        painter.setPen(QPen(color, 1.5));
        painter.drawRect(QRectF(-r + 1, -r + 1, 2 * r - 2, 2 * r - 2));
        break;
    case state::BarKind::Message:
        painter.drawPolygon(QPolygonF{{-r, 0}, {0, -r}, {r, 0}, {0, r}});
        break;
    case state::BarKind::Problem:
        if (worst != state::Worst::Failed) {
            painter.drawPolygon(QPolygonF{{-r, r}, {0, -r}, {r, r}});
            break;
        }
        painter.setPen(QPen(color, 2));
        painter.drawLine(QPointF(-r, -r), QPointF(r, r));
        painter.drawLine(QPointF(-r, r), QPointF(r, -r));
        break;
    default: painter.drawEllipse(QPointF(0, 0), r, r); break;
    }
    painter.restore();
}

void TimelinePainter::paintMarks(const state::SpanRow &row, const QRect &box,
                                 const TimelineMarks &marks)
{
    const int size = std::min(box.height(), kMarkPx - 1);
    for (const Piece &piece : pieces(kMarkPx)) {
        m_patches.clear();
        m_looked += row.scan(piece.shown, piece.grid, m_scene.nowUs, m_patches);
        for (const state::Patch &patch : m_patches) {
            // One stands where it is, several in the middle of their cell.
            const qreal x = patch.count == 1 ? m_left + m_view.xOf(row[patch.index].startUs)
                                             : piece.left + (qreal(patch.first) + 0.5) * kMarkPx;
            const QPointF middle(x, box.center().y() + 0.5);
            if (patch.count > mostInGlyph)
                paintManyMarks(patch, QRectF(x - size / 2.0, box.top(), size, box.height()));
            else
                drawTimelineMark(m_painter, m_tokens, shownMark(patch), patch.worst, middle, size);
            if (marks.selected.lane >= 0 && marks.selected.where == TimelineItem::Where::Marks
                && &rowOf(m_scene, marks.selected) == &row && marks.selected.index >= patch.index
                && marks.selected.index < patch.index + patch.count) {
                m_painter.setPen(QPen(m_tokens.text, 2));
                m_painter.setBrush(Qt::NoBrush);
                m_painter.drawRect(
                    QRectF(x - size / 2.0 - 1, middle.y() - size / 2.0 - 1, size + 2, size + 2));
            }
        }
    }
}

/// A line for each kind that is there; failures and what is odd stand out by their height.
void TimelinePainter::paintManyMarks(const state::Patch &patch, const QRectF &box)
{
    using state::BarKind;
    qreal x = box.left();
    for (const BarKind kind :
         {BarKind::Problem, BarKind::Edit, BarKind::Claim, BarKind::Memory, BarKind::Message}) {
        if (!(patch.kinds & (1u << unsigned(kind))))
            continue;
        const bool isProblem = kind == BarKind::Problem;
        const QColor color =
            isProblem && patch.worst != state::Worst::Failed ? m_tokens.warn : colorOf(kind);
        const qreal height = isProblem ? box.height() : box.height() * 0.6;
        m_painter.fillRect(QRectF(x, box.bottom() - height, 1.5, height), color);
        x += 2;
    }
}

/// A bracket below the calls, with their number where there is room.
void TimelinePainter::paintRepeats(const state::SpanRow &row, const QRect &box)
{
    m_painter.setFont(m_small);
    const QFontMetricsF metrics(m_small);
    const bool hasWords = box.height() >= metrics.height();
    for (const Piece &piece : pieces(kCellPx)) {
        m_patches.clear();
        m_looked += row.scan(piece.shown, piece.grid, m_scene.nowUs, m_patches);
        for (const state::Patch &patch : m_patches) {
            const state::Bar &bar = row[patch.index];
            if (patch.count == 1 && bar.tokens < leastRepeats)
                continue;
            const qreal left = std::max(piece.left + qreal(patch.first) * kCellPx, m_left - 10);
            const qreal right = std::min(piece.left + qreal(patch.last + 1) * kCellPx - 1,
                                         m_left + m_view.width() + 10);
            const qreal y = box.top() + 1;
            const QColor color =
                patch.worst == state::Worst::Failed ? m_tokens.failure : m_tokens.muted;
            m_painter.fillRect(QRectF(left, y, std::max(1.0, right - left), 1.5), color);
            m_painter.fillRect(QRectF(left, y - 2, 1, 4), color);
            m_painter.fillRect(QRectF(right - 1, y - 2, 1, 4), color);
            if (patch.count != 1 || !hasWords)
                continue;
            const QString all = barLabel(m_scene, bar);
            const QString count = QStringLiteral("×%1").arg(bar.tokens);
            const QString text = metrics.horizontalAdvance(all) + 8 < right - left ? all : count;
            const qreal width = metrics.horizontalAdvance(text);
            if (width + 4 > right - left)
                continue;
            const qreal middle =
                (std::max(left, m_left) + std::min(right, m_left + m_view.width())) / 2;
            m_painter.setPen(color == m_tokens.failure ? m_tokens.error : m_tokens.muted);
            m_painter.drawText(QRectF(middle - width / 2 - 1, y + 2, width + 2, box.height() - 2),
                               Qt::AlignCenter, text);
        }
    }
}

qreal TimelinePainter::callMiddle(std::uint32_t lane) const
{
    const auto shown = std::find_if(m_scene.lanes.begin(), m_scene.lanes.end(),
                                    [&](const LaneLabel &each) { return each.lane == lane; });
    if (shown == m_scene.lanes.end())
        return -1;
    const LaneLayout::Lane &placed = m_layout.lanes()[shown - m_scene.lanes.begin()];
    return placed.top + placed.calls.front().top + placed.calls.front().height / 2.0;
}

void TimelinePainter::paintArrows(const QRect &area, int scrolled)
{
    const state::Timeline &timeline = m_scene.timeline;
    const state::TimeRange visible = m_view.visible();
    // Those that are still on their way at the right edge arrive later, but for those that take longer than is in view.
    const qint64 later = std::min(timeline.longestMailUs, visible.toUs - visible.fromUs);
    const std::size_t first = timeline.delivered.firstFrom(visible.fromUs);
    const std::size_t end = timeline.delivered.firstFrom(visible.toUs + later);
    if (first >= end)
        return;
    const std::size_t step = std::max<std::size_t>(1, (end - first) / mostArrows);
    QPainterPath lines, heads; // each drawn at one go, as the start of a drawing is what is dear
    for (std::size_t index = first; index < end; index += step) {
        const state::Arrow &arrow = timeline.arrows[index];
        const qreal fromY = callMiddle(arrow.from), toY = callMiddle(arrow.to);
        if (fromY < 0 || toY < 0 || arrow.sentUs > visible.toUs || fromY == toY)
            continue;
        const QPointF from(m_left + m_view.xOf(arrow.sentUs), area.top() + fromY - scrolled);
        const QPointF to(m_left + m_view.xOf(arrow.deliveredUs), area.top() + toY - scrolled);
        if (std::max(from.y(), to.y()) < area.top() || std::min(from.y(), to.y()) > area.bottom()
            || to.x() - from.x() > 100 * m_view.width())
            continue;
        const qreal bend = std::clamp((to.x() - from.x()) / 2, 6.0, 60.0);
        const qreal down = to.y() > from.y() ? -1 : 1; ///< the head points to the lane
        lines.moveTo(from);
        lines.cubicTo(from + QPointF(bend, 0), to + QPointF(-bend / 3, 14 * down),
                      to + QPointF(0, 5 * down));
        heads.addPolygon(
            QPolygonF{to, to + QPointF(-3.5, 7 * down), to + QPointF(3.5, 7 * down), to});
    }
    QColor color = m_tokens.message;
    color.setAlphaF(step > 1 ? 0.4F : 0.75F);
    heads.setFillRule(Qt::WindingFill);
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.strokePath(lines, QPen(color, 1.2));
    m_painter.fillPath(heads, color);
    m_painter.restore();
}

/// A torn strip in place of the time in which nothing happened.
void TimelinePainter::paintFolds(const QRect &area)
{
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    for (const state::Gap &gap : m_view.axis().folds()) {
        const qreal left = area.left() + m_view.xOf(gap.fromUs);
        const qreal right = area.left() + m_view.xOf(gap.toUs);
        if (right < area.left() || left > area.right() + 1)
            continue;
        QPolygonF torn;
        const int tooth = metric::small;
        for (int y = area.top(), i = 0; y <= area.bottom() + tooth; y += tooth, ++i)
            torn << QPointF(left + (i % 2 ? 3 : 0), y);
        for (int y = area.bottom() + tooth, i = 0; y >= area.top(); y -= tooth, ++i)
            torn << QPointF(right - (i % 2 ? 3 : 0), y);
        m_painter.setPen(QPen(m_tokens.border, 1));
        m_painter.setBrush(m_tokens.window);
        m_painter.drawPolygon(torn);
        m_painter.save();
        m_painter.translate((left + right) / 2, area.top() + std::min(area.height(), 220) / 2.0);
        m_painter.rotate(-90);
        m_painter.setFont(m_small);
        m_painter.setPen(m_tokens.muted);
        m_painter.drawText(QRectF(-110, -10, 220, 20), Qt::AlignCenter,
                           format::duration(gap.toUs - gap.fromUs));
        m_painter.restore();
    }
    m_painter.restore();
}

void TimelinePainter::paintRange(const QRect &area, const TimelineMarks &marks)
{
    if (!marks.range)
        return;
    const qreal left = area.left() + m_view.xOf(marks.range->fromUs);
    const qreal right = area.left() + m_view.xOf(marks.range->toUs);
    QColor tint = m_tokens.accent;
    tint.setAlphaF(0.14F);
    m_painter.fillRect(QRectF(left, area.top(), right - left, area.height()), tint);
    m_painter.fillRect(QRectF(left, area.top(), 1, area.height()), m_tokens.accent);
    m_painter.fillRect(QRectF(right - 1, area.top(), 1, area.height()), m_tokens.accent);
}

} // namespace orrery::ui
