// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QList>
#include <QPointF>
#include <QString>

class QPainter;

namespace orrery::ui {

struct Tokens;

enum class LimitMark { Acquired, Refunded, Denied, Waiting, ProviderDenied };

struct MarkAt {
    qint64 timeMs = 0;
    LimitMark mark = LimitMark::Acquired;
    QString agent;
    int agentIndex = 0;
    QString sentence;
};

/// Marks that would lie upon each other, drawn as one with their number behind it.
struct MarkCluster {
    qreal x = 0; ///< of the first of them, or as close to it as there is room
    LimitMark mark = LimitMark::Waiting;
    int count = 1;
    int newest = 0; ///< its place in the list of marks
};

/// Width of a mark with nothing behind it.
inline constexpr qreal markSize = 10;
/// A call that was let through or given back changes the area above; only the others need a shape.
bool hasShape(LimitMark mark);
/// `xs` are the places of `marks`, both in order of time; `numberWidth` is what `×12` takes.
QList<MarkCluster> clusterMarks(const QList<MarkAt> &marks, const QList<qreal> &xs,
                                qreal numberWidth);
void drawMark(QPainter &painter, const QPointF &at, LimitMark mark, const Tokens &t);

} // namespace orrery::ui
