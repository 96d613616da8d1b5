// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline's scene, its place on screen, and how it is drawn. Keys: timelinekeys.cpp; mouse: timelinemouse.cpp.
#include "ui/timeline/timelinewidget.h"

#include "ui/format/format.h"
#include "ui/theme/theme.h"

#include <QAccessible>
#include <QPainter>
#include <QPaintEvent>
#include <QScrollBar>

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr int overviewHeight = 30;
constexpr int wideGutter = 148;
constexpr int narrowGutter = 46;
constexpr int narrowBelow = 520;      ///< of the widget's width
constexpr std::size_t mostAsked = 16; ///< bars after an event that are looked at for its call
constexpr int reachPx = 3;            ///< so far beside a bar it is still meant

} // namespace

TimelineWidget::TimelineWidget(QWidget *parent) : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Timeline"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    describe();
}

int TimelineWidget::gutter() const { return width() < narrowBelow ? narrowGutter : wideGutter; }

QRect TimelineWidget::overviewRect() const
{
    return {gutter(), 0, std::max(1, viewport()->width() - gutter()), overviewHeight};
}

QRect TimelineWidget::rulerRect() const
{
    return {gutter(), overviewHeight, std::max(1, viewport()->width() - gutter()),
            fontMetrics().height() + metric::medium};
}

QRect TimelineWidget::lanesRect() const
{
    const int top = rulerRect().bottom() + 1;
    return {gutter(), top, std::max(1, viewport()->width() - gutter()),
            std::max(1, viewport()->height() - top)};
}

qint64 TimelineWidget::timeAt(int x) const { return m_view.timeAt(x - gutter()); }

void TimelineWidget::setScene(TimelineScene scene)
{
    const bool wasEmpty = m_scene.timeline.empty();
    // Lanes without anything may have got something since.
    const auto laneOf = [this](qsizetype row) {
        return row < 0 ? std::size_t(-1) : m_scene.lanes[row].lane;
    };
    const std::size_t selected = laneOf(m_marks.selected.lane);
    const std::size_t current = laneOf(m_marks.currentLane);
    const bool isAnother = scene.timeline.startUs != m_scene.timeline.startUs
                           || scene.timeline.lastSeq < m_scene.timeline.lastSeq;
    m_scene = std::move(scene);
    const auto rowOfLane = [this](std::size_t lane) -> qsizetype {
        for (qsizetype row = 0; row < m_scene.lanes.size(); ++row)
            if (m_scene.lanes[row].lane == lane)
                return row;
        return -1;
    };
    m_marks.selected.lane = isAnother ? -1 : rowOfLane(selected);
    m_marks.currentLane = isAnother ? -1 : rowOfLane(current);
    if (isAnother) {
        if (!wasEmpty)
            m_view = TimelineView();
        setRange({});
    }
    m_view.setWidth(lanesRect().width());
    m_view.setTimeline(m_scene.timeline, m_scene.nowUs);
    m_overview = {};
    placeLanes();
    describe();
    if (m_marks.range)
        emit rangeChanged();
}

void TimelineWidget::placeLanes()
{
    m_layout = LaneLayout(m_scene, QFontMetrics(smallFont(font())).height(), lanesRect().height());
    verticalScrollBar()->setPageStep(lanesRect().height());
    verticalScrollBar()->setSingleStep(24);
    verticalScrollBar()->setRange(0, std::max(0, m_layout.height() - lanesRect().height()));
    viewport()->update();
}

void TimelineWidget::viewChanged()
{
    m_wasCentred = false;
    viewport()->update();
}

void TimelineWidget::resizeEvent(QResizeEvent *)
{
    m_view.setWidth(lanesRect().width());
    m_overview = {};
    placeLanes();
}

void TimelineWidget::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        m_overview = {};
        placeLanes();
    }
}

void TimelineWidget::focusInEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusInEvent(event);
    m_marks.hasFocus = true;
    if (m_marks.currentLane < 0 && !m_scene.lanes.isEmpty())
        m_marks.currentLane = 0;
    viewport()->update();
}

void TimelineWidget::focusOutEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusOutEvent(event);
    m_marks.hasFocus = false;
    viewport()->update();
}

void TimelineWidget::setCursorTime(std::optional<qint64> us)
{
    if (us == m_marks.cursorUs)
        return;
    m_marks.cursorUs = us;
    viewport()->update();
}

int TimelineWidget::cursorX() const
{
    return gutter()
           + int(std::clamp(m_view.xOf(m_marks.cursorUs.value_or(m_view.axis().whole().toUs)), -1e6,
                            1e6));
}

