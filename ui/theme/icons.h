// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QPixmap>
#include <QString>

class QPainter;

namespace orrery::ui {

/// Our own SVG drawings, by name; they have no colour of their own and take one when drawn.
QStringList iconNames();
/// What stands for a tool; a wrench for one that has no drawing of its own.
QString toolIcon(const QString &tool);
void drawIcon(QPainter &painter, const QRectF &rect, const QString &name, const QColor &color);
/// Takes the text colour of the program's palette at the time of painting, so it follows a change of theme.
QIcon themedIcon(const QString &name);
QPixmap iconPixmap(const QString &name, int size, const QColor &color, qreal ratio = 1.0);

} // namespace orrery::ui
