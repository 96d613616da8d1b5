// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/heightindex.h"

#include <QAbstractItemView>

namespace orrery::ui {

/// A list of cards of any height, one below the other. It asks the delegate for the sizes of those that are on screen
/// alone, so what a change costs does not depend on how many there are; the others count with an estimate. What the
/// person reads stays where it is when cards above it turn out other than estimated, and while the end is on screen it
/// follows the end.
class CardList : public QAbstractItemView
{
    Q_OBJECT
public:
    explicit CardList(QWidget *parent = nullptr);

    /// New cards come into view: true until the person scrolls away or chooses a card other than the last.
    bool followsEnd() const { return m_followsEnd; }

    QRect visualRect(const QModelIndex &index) const override;
    void scrollTo(const QModelIndex &index, ScrollHint hint = EnsureVisible) override;
    QModelIndex indexAt(const QPoint &point) const override;
    void reset() override;
    void doItemsLayout() override;

protected:
    void rowsInserted(const QModelIndex &parent, int start, int end) override;
    void rowsAboutToBeRemoved(const QModelIndex &parent, int start, int end) override;
    void dataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight,
                     const QList<int> &roles = {}) override;
    void selectionChanged(const QItemSelection &selected,
                          const QItemSelection &deselected) override;
    void updateGeometries() override;
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    int horizontalOffset() const override { return 0; }
    int verticalOffset() const override;
    bool isIndexHidden(const QModelIndex &) const override { return false; }
    void setSelection(const QRect &rect, QItemSelectionModel::SelectionFlags flags) override;
    QRegion visualRegionForSelection(const QItemSelection &selection) const override;

private:
    int lastRow() const { return m_heights.size() - 1; }
    void unsettle();
    /// Measures what is on screen, and lays it where it was, or the end at the bottom.
    void settle() const;
    int heightOf(int row) const;
    void setRange() const;

    mutable HeightIndex m_heights;
    mutable bool m_isSettled = false;
    mutable bool m_isSettling = false;
    bool m_isLayoutOurs = false; ///< it was asked for by what changed here, not by the delegate
    bool m_followsEnd = true;
};

} // namespace orrery::ui