void TimelineWidget::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    const Tokens &t = tokens(palette());
    painter.fillRect(viewport()->rect(), t.surface);
    if (m_scene.timeline.empty())
        return;
    paintWholeRun(painter);
    TimelinePainter lanes(painter, m_scene, m_layout, m_view, palette(), font());
    lanes.paintLanes(lanesRect(), gutter(), verticalScrollBar()->value(), m_marks);
    painter.fillRect(QRect(0, rulerRect().top(), gutter(), rulerRect().height()), t.raised);
    painter.fillRect(QRect(0, rulerRect().bottom(), gutter(), 1), t.border);
    lanes.paintRuler(rulerRect(), m_marks);
    lanes.paintCursor(lanesRect(), rulerRect(), m_marks);
}

/// Drawn once for each scene, as it looks at all lanes; the part in view is laid upon it.
void TimelineWidget::paintWholeRun(QPainter &painter)
{
    const QRect area = overviewRect();
    const Tokens &t = tokens(palette());
    if (m_overview.isNull()) {
        const qreal ratio = devicePixelRatioF();
        m_overview = QPixmap(area.size() * ratio);
        m_overview.setDevicePixelRatio(ratio);
        QPainter small(&m_overview);
        TimelinePainter(small, m_scene, m_layout, m_view, palette(), font())
            .paintOverview(QRect(QPoint(0, 0), area.size()));
    }
    painter.drawPixmap(area.topLeft(), m_overview);
    painter.setFont(smallFont(font()));
    painter.setPen(t.muted);
    const QString length = format::duration(m_scene.timeline.endUs - m_scene.timeline.startUs);
    painter.drawText(QRect(metric::medium, 0, gutter() - 2 * metric::medium, area.height()),
                     Qt::AlignVCenter | Qt::AlignRight,
                     gutter() == wideGutter ? tr("Whole run, %1").arg(length) : length);
    TimelineView whole;
    whole.setWidth(area.width());
    whole.setTimeline(m_scene.timeline, m_scene.nowUs);
    const state::TimeRange visible = m_view.visible();
    const qreal left = std::clamp(whole.xOf(visible.fromUs), 0.0, double(area.width()));
    const qreal right = std::clamp(whole.xOf(visible.toUs), left, double(area.width()));
    if (!m_view.isWhole()) {
        QColor veil = t.window;
        veil.setAlphaF(0.7F);
        painter.fillRect(QRectF(area.left(), 0, left, area.height()), veil);
        painter.fillRect(QRectF(area.left() + right, 0, area.width() - right, area.height()), veil);
        painter.setPen(t.accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(
            QRectF(area.left() + left, 0, std::max(3.0, right - left - 1), area.height() - 1));
    }
    if (m_marks.cursorUs)
        painter.fillRect(
            QRectF(area.left() + whole.xOf(*m_marks.cursorUs) - 1, 0, 2, area.height()), t.warn);
}

QRect TimelineWidget::rectOf(const TimelineItem &item) const
{
    const LaneLayout::Lane &lane = m_layout.lanes()[item.lane];
    const LaneLayout::Row row = item.where == TimelineItem::Where::Marks     ? lane.marks
                                : item.where == TimelineItem::Where::Repeats ? lane.repeats
                                : item.row == state::Lane::kTurns            ? lane.turns
                                : item.row == state::Lane::kIterations
                                    ? lane.iterations
                                    : lane.calls[qsizetype(item.row) - 2];
    const state::Bar &bar = barOf(m_scene, item);
    const double left = std::clamp(m_view.xOf(bar.startUs), -1e5, 1e5);
    const double right = std::clamp(m_view.xOf(bar.until(m_scene.nowUs)), left, 1e5);
    return {lanesRect().left() + int(left),
            lanesRect().top() + lane.top + row.top - verticalScrollBar()->value(),
            std::max(TimelinePainter::kCellPx, int(right - left)), row.height};
}

std::optional<TimelineItem> TimelineWidget::itemAt(const QPoint &at) const
{
    const QRect area = lanesRect();
    if (!area.contains(at))
        return {};
    const int y = at.y() - area.top() + verticalScrollBar()->value();
    TimelineItem item;
    item.lane = m_layout.laneAt(y);
    if (item.lane < 0)
        return {};
    const LaneLayout::Lane &lane = m_layout.lanes()[item.lane];
    const auto isIn = [&](const LaneLayout::Row &row) {
        return row.height > 0 && y >= lane.top + row.top - 1
               && y <= lane.top + row.top + row.height;
    };
    bool found = true;
    int reach = reachPx;
    if (isIn(lane.marks)) {
        item.where = TimelineItem::Where::Marks;
        reach = TimelinePainter::kMarkPx / 2 + 1;
    } else if (isIn(lane.repeats)) {
        item.where = TimelineItem::Where::Repeats;
    } else if (isIn(lane.turns)) {
        item.row = state::Lane::kTurns;
    } else if (isIn(lane.iterations)) {
        item.row = state::Lane::kIterations;
    } else {
        const auto call = std::find_if(lane.calls.begin(), lane.calls.end(), isIn);
        found = call != lane.calls.end();
        item.row = state::Lane::kCalls + std::size_t(call - lane.calls.begin());
    }
    if (!found
        || (item.where == TimelineItem::Where::Row
            && item.row >= m_scene.laneAt(item.lane).rows.size()))
        return {};
    const state::SpanRow &row = rowOf(m_scene, item);
    // The bar that is under the place, else the one that starts just behind it, else the one that ended just before.
    const auto at1 = [&](int x) { return row.firstFrom(timeAt(x) + 1); };
    const std::size_t here = at1(at.x());
    if (here > 0 && row[here - 1].until(m_scene.nowUs) >= timeAt(at.x())) {
        item.index = here - 1;
        return item;
    }
    if (here < at1(at.x() + reach)) {
        item.index = here;
        return item;
    }
    if (here == 0 || row[here - 1].until(m_scene.nowUs) < timeAt(at.x() - reach))
        return {};
    item.index = here - 1;
    return item;
}

std::optional<TimelineItem> TimelineWidget::selected() const
{
    return m_marks.selected.lane < 0 ? std::optional<TimelineItem>() : m_marks.selected;
}

void TimelineWidget::setRange(std::optional<state::TimeRange> range)
{
    if (!range && !m_marks.range)
        return;
    m_marks.range = range;
    viewport()->update();
    describe();
    emit rangeChanged();
}

void TimelineWidget::select(const TimelineItem &item, bool tells)
{
    m_marks.selected = item;
    m_marks.currentLane = item.lane;
    const state::Bar &bar = barOf(m_scene, item);
    m_marks.selectedCall = bar.call;
    viewport()->update();
    describe();
    if (tells)
        emit selectionChanged(bar.seq, bar.call);
}

void TimelineWidget::clearSelection()
{
    if (m_marks.selected.lane < 0 && m_marks.selectedCall == 0)
        return;
    m_marks.selected.lane = -1;
    m_marks.selectedCall = 0;
    viewport()->update();
    describe();
    emit selectionChanged(0, 0);
}

void TimelineWidget::setSelectedCall(state::NameId call, quint64 seq)
{
    if (const auto chosen = selected(); chosen && call != 0 && barOf(m_scene, *chosen).call == call)
        return;
    m_marks.selected.lane = -1;
    m_marks.selectedCall = call;
    viewport()->update();
    std::optional<TimelineItem> found;
    for (TimelineItem item{0}; call != 0 && item.lane < m_scene.lanes.size(); ++item.lane) {
        const auto &rows = m_scene.laneAt(item.lane).rows;
        for (item.row = state::Lane::kCalls; item.row < rows.size(); ++item.row) {
            // Its event may be the one that asks for the call, before the bar.
            const state::SpanRow &row = rows[item.row];
            const std::size_t before = row.atOrBefore(seq);
            item.index = before == row.size() ? 0 : before;
            const std::size_t end = std::min(row.size(), item.index + mostAsked);
            while (item.index < end && row[item.index].call != call)
                ++item.index;
            // Agents may have calls with the same id.
            if (item.index < end && (!found || row[item.index].seq == seq))
                found = item;
        }
    }
    if (found) {
        select(*found, false);
        reveal(*found);
        return;
    }
    describe();
}

void TimelineWidget::reveal(const TimelineItem &item)
{
    const state::Bar &bar = barOf(m_scene, item);
    const state::TimeRange visible = m_view.visible();
    if (bar.startUs >= visible.toUs || bar.until(m_scene.nowUs) < visible.fromUs)
        m_view.centre(bar.startUs + (bar.until(m_scene.nowUs) - bar.startUs) / 2);
    const LaneLayout::Lane &lane = m_layout.lanes()[item.lane];
    QScrollBar *bars = verticalScrollBar();
    if (lane.top < bars->value())
        bars->setValue(lane.top);
    else if (lane.top + lane.height > bars->value() + lanesRect().height())
        bars->setValue(lane.top + lane.height - lanesRect().height());
    viewport()->update();
}

/// For those who do not see it.
void TimelineWidget::describe()
{
    QString text = tr("%n lanes", nullptr, int(m_scene.lanes.size()));
    if (const auto item = selected())
        text += QStringLiteral(". ") + tr("Selected: %1").arg(barText(m_scene, *item));
    if (m_marks.range)
        text += QStringLiteral(". ")
                + sumsText(m_scene, sumsOf(m_scene.timeline, *m_marks.range, m_scene.nowUs),
                           *m_marks.range);
    if (text == accessibleDescription())
        return;
    setAccessibleDescription(text);
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
}

} // namespace orrery::ui
