// SPDX-License-Identifier: GPL-3.0-or-later
// Lanes, their bars and what stands beside them.
#include "ui/timeline/timelinepainter.h"

#include "ui/format/format.h"
#include "ui/theme/theme.h"
#include "ui/timeline/timelinepieces.h"
#include "ui/widgets/statebadge.h"

#include <QPainter>

#include <algorithm>
#include <bit>
#include <numeric>

namespace orrery::ui {
namespace {

constexpr int leastLabelPx = 26;
constexpr int hatchFromPx = 6;
constexpr int kFootPx = 4;      ///< of a failure, below what failed
constexpr int leastToolPx = 44; ///< for a name that is cut off

QColor mixed(const QColor &color, const QColor &with, float share)
{
    const auto part = [share](float a, float b) { return a * share + b * (1 - share); };
    return QColor::fromRgbF(part(color.redF(), with.redF()), part(color.greenF(), with.greenF()),
                            part(color.blueF(), with.blueF()));
}

} // namespace

TimelinePainter::TimelinePainter(QPainter &painter, const TimelineScene &scene,
                                 const LaneLayout &layout, const TimelineView &view,
                                 const QPalette &palette, const QFont &font)
    : m_painter(painter), m_scene(scene), m_layout(layout), m_view(view), m_palette(palette),
      m_tokens(tokens(palette)), m_font(font), m_small(smallFont(font)),
      m_wait(timelineWait(m_tokens))
{}

QColor TimelinePainter::colorOf(state::BarKind kind) const
{
    switch (kind) {
    case state::BarKind::Request: return m_tokens.llm;
    case state::BarKind::Tool: return m_tokens.tool;
    case state::BarKind::Memory: return m_tokens.memory;
    case state::BarKind::Message: return m_tokens.message;
    case state::BarKind::Turn:
    case state::BarKind::Iteration: return m_tokens.iteration;
    case state::BarKind::Edit:
    case state::BarKind::Claim:
    case state::BarKind::Repeat: return m_tokens.text;
    case state::BarKind::Problem: return m_tokens.failure;
    default: return m_tokens.wait;
    }
}

QList<TimelinePainter::Piece> TimelinePainter::pieces(int cellPx) const
{
    const state::TimeRange visible = m_view.visible();
    const state::TimeRange whole = m_view.axis().whole();
    QList<Piece> found;
    for (const state::TimeRange &piece :
         m_view.axis().pieces({whole.fromUs, std::max(whole.toUs, visible.toUs) + 1})) {
        const state::TimeRange shown{std::max(piece.fromUs, visible.fromUs),
                                     std::min(piece.toUs, visible.toUs)};
        if (shown.fromUs < shown.toUs)
            found << Piece{shown,
                           {piece.fromUs, m_view.usPerPx() * cellPx},
                           m_left + m_view.xOf(piece.fromUs)};
    }
    return found;
}

void TimelinePainter::paintLanes(const QRect &area, int gutter, int scrolled,
                                 const TimelineMarks &marks)
{
    m_left = area.left();
    const QRect all = area.adjusted(-gutter, 0, 0, 0);
    m_painter.fillRect(all, m_tokens.surface);
    for (qsizetype lane = 0; lane < m_layout.lanes().size(); ++lane) {
        const LaneLayout::Lane &placed = m_layout.lanes()[lane];
        const QRect box(all.left(), area.top() + placed.top - scrolled, all.width(), placed.height);
        if (box.bottom() < area.top() || box.top() > area.bottom())
            continue;
        if (lane == marks.currentLane && marks.hasFocus)
            m_painter.fillRect(box, m_tokens.raised);
        m_painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), m_tokens.border);
        paintGutter(box.adjusted(0, 0, -area.width(), -1), lane, marks);
        m_painter.setClipRect(area);
        const auto rowBox = [&](const LaneLayout::Row &row) {
            return QRect(area.left(), box.top() + row.top, area.width(), row.height);
        };
        const state::Lane &shown = m_scene.laneAt(lane);
        for (std::size_t row = 0; row < shown.rows.size(); ++row)
            paintRow(shown.rows[row],
                     rowBox(row == state::Lane::kTurns        ? placed.turns
                            : row == state::Lane::kIterations ? placed.iterations
                                                              : placed.calls[qsizetype(row) - 2]),
                     marks);
        if (placed.repeats.height > 0)
            paintRepeats(shown.repeats, rowBox(placed.repeats));
        if (placed.marks.height > 0)
            paintMarks(shown.marks, rowBox(placed.marks), marks);
        m_painter.setClipping(false);
    }
    m_painter.setClipRect(area);
    paintArrows(area, scrolled);
    paintRange(area, marks);
    paintFolds(area);
    m_painter.setClipping(false);
    m_painter.fillRect(QRect(area.left() - 1, area.top(), 1, area.height()), m_tokens.border);
}

