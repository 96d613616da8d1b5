// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/timelinepainter.h"

#include <QAbstractScrollArea>
#include <QPixmap>

namespace orrery::ui {

/// A team's run as lanes of bars over time, with the whole of it above them. What is shown does not change until another
/// scene comes, which costs as much as the lanes that are new in it.
///
/// Mouse: the ruler and the line move the cursor; dragging over lanes chooses a range, with Shift or the middle button it
/// moves the view; the wheel with Ctrl zooms, with Shift moves; a double click puts the cursor at a bar. Keys: keys().
class TimelineWidget : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit TimelineWidget(QWidget *parent = nullptr);

    void setScene(TimelineScene scene);
    const TimelineScene &scene() const { return m_scene; }
    /// The time of what the window shows; nothing is the present.
    void setCursorTime(std::optional<qint64> us);
    /// The call that is selected elsewhere; it is marked, and brought into view unless one of its bars is selected.
    void setSelectedCall(state::NameId call, quint64 seq);
    void clearSelection();

    const TimelineView &view() const { return m_view; }
    std::optional<state::TimeRange> range() const { return m_marks.range; }
    std::optional<TimelineItem> selected() const;
    std::optional<TimelineItem> itemAt(const QPoint &at) const;
    /// Where a bar is drawn, in the viewport; for tests and tooltips.
    QRect rectOf(const TimelineItem &item) const;
    QRect rulerRect() const;
    QRect lanesRect() const;
    int cursorX() const;
    /// What the keys do, a line for each.
    static QStringList keys();
    QSize sizeHint() const override { return {900, 260}; }
    QSize minimumSizeHint() const override { return {240, 140}; }

signals:
    /// The person moved the line; a time at or behind the end asks for the present.
    void cursorMoved(qint64 us);
    /// 0, 0: nothing is.
    void selectionChanged(quint64 seq, orrery::state::NameId call);
    void rangeChanged();

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void changeEvent(QEvent *event) override;
    bool viewportEvent(QEvent *event) override;

private:
    enum class Drag { None, Cursor, Range, View, Overview };
    int gutter() const;
    QRect overviewRect() const;
    void placeLanes();
    void viewChanged();
    void paintWholeRun(QPainter &painter);
    qint64 timeAt(int x) const;
    void moveCursor(qint64 us);
    void stepCursor(double px, bool extends);
    void select(const TimelineItem &item, bool tells = true);
    void setRange(std::optional<state::TimeRange> range);
    void reveal(const TimelineItem &item);
    bool zoomKey(const QKeyEvent &event);
    bool walkKey(const QKeyEvent &event);
    void walk(int step);
    void walkPeers(int step);
    void walkTree(int step);
    void walkLanes(int step);
    void centreThenFit();
    void describe();
    void overviewTo(int x);

    TimelineScene m_scene;
    LaneLayout m_layout;
    TimelineView m_view;
    TimelineMarks m_marks;
    QPixmap m_overview; ///< null: to be drawn anew
    Drag m_drag = Drag::None;
    QPoint m_pressed;
    qint64 m_pressedUs = 0;
    bool m_wasCentred = false; ///< the next F fits
    bool m_moved = false;      ///< since the press, further than a click
};

} // namespace orrery::ui
