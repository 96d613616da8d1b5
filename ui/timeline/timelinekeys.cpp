// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinewidget.h"

#include <QKeyEvent>

namespace orrery::ui {
namespace {

constexpr double keyZoom = 1.5;
constexpr double keyPan = 0.15; ///< of the width
constexpr double stepPx = 8;    ///< of the cursor
constexpr std::size_t mostPeers =
    200'000; ///< bars that are looked at for the next of the same kind

} // namespace

QStringList TimelineWidget::keys()
{
    return {tr("W, S\tzoom in, out"),
            tr("A, D\tearlier, later"),
            tr("0\tthe whole run"),
            tr("F, F again\tcentre what is selected, then fit it"),
            tr(". ,\tnext, previous in the same row"),
            tr("] [\tnext, previous of the same kind and name"),
            tr("Alt+Up, Alt+Down\twhat it belongs to, what belongs to it"),
            tr("Up, Down\tthe lane above, below"),
            tr("Left, Right\tmove the time cursor; with Shift, choose a range"),
            tr("Home, End\tthe time cursor at the start, at the present"),
            tr("R\tchoose the range of what is selected"),
            tr("Enter\tthe time cursor at what is selected"),
            tr("Esc\tnothing selected")};
}

void TimelineWidget::keyPressEvent(QKeyEvent *event)
{
    if (m_scene.timeline.empty() || (!zoomKey(*event) && !walkKey(*event)))
        QAbstractScrollArea::keyPressEvent(event);
}

bool TimelineWidget::zoomKey(const QKeyEvent &event)
{
    if (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier))
        return false;
    // Around the line when it is in view, as the eye is there.
    const double line = cursorX() - lanesRect().left();
    const double anchor =
        m_marks.cursorUs && line >= 0 && line <= m_view.width() ? line : m_view.width() / 2;
    switch (event.key()) {
    case Qt::Key_W:
    case Qt::Key_Plus: m_view.zoom(1 / keyZoom, anchor); break;
    case Qt::Key_S:
    case Qt::Key_Minus: m_view.zoom(keyZoom, anchor); break;
    case Qt::Key_A: m_view.pan(-keyPan * m_view.width()); break;
    case Qt::Key_D: m_view.pan(keyPan * m_view.width()); break;
    case Qt::Key_0: m_view.fit(); break;
    case Qt::Key_F: centreThenFit(); return true;
    default: return false;
    }
    viewChanged();
    return true;
}

bool TimelineWidget::walkKey(const QKeyEvent &event)
{
    const bool isAlt = event.modifiers() & Qt::AltModifier;
    const bool isShift = event.modifiers() & Qt::ShiftModifier;
    const auto item = selected();
    switch (event.key()) {
    case Qt::Key_Period: walk(1); return true;
    case Qt::Key_Comma: walk(-1); return true;
    case Qt::Key_BracketRight: walkPeers(1); return true;
    case Qt::Key_BracketLeft: walkPeers(-1); return true;
    case Qt::Key_Up: isAlt ? walkTree(-1) : walkLanes(-1); return true;
    case Qt::Key_Down: isAlt ? walkTree(1) : walkLanes(1); return true;
    case Qt::Key_Left: stepCursor(-stepPx, isShift); return !isAlt;
    case Qt::Key_Right: stepCursor(stepPx, isShift); return !isAlt;
    case Qt::Key_Home: moveCursor(m_view.axis().whole().fromUs); break;
    case Qt::Key_End: moveCursor(m_view.axis().whole().toUs); break;
    case Qt::Key_R:
        if (item)
            setRange(state::TimeRange{barOf(m_scene, *item).startUs,
                                      barOf(m_scene, *item).until(m_scene.nowUs) + 1});
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (item)
            moveCursor(barOf(m_scene, *item).startUs);
        return true;
    case Qt::Key_Escape:
        if (!item && !m_marks.range && m_marks.selectedCall == 0)
            return false;
        clearSelection();
        setRange({});
        return true;
    default: return false;
    }
    m_view.centre(m_marks.cursorUs.value_or(m_view.axis().whole().toUs));
    viewport()->update();
    return true;
}

