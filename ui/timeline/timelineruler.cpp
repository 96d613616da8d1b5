// SPDX-License-Identifier: GPL-3.0-or-later
// Above the lanes: the whole run, the ruler, and the cursor.
#include "ui/theme/theme.h"
#include "ui/timeline/timelinepainter.h"
#include "ui/timeline/timelinepieces.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr double leastTickPx = 84;

QString relative(qint64 us, qint64 stepUs)
{
    return QString::fromStdString(state::rulerText(us, stepUs));
}

} // namespace

void TimelinePainter::paintRuler(const QRect &area, const TimelineMarks &)
{
    m_left = area.left();
    m_painter.fillRect(area, m_tokens.raised);
    m_painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), m_tokens.border);
    m_painter.setClipRect(area);
    m_painter.setFont(m_small);
    const qint64 start = m_view.axis().whole().fromUs;
    const qint64 step = state::niceStep(m_view.usPerPx(), leastTickPx);
    qreal freeFrom = area.left() - 1;
    for (const Piece &piece : pieces(kCellPx)) {
        const qint64 first = (piece.shown.fromUs - start) / step * step;
        for (qint64 at = std::max<qint64>(0, first); at <= piece.shown.toUs - start; at += step) {
            const qreal x = area.left() + m_view.xOf(start + at);
            if (start + at < piece.shown.fromUs)
                continue;
            m_painter.fillRect(QRectF(x, area.bottom() - 5, 1, 5), m_tokens.muted);
            if (x < freeFrom)
                continue;
            const QString text = relative(at, step);
            m_painter.setPen(m_tokens.muted);
            m_painter.drawText(QRectF(x + 4, area.top(), 140, area.height() - 2),
                               Qt::AlignVCenter | Qt::AlignLeft, text);
            freeFrom = x + 12 + m_painter.fontMetrics().horizontalAdvance(text);
        }
    }
    for (const state::Gap &gap : m_view.axis().folds()) {
        const qreal left = area.left() + m_view.xOf(gap.fromUs);
        m_painter.fillRect(QRectF(left, area.top(), TimelineView::kFoldPx, area.height() - 1),
                           m_tokens.window);
        m_painter.setPen(m_tokens.muted);
        m_painter.drawText(QRectF(left, area.top(), TimelineView::kFoldPx, area.height() - 2),
                           Qt::AlignCenter, QStringLiteral("⋯"));
    }
    m_painter.setClipping(false);
}

void TimelinePainter::paintOverview(const QRect &area)
{
    m_painter.fillRect(area, m_tokens.surface);
    TimelineView whole;
    whole.setWidth(area.width());
    whole.setTimeline(m_scene.timeline, m_scene.nowUs);
    TimelinePainter small(m_painter, m_scene, m_layout, whole, m_palette, m_font);
    small.m_left = area.left();
    // How much of each kind is going on in a cell, one upon the other.
    struct Cell {
        int calls = 0, waits = 0, tools = 0;
        bool failed = false;
    };
    std::vector<Cell> cells(std::size_t(area.width() / kCellPx) + 2);
    int most = 1;
    for (const Piece &piece : small.pieces(kCellPx)) {
        const auto at = qint64((piece.left - area.left()) / kCellPx);
        for (const auto &lane : m_scene.timeline.lanes) {
            for (std::size_t row = state::Lane::kCalls; row < lane->rows.size(); ++row) {
                m_patches.clear();
                m_looked += lane->rows[row].scan(piece.shown, piece.grid, m_scene.nowUs, m_patches);
                for (const state::Patch &patch : m_patches)
                    for (qint64 cell = std::max<qint64>(0, at + patch.first);
                         cell <= at + patch.last && cell < qint64(cells.size()); ++cell) {
                        Cell &in = cells[std::size_t(cell)];
                        in.calls += patch.kind == state::BarKind::Request;
                        in.tools += patch.kind == state::BarKind::Tool;
                        in.waits += patch.kind > state::BarKind::Tool;
                        in.failed = in.failed || patch.worst == state::Worst::Failed;
                        most = std::max(most, in.calls + in.tools + in.waits);
                    }
            }
        }
    }
    const qreal unit = qreal(area.height() - 5) / most;
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        qreal y = area.bottom();
        const qreal x = area.left() + qreal(cell) * kCellPx;
        for (const auto &[count, color] : {std::pair(cells[cell].calls, m_tokens.llm),
                                           std::pair(cells[cell].tools, m_tokens.tool),
                                           std::pair(cells[cell].waits, m_tokens.wait)}) {
            if (count == 0)
                continue;
            const qreal height = std::max(1.0, count * unit);
            m_painter.fillRect(QRectF(x, y - height, kCellPx, height), color);
            y -= height;
        }
        if (cells[cell].failed)
            m_painter.fillRect(QRectF(x, area.top(), kCellPx, 3), m_tokens.failure);
    }
    m_painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), m_tokens.border);
}

void TimelinePainter::paintCursor(const QRect &area, const QRect &ruler, const TimelineMarks &marks)
{
    const qint64 at = marks.cursorUs.value_or(m_view.axis().whole().toUs);
    const qreal x = area.left() + m_view.xOf(at);
    const QColor color = marks.cursorUs ? m_tokens.warn : m_tokens.accent;
    if (marks.cursorUs && x < area.right()) {
        // What has not happened yet.
        QColor veil = m_tokens.window;
        veil.setAlphaF(0.55F);
        const qreal from = std::max<qreal>(x, area.left());
        m_painter.fillRect(QRectF(from, area.top(), area.right() + 1 - from, area.height()), veil);
    }
    if (x < area.left() - 8 || x > area.right() + 8)
        return;
    m_painter.fillRect(QRectF(x - 1, ruler.top(), 2, area.bottom() - ruler.top() + 1), color);
    m_painter.setFont(m_small);
    const QString text =
        marks.cursorUs
            ? relative(at - m_view.axis().whole().fromUs,
                       state::niceStep(m_view.usPerPx(), leastTickPx) / 10)
            : QCoreApplication::translate("Timeline", m_scene.timeline.hasEnded ? "end" : "now");
    const qreal width = m_painter.fontMetrics().horizontalAdvance(text) + 2 * metric::medium;
    QRectF pill(x - width / 2, ruler.top() + 2, width, ruler.height() - 5);
    pill.moveLeft(std::clamp(pill.left(), qreal(ruler.left()), ruler.right() - width + 1));
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setPen(Qt::NoPen);
    m_painter.setBrush(color);
    m_painter.drawRoundedRect(pill, metric::radius, metric::radius);
    m_painter.restore();
    m_painter.setPen(contrast(m_tokens.onAccent, color) >= 4.5 ? m_tokens.onAccent
                                                               : m_tokens.onAgent);
    m_painter.drawText(pill, Qt::AlignCenter, text);
}

} // namespace orrery::ui
