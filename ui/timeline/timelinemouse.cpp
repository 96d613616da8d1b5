// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinewidget.h"

#include "ui/format/format.h"
#include "ui/widgets/plaintip.h"

#include <QApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QWheelEvent>

#include <cmath>

namespace orrery::ui {
namespace {

constexpr int cursorReachPx = 4;
constexpr double wheelStep = 1.2; ///< what a notch of the wheel zooms
constexpr int notch = 120;
constexpr double wheelPanPx = 80;

} // namespace

void TimelineWidget::moveCursor(qint64 us)
{
    const state::TimeRange whole = m_view.axis().whole();
    us = std::clamp<qint64>(us, whole.fromUs, whole.toUs);
    setCursorTime(us >= whole.toUs ? std::optional<qint64>() : us);
    emit cursorMoved(us);
}

void TimelineWidget::overviewTo(int x)
{
    TimelineView whole;
    whole.setWidth(overviewRect().width());
    whole.setTimeline(m_scene.timeline, m_scene.nowUs);
    m_view.centre(whole.timeAt(x - overviewRect().left()));
    viewChanged();
}

void TimelineWidget::mousePressEvent(QMouseEvent *event)
{
    m_pressed = event->position().toPoint();
    m_pressedUs = timeAt(m_pressed.x());
    m_moved = false;
    const bool isLeft = event->button() == Qt::LeftButton;
    if (m_scene.timeline.empty() || (!isLeft && event->button() != Qt::MiddleButton))
        return;
    if (overviewRect().contains(m_pressed)) {
        m_drag = Drag::Overview;
        overviewTo(m_pressed.x());
    } else if (!isLeft || event->modifiers() & Qt::ShiftModifier) {
        m_drag = Drag::View;
    } else if (rulerRect().contains(m_pressed)) {
        m_drag = Drag::Cursor;
        moveCursor(m_pressedUs);
    } else if (lanesRect().contains(m_pressed)) {
        const bool onLine = std::abs(m_pressed.x() - cursorX()) <= cursorReachPx
                            && (m_marks.cursorUs || !itemAt(m_pressed));
        m_drag = onLine ? Drag::Cursor : Drag::Range;
    }
}

void TimelineWidget::mouseMoveEvent(QMouseEvent *event)
{
    const QPoint at = event->position().toPoint();
    const bool nearLine = std::abs(at.x() - cursorX()) <= cursorReachPx && at.x() >= gutter();
    viewport()->setCursor(m_drag == Drag::View                   ? Qt::ClosedHandCursor
                          : rulerRect().contains(at) || nearLine ? Qt::SizeHorCursor
                                                                 : Qt::ArrowCursor);
    if (m_drag == Drag::None)
        return;
    m_moved = m_moved || (at - m_pressed).manhattanLength() >= QApplication::startDragDistance();
    switch (m_drag) {
    case Drag::Cursor: moveCursor(timeAt(at.x())); break;
    case Drag::Overview: overviewTo(at.x()); break;
    case Drag::View:
        m_view.pan(m_pressed.x() - at.x());
        verticalScrollBar()->setValue(verticalScrollBar()->value() + m_pressed.y() - at.y());
        m_pressed = at;
        viewChanged();
        break;
    case Drag::Range:
        if (m_moved) {
            const qint64 to = timeAt(at.x());
            setRange(state::TimeRange{std::min(m_pressedUs, to), std::max(m_pressedUs, to)});
        }
        break;
    case Drag::None: break;
    }
}

void TimelineWidget::mouseReleaseEvent(QMouseEvent *event)
{
    const Drag was = std::exchange(m_drag, Drag::None);
    if (was != Drag::Range || m_moved)
        return;
    if (const auto item = itemAt(event->position().toPoint())) {
        select(*item);
        return;
    }
    m_marks.currentLane = m_layout.laneAt(event->position().toPoint().y() - lanesRect().top()
                                          + verticalScrollBar()->value());
    clearSelection();
    setRange({});
}

void TimelineWidget::mouseDoubleClickEvent(QMouseEvent *event)
{
    const QPoint at = event->position().toPoint();
    if (event->button() != Qt::LeftButton || !lanesRect().contains(at))
        return;
    const auto item = itemAt(at);
    moveCursor(item ? barOf(m_scene, *item).startUs : timeAt(at.x()));
}

void TimelineWidget::wheelEvent(QWheelEvent *event)
{
    const QPoint turned = event->angleDelta();
    // Alt turns the wheel sideways on some systems.
    const int most = std::abs(turned.y()) >= std::abs(turned.x()) ? turned.y() : turned.x();
    if (event->modifiers() & Qt::ControlModifier) {
        m_view.zoom(std::pow(wheelStep, -double(most) / notch),
                    event->position().x() - lanesRect().left());
    } else if (event->modifiers() & Qt::ShiftModifier
               || std::abs(turned.x()) > std::abs(turned.y())) {
        m_view.pan(-wheelPanPx * most / notch);
    } else {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    viewChanged();
    event->accept();
}

bool TimelineWidget::viewportEvent(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    if (const auto item = itemAt(help->pos()))
        showTip(help->globalPos(), barText(m_scene, *item), this);
    else if (rulerRect().contains(help->pos()))
        showTip(help->globalPos(), format::clockTime(timeAt(help->pos().x())), this);
    else if (const qsizetype lane = m_layout.laneAt(help->pos().y() - lanesRect().top()
                                                    + verticalScrollBar()->value());
             lane >= 0 && help->pos().x() < gutter() && help->pos().y() >= lanesRect().top())
        showTip(help->globalPos(), m_scene.lanes[lane].name, this);
    else
        hideTip();
    return true;
}

} // namespace orrery::ui