void TimelinePainter::paintGutter(const QRect &box, qsizetype lane, const TimelineMarks &marks)
{
    const LaneLabel &label = m_scene.lanes[lane];
    const bool isAgent = label.agentIndex >= 0;
    if (isAgent)
        m_painter.fillRect(QRect(box.left(), box.top(), 3, box.height()),
                           agentColor(label.agentIndex, m_palette));
    const int size = std::min(box.height() - metric::small, m_layout.isLow() ? 16 : 22);
    const int left = box.left() + 3 + metric::medium;
    const int middle = m_layout.isLow() ? box.center().y() : box.top() + metric::medium + size / 2;
    if (isAgent)
        drawMonogram(m_painter, QRectF(left, middle - size / 2.0, size, size), label.monogram,
                     label.agentIndex, m_palette);
    const int from = isAgent ? left + size + metric::medium : left;
    if (box.right() - from < 24)
        return;
    m_painter.setFont(m_layout.isLow() ? m_small : m_font);
    m_painter.setPen(isAgent ? m_tokens.text : m_tokens.muted);
    if (lane == marks.currentLane && marks.hasFocus)
        m_painter.setPen(m_tokens.accent);
    const int height = m_painter.fontMetrics().height();
    const QRect place(from, middle - height / 2, box.right() - from - metric::small, height);
    m_painter.drawText(
        place, Qt::AlignVCenter | Qt::AlignLeft,
        m_painter.fontMetrics().elidedText(label.name, Qt::ElideRight, place.width()));
}

void TimelinePainter::paintRow(const state::SpanRow &row, const QRect &box,
                               const TimelineMarks &marks)
{
    for (const Piece &piece : pieces(kCellPx)) {
        m_patches.clear();
        m_looked += row.scan(piece.shown, piece.grid, m_scene.nowUs, m_patches);
        for (std::size_t i = 0; i < m_patches.size(); ++i) {
            state::Patch patch = m_patches[i];
            // Cells that look the same are one rectangle.
            while (patch.count != 1 && std::has_single_bit(patch.kinds) && i + 1 < m_patches.size()
                   && m_patches[i + 1].first == patch.last + 1 && m_patches[i + 1].count != 1
                   && m_patches[i + 1].kinds == patch.kinds
                   && m_patches[i + 1].worst == patch.worst)
                patch.last = m_patches[++i].last;
            paintPatch(row, patch, piece, box, marks);
        }
    }
}

void TimelinePainter::paintPatch(const state::SpanRow &row, const state::Patch &patch,
                                 const Piece &piece, const QRect &box, const TimelineMarks &marks)
{
    const qreal x = piece.left + qreal(patch.first) * kCellPx;
    if (patch.count == 1) {
        const state::Bar &bar = row[patch.index];
        qreal left = m_left + m_view.xOf(bar.startUs);
        qreal right = m_left + m_view.xOf(bar.until(m_scene.nowUs));
        if (patch.first == patch.last) {
            left = x;
            right = x + kCellPx;
        }
        // Far beyond the edges nothing is gained by being exact.
        left = std::max(left, m_left - 100);
        right = std::clamp(right, left + kCellPx,
                           std::max(left + kCellPx, m_left + m_view.width() + 100));
        paintBar(bar, QRectF(left, box.top(), right - left, box.height()), marks);
        return;
    }
    paintMany(patch,
              QRectF(x, box.top(), qreal(patch.last - patch.first + 1) * kCellPx, box.height()));
}

/// The kinds in a cell, one upon the other, each as high as its part of the time; a failure is a foot below them.
void TimelinePainter::paintMany(const state::Patch &patch, const QRectF &box)
{
    const bool failed = patch.worst == state::Worst::Failed;
    if (failed && box.height() < 2 * kFootPx) {
        m_painter.fillRect(box, m_tokens.failure);
        return;
    }
    m_painter.fillRect(box, colorOf(patch.kind));
    const auto all = std::accumulate(patch.us.begin(), patch.us.end(), std::int64_t(0));
    qreal below = 0;
    for (std::size_t kind = 0; all > 0 && kind < patch.us.size(); ++kind) {
        if (patch.us[kind] == 0 || std::has_single_bit(patch.kinds))
            continue;
        const qreal height = box.height() * qreal(patch.us[kind]) / qreal(all);
        m_painter.fillRect(QRectF(box.left(), box.bottom() - below - height, box.width(), height),
                           colorOf(static_cast<state::BarKind>(kind)));
        below += height;
    }
    if (failed)
        m_painter.fillRect(QRectF(box.left(), box.bottom() - kFootPx, box.width(), kFootPx),
                           m_tokens.failure);
}