void TimelineWidget::stepCursor(double px, bool extends)
{
    const qint64 from = m_marks.cursorUs.value_or(m_view.axis().whole().toUs);
    const qint64 to = m_view.timeAt(m_view.xOf(from) + px);
    if (extends) {
        // The end that the line is at moves, the other one stays.
        const state::TimeRange old = m_marks.range.value_or(state::TimeRange{from, from});
        const qint64 other = from == old.fromUs ? old.toUs : old.fromUs;
        setRange(state::TimeRange{std::min(other, to), std::max(other, to)});
    }
    moveCursor(to);
    const double x = m_view.xOf(to);
    if (x < 0 || x > m_view.width())
        m_view.centre(to);
    viewport()->update();
}

void TimelineWidget::centreThenFit()
{
    const auto item = selected();
    if (!item && !m_marks.range) {
        m_view.fit();
        viewChanged();
        return;
    }
    const state::TimeRange range =
        item ? state::TimeRange{barOf(m_scene, *item).startUs,
                                barOf(m_scene, *item).until(m_scene.nowUs) + 1}
             : *m_marks.range;
    if (m_wasCentred || m_view.isWhole())
        m_view.show(range);
    else
        m_view.centre(range.fromUs + (range.toUs - range.fromUs) / 2);
    m_wasCentred = !m_wasCentred;
    viewport()->update();
}

/// The first time, whatever is nearest to the cursor in the current lane.
void TimelineWidget::walk(int step)
{
    auto item = selected();
    if (!item) {
        walkLanes(0);
        return;
    }
    const std::size_t size = rowOf(m_scene, *item).size();
    if ((step < 0 && item->index == 0) || (step > 0 && item->index + 1 >= size))
        return;
    item->index += std::size_t(step);
    select(*item);
    reveal(*item);
}

void TimelineWidget::walkPeers(int step)
{
    auto item = selected();
    if (!item)
        return;
    const state::SpanRow &row = rowOf(m_scene, *item);
    const state::Bar &bar = row[item->index];
    for (std::size_t i = 1; i <= mostPeers; ++i) {
        if (step < 0 ? item->index < i : item->index + i >= row.size())
            return;
        const std::size_t at = step < 0 ? item->index - i : item->index + i;
        if (row[at].kind != bar.kind || row[at].name != bar.name)
            continue;
        item->index = at;
        select(*item);
        reveal(*item);
        return;
    }
}

void TimelineWidget::walkTree(int step)
{
    auto item = selected();
    if (!item)
        return walkLanes(0);
    const state::Bar bar = barOf(m_scene, *item);
    const auto &rows = m_scene.laneAt(item->lane).rows;
    // Marks and runs belong to the iteration they are in.
    const std::size_t row =
        item->where == TimelineItem::Where::Row ? item->row : state::Lane::kCalls;
    if ((step < 0 && row == 0) || row + std::size_t(step) >= rows.size())
        return;
    item->where = TimelineItem::Where::Row;
    item->row = row + std::size_t(step);
    const state::SpanRow &there = rows[item->row];
    item->index = step < 0 ? there.atOrBefore(bar.seq) : there.firstFrom(bar.startUs);
    if (item->index >= there.size()
        || (step > 0 && there[item->index].startUs > bar.until(m_scene.nowUs)))
        return;
    select(*item);
    reveal(*item);
}

void TimelineWidget::walkLanes(int step)
{
    const auto was = selected();
    const qint64 at =
        was ? barOf(m_scene, *was).startUs : m_marks.cursorUs.value_or(m_view.visible().fromUs);
    const qsizetype lanes = m_scene.lanes.size();
    const std::size_t wanted =
        was && was->where == TimelineItem::Where::Row ? was->row : state::Lane::kCalls;
    qsizetype lane = std::max<qsizetype>(m_marks.currentLane, 0) + step;
    // Over lanes in which there is nothing to be selected.
    for (; lane >= 0 && lane < lanes; lane += step == 0 ? 1 : step) {
        const auto &rows = m_scene.laneAt(lane).rows;
        if (rows.empty())
            continue;
        TimelineItem item;
        item.lane = lane;
        item.row = std::min(wanted, rows.size() - 1);
        const state::SpanRow &row = rows[item.row];
        if (row.empty())
            continue;
        const std::size_t after = row.firstFrom(at);
        item.index = after < row.size() ? after : row.size() - 1;
        select(item);
        reveal(item);
        return;
    }
}

} // namespace orrery::ui
