// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/logtable.h"

#include "ui/theme/theme.h"

#include <QHeaderView>
#include <QPainter>
#include <QPaintEvent>

namespace orrery::ui {

namespace {

constexpr int kLine = 2;
constexpr int kVeil = 150; ///< of 255: what is behind it can still be read

} // namespace

void LogTable::setMoment(int row)
{
    if (row == m_moment)
        return;
    m_moment = row;
    viewport()->update();
}

void LogTable::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (m_moment == -1 || !model())
        return;
    int y = 0;
    if (m_moment >= 0) {
        // Rows may come and go before one says anew where the moment is.
        const int row = qMin(m_moment, model()->rowCount() - 1);
        y = rowViewportPosition(row) + rowHeight(row);
    }
    if (y > viewport()->height())
        return;
    const Tokens &t = tokens(palette());
    QPainter painter(viewport());
    QColor veil = t.surface;
    veil.setAlpha(kVeil);
    painter.fillRect(QRect(0, qMax(0, y), viewport()->width(), viewport()->height()), veil);
    painter.fillRect(QRect(0, y - kLine / 2, viewport()->width(), kLine), t.warn);
}

} // namespace orrery::ui
