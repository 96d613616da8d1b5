// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/cardlist.h"

#include <QPainter>
#include <QPaintEvent>
#include <QScrollBar>

#include <utility>

namespace orrery::ui {

namespace {

constexpr int kNearEnd = 4; ///< pixels

} // namespace

CardList::CardList(QWidget *parent) : QAbstractItemView(parent)
{
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setEditTriggers(NoEditTriggers);
    verticalScrollBar()->setSingleStep(24);
    // What the person does, not every change of the value: settling moves it too.
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] {
        const QScrollBar *bar = verticalScrollBar();
        m_followsEnd = bar->sliderPosition() >= bar->maximum() - kNearEnd;
    });
}

int CardList::verticalOffset() const { return verticalScrollBar()->value(); }

void CardList::unsettle()
{
    m_isSettled = false;
    m_isLayoutOurs = true;
    scheduleDelayedItemsLayout();
    viewport()->update();
}

void CardList::reset()
{
    QAbstractItemView::reset();
    m_heights.reset(model() ? model()->rowCount(rootIndex()) : 0);
    m_followsEnd = true;
    unsettle();
}

void CardList::rowsInserted(const QModelIndex &parent, int start, int end)
{
    if (parent == rootIndex()) {
        const bool isAbove = m_isSettled && start < m_heights.rowAt(verticalOffset());
        m_heights.insert(start, end - start + 1);
        if (isAbove)
            verticalScrollBar()->setValue(verticalOffset()
                                          + int(m_heights.top(end + 1) - m_heights.top(start)));
    }
    QAbstractItemView::rowsInserted(parent, start, end);
    unsettle();
}

void CardList::rowsAboutToBeRemoved(const QModelIndex &parent, int start, int end)
{
    QAbstractItemView::rowsAboutToBeRemoved(parent, start, end);
    if (parent == rootIndex())
        m_heights.remove(start, end - start + 1);
    unsettle();
}

void CardList::dataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight,
                           const QList<int> &roles)
{
    m_heights.forget(topLeft.row(), bottomRight.row());
    QAbstractItemView::dataChanged(topLeft, bottomRight, roles);
    unsettle();
}

void CardList::selectionChanged(const QItemSelection &selected, const QItemSelection &deselected)
{
    QAbstractItemView::selectionChanged(selected, deselected);
    const QModelIndexList chosen = selectedIndexes();
    if (!chosen.isEmpty())
        m_followsEnd = chosen.constFirst().row() == lastRow();
}

void CardList::doItemsLayout()
{
    // Also when the delegate says that a size is another one now: which, only it knows.
    if (!std::exchange(m_isLayoutOurs, false)) {
        m_heights.forgetAll();
        m_isSettled = false;
    }
    settle();
    QAbstractItemView::doItemsLayout();
}

void CardList::resizeEvent(QResizeEvent *event)
{
    if (event->size().width() != event->oldSize().width())
        m_heights.forgetAll();
    QAbstractItemView::resizeEvent(event);
    unsettle();
}

int CardList::heightOf(int row) const
{
    if (!m_heights.isMeasured(row)) {
        const QModelIndex index = model()->index(row, 0, rootIndex());
        QStyleOptionViewItem option;
        initViewItemOption(&option);
        option.rect = QRect(0, 0, viewport()->width(), 0);
        m_heights.measured(row, itemDelegateForIndex(index)->sizeHint(option, index).height());
    }
    return m_heights.height(row);
}

void CardList::setRange() const
{
    QScrollBar *bar = verticalScrollBar();
    const int room = viewport()->height();
    bar->setPageStep(room);
    bar->setRange(0, int(qMax<qint64>(0, m_heights.top(m_heights.size()) - room)));
}

void CardList::settle() const
{
    if (m_isSettled || m_isSettling || !model()
        || m_heights.size() != model()->rowCount(rootIndex()))
        return;
    m_isSettling = true;
    const int room = viewport()->height();
    int filled = 0;
    if (m_followsEnd) {
        for (int row = lastRow(); row >= 0 && filled < room; --row)
            filled += heightOf(row);
        setRange();
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    } else if (m_heights.size() > 0) {
        const int first = m_heights.rowAt(verticalOffset());
        const qint64 into = verticalOffset() - m_heights.top(first);
        for (int row = first; row <= lastRow() && filled < room + into; ++row)
            filled += heightOf(row);
        // Near the end there may be less below than estimated.
        for (int row = first - 1; row >= 0 && filled < room; --row)
            filled += heightOf(row);
        setRange();
        verticalScrollBar()->setValue(
            int(m_heights.top(first) + qMin<qint64>(into, m_heights.height(first) - 1)));
    } else {
        setRange();
    }
    m_isSettling = false;
    m_isSettled = true;
}

