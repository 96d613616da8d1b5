// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QRect>
#include <QString>

class QPainter;

namespace orrery::ui {

// Text that breaks at words, and within one only when it is longer than a line. Both return the height they take.

/// All of it. Draws with a painter, measures without.
int drawBlock(QPainter *painter, const QRect &room, const QFont &font, const QColor &color,
              const QString &text);
/// At most so many lines; what does not fit becomes `…`.
int drawLines(QPainter &painter, const QRect &room, const QFont &font, const QColor &color,
              const QString &text, int most);

} // namespace orrery::ui