void TimelinePainter::paintBar(const state::Bar &bar, const QRectF &box, const TimelineMarks &marks)
{
    using state::BarKind;
    const bool failed = bar.worst == state::Worst::Failed;
    const bool isWait = bar.kind >= BarKind::WaitRate && bar.kind <= BarKind::Paused;
    const QColor color =
        failed && box.width() < leastLabelPx ? m_tokens.failure : colorOf(bar.kind);
    // A pixel of the ground between bars that follow one another.
    const QRectF fill = box.width() > 4 ? box.adjusted(0, 0, -1, 0) : box;
    QRectF words = fill;
    QColor ground = isWait ? m_tokens.sunken : color;
    if (isWait && box.width() >= hatchFromPx) {
        m_painter.fillRect(fill, m_wait);
    } else if (bar.kind == BarKind::Turn || bar.kind == BarKind::Iteration) {
        QColor soft = failed ? m_tokens.failure : color;
        soft.setAlphaF(bar.kind == BarKind::Turn || failed ? 1.0F : 0.55F);
        m_painter.fillRect(fill, soft);
    } else if (bar.kind == BarKind::Request && bar.firstMs > 0 && box.width() >= hatchFromPx) {
        // Until the first piece came it only waited.
        const qreal first =
            std::clamp(m_left + m_view.xOf(bar.startUs + qint64(bar.firstMs) * 1000), fill.left(),
                       fill.right());
        const QColor pale = mixed(color, m_tokens.surface, kPale);
        const QRectF waited(fill.left(), fill.top(), first - fill.left(), fill.height());
        const QRectF streamed(first, fill.top(), fill.right() - first, fill.height());
        m_painter.fillRect(waited, pale);
        m_painter.fillRect(streamed, color);
        // The words stand upon one ground.
        const QRectF seen(m_left, fill.top(), m_view.width(), fill.height());
        const bool isPale = waited.intersected(seen).width() > streamed.intersected(seen).width();
        words = isPale ? waited : streamed;
        ground = isPale ? pale : color;
    } else {
        m_painter.fillRect(fill, color);
    }
    if (failed && box.width() >= leastLabelPx)
        m_painter.fillRect(QRectF(fill.left(), fill.bottom() - kFootPx, fill.width(), kFootPx),
                           m_tokens.failure);
    if (bar.isOpen() && box.width() >= hatchFromPx)
        m_painter.fillRect(QRectF(fill.right() - 1, fill.top(), 2, fill.height()), m_tokens.text);
    if (box.height() > metric::medium && box.width() >= leastLabelPx)
        paintLabel(bar, words, ground);
    const bool isSelected = marks.selectedCall != 0 && bar.call == marks.selectedCall;
    const bool isChosen = marks.selected.lane >= 0 && bar.seq == barOf(m_scene, marks.selected).seq
                          && bar.kind == barOf(m_scene, marks.selected).kind;
    if (!isSelected && !isChosen)
        return;
    m_painter.setPen(QPen(isChosen ? m_tokens.text : m_tokens.accent, 2));
    m_painter.setBrush(Qt::NoBrush);
    m_painter.drawRect(fill.adjusted(0, 0, 0, 0));
}

/// One of the theme's, if it can be read there.
QColor TimelinePainter::inkOn(const QColor &ground) const
{
    const QColor ink = contrast(m_tokens.text, ground) >= contrast(m_tokens.onAgent, ground)
                           ? m_tokens.text
                           : m_tokens.onAgent;
    if (contrast(ink, ground) >= 4.5)
        return ink;
    return contrast(Qt::black, ground) > contrast(Qt::white, ground) ? Qt::black : Qt::white;
}

void TimelinePainter::paintLabel(const state::Bar &bar, const QRectF &box, const QColor &on)
{
    m_painter.setFont(m_small);
    // What sticks out to the left does not take its label with it.
    const QRectF room = box.intersected(QRectF(m_left, box.top(), m_view.width(), box.height()))
                            .adjusted(metric::small, 0, -metric::small, 0);
    if (room.width() < leastLabelPx)
        return;
    const QColor ink = inkOn(on);
    QString text = barLabel(m_scene, bar, true);
    const QString length =
        QStringLiteral("  ") + format::duration(bar.until(m_scene.nowUs) - bar.startUs);
    const QFontMetricsF metrics(m_small);
    // The colour says what a request or a wait is; a part of the word would say no more.
    const bool isName = bar.kind == state::BarKind::Tool && room.width() >= leastToolPx;
    if (!isName && metrics.horizontalAdvance(text) > room.width())
        return;
    if (metrics.horizontalAdvance(text + length) <= room.width())
        text += length;
    const bool isWait = bar.kind >= state::BarKind::WaitRate;
    if (isWait) {
        // A hatched ground is none to read on.
        const qreal width = std::min(room.width(), metrics.horizontalAdvance(text) + 4);
        m_painter.fillRect(QRectF(room.left() - 2, room.top() + 2, width, room.height() - 4),
                           m_tokens.sunken);
    }
    m_painter.setPen(ink);
    m_painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                       metrics.elidedText(text, Qt::ElideRight, room.width()));
}

} // namespace orrery::ui