void CardList::updateGeometries()
{
    setRange();
    QAbstractItemView::updateGeometries();
}

void CardList::scrollContentsBy(int, int)
{
    if (!m_isSettling)
        m_isSettled = false;
    viewport()->update();
}

void CardList::paintEvent(QPaintEvent *event)
{
    settle();
    if (m_heights.size() == 0 || !model() || m_heights.size() != model()->rowCount(rootIndex()))
        return;
    QPainter painter(viewport());
    QStyleOptionViewItem plain;
    initViewItemOption(&plain);
    const QRect part = event->rect();
    for (int row = m_heights.rowAt(verticalOffset() + part.top()); row <= lastRow(); ++row) {
        const QModelIndex index = model()->index(row, 0, rootIndex());
        QStyleOptionViewItem option = plain;
        option.rect = visualRect(index);
        if (option.rect.top() > part.bottom())
            break;
        option.state.setFlag(QStyle::State_Enabled, isEnabled());
        option.state.setFlag(QStyle::State_Selected, selectionModel()->isSelected(index));
        option.state.setFlag(QStyle::State_HasFocus, hasFocus() && index == currentIndex());
        itemDelegateForIndex(index)->paint(&painter, option, index);
    }
}

QRect CardList::visualRect(const QModelIndex &index) const
{
    if (!index.isValid() || index.row() >= m_heights.size())
        return {};
    settle();
    return {0, int(m_heights.top(index.row()) - verticalOffset()), viewport()->width(),
            m_heights.height(index.row())};
}

QModelIndex CardList::indexAt(const QPoint &point) const
{
    settle();
    const qint64 y = verticalOffset() + point.y();
    if (!model() || y < 0 || y >= m_heights.top(m_heights.size()))
        return {};
    return model()->index(m_heights.rowAt(y), 0, rootIndex());
}

void CardList::scrollTo(const QModelIndex &index, ScrollHint hint)
{
    if (!index.isValid() || index.row() >= m_heights.size())
        return;
    settle();
    const int room = viewport()->height();
    const int height = heightOf(index.row());
    setRange();
    const int top = int(m_heights.top(index.row()));
    const int value = verticalOffset();
    const bool isLong = height > room;
    int wanted = value;
    if (hint == PositionAtTop || (hint == EnsureVisible && (top < value || isLong)))
        wanted = top;
    else if (hint == PositionAtBottom || (hint == EnsureVisible && top + height > value + room))
        wanted = top + height - room;
    else if (hint == PositionAtCenter)
        wanted = top + (height - room) / 2;
    if (isLong && hint == EnsureVisible && top < value + room && top + height > value)
        wanted = value; // a part of it fills the view
    if (wanted == value)
        return;
    m_followsEnd = index.row() == lastRow() && hint != PositionAtTop;
    verticalScrollBar()->setValue(wanted);
    unsettle();
}

QModelIndex CardList::moveCursor(CursorAction action, Qt::KeyboardModifiers)
{
    if (m_heights.size() == 0)
        return {};
    settle();
    const int row = qMax(0, currentIndex().row());
    int target = row;
    switch (action) {
    case MoveUp:
    case MoveLeft:
    case MovePrevious: target = row - 1; break;
    case MoveDown:
    case MoveRight:
    case MoveNext: target = row + 1; break;
    case MoveHome: target = 0; break;
    case MoveEnd: target = lastRow(); break;
    case MovePageUp:
        target = qMin(row - 1, m_heights.rowAt(m_heights.top(row) - viewport()->height()));
        break;
    case MovePageDown:
        target = qMax(row + 1, m_heights.rowAt(m_heights.top(row) + viewport()->height()));
        break;
    }
    return model()->index(qBound(0, target, lastRow()), 0, rootIndex());
}

void CardList::setSelection(const QRect &rect, QItemSelectionModel::SelectionFlags flags)
{
    if (m_heights.size() == 0 || !selectionModel())
        return;
    const int first = m_heights.rowAt(verticalOffset() + rect.top());
    const int last = m_heights.rowAt(verticalOffset() + rect.bottom());
    selectionModel()->select(
        QItemSelection(model()->index(first, 0, rootIndex()), model()->index(last, 0, rootIndex())),
        flags);
}

QRegion CardList::visualRegionForSelection(const QItemSelection &selection) const
{
    QRegion region;
    for (const QItemSelectionRange &range : selection)
        if (range.isValid())
            region += visualRect(range.topLeft()).united(visualRect(range.bottomRight()));
    return region.intersected(viewport()->rect());
}

} // namespace orrery::ui
