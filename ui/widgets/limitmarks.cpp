// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/limitmarks.h"

#include "ui/theme/theme.h"

#include <QPainter>

namespace orrery::ui {

bool hasShape(LimitMark mark) { return mark != LimitMark::Acquired && mark != LimitMark::Refunded; }

QList<MarkCluster> clusterMarks(const QList<MarkAt> &marks, const QList<qreal> &xs,
                                qreal numberWidth)
{
    constexpr qreal gap = 3;
    QList<MarkCluster> clusters;
    qreal free = -markSize;
    for (int i = 0; i < marks.size(); ++i) {
        if (!hasShape(marks[i].mark))
            continue;
        if (!clusters.isEmpty() && clusters.last().mark == marks[i].mark && xs[i] < free) {
            MarkCluster &last = clusters.last();
            if (++last.count == 2)
                free += numberWidth + gap;
            last.newest = i;
            continue;
        }
        const qreal x = qMax(xs[i], free);
        clusters << MarkCluster{x, marks[i].mark, 1, i};
        free = x + markSize + gap;
    }
    return clusters;
}

void drawMark(QPainter &painter, const QPointF &at, LimitMark mark, const Tokens &t)
{
    const qreal r = markSize / 2;
    if (mark == LimitMark::Waiting) {
        painter.setBrush(t.surface);
        painter.setPen(QPen(t.warn, 1.6));
        painter.drawEllipse(at, r, r);
        painter.drawLine(at, at + QPointF(0, 1.5 - r));
        painter.drawLine(at, at + QPointF(r - 2, 0));
        return;
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.failure);
    painter.drawEllipse(at, r + 0.5, r + 0.5);
    painter.setPen(QPen(Qt::white, 1.8));
    if (mark == LimitMark::Denied)
        painter.drawLine(at + QPointF(1.5 - r, 0), at + QPointF(r - 1.5, 0));
    else
        painter.drawLine(at + QPointF(0, 1.5 - r), at + QPointF(0, r - 1.5));
}

} // namespace orrery::ui
