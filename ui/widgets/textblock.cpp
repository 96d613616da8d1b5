// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/textblock.h"

#include <QFontMetrics>
#include <QPainter>
#include <QTextLayout>
#include <QtMath>

namespace orrery::ui {
namespace {

QTextOption wrapping(const QFont &font)
{
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    option.setTabStopDistance(4 * QFontMetricsF(font).horizontalAdvance(QLatin1Char(' ')));
    return option;
}

QString inLines(QString text) { return text.replace(QLatin1Char('\n'), QChar::LineSeparator); }

} // namespace

int drawBlock(QPainter *painter, const QRect &room, const QFont &font, const QColor &color,
              const QString &text)
{
    if (text.isEmpty())
        return 0;
    QTextLayout layout(inLines(text), font);
    layout.setTextOption(wrapping(font));
    qreal height = 0;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(room.width());
        line.setPosition(QPointF(0, height));
        height += line.height();
    }
    layout.endLayout();
    if (painter) {
        painter->setPen(color);
        layout.draw(painter, room.topLeft());
    }
    return qCeil(height) + 2;
}

int drawLines(QPainter &painter, const QRect &room, const QFont &font, const QColor &color,
              const QString &text, int most)
{
    if (text.isEmpty() || most <= 0)
        return 0;
    const QString lines = inLines(text);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    painter.setPen(color);
    QTextLayout layout(lines, font);
    layout.setTextOption(wrapping(font));
    layout.beginLayout();
    int drawn = 0;
    for (QTextLine line = layout.createLine(); line.isValid() && drawn < most;
         line = layout.createLine(), ++drawn) {
        line.setLineWidth(room.width());
        const bool isLast =
            drawn + 1 == most && line.textStart() + line.textLength() < lines.size();
        QString shown = isLast ? lines.mid(line.textStart())
                               : lines.mid(line.textStart(), line.textLength()).trimmed();
        shown.replace(QChar::LineSeparator, QLatin1Char(' '));
        const QRect row(room.left(), room.top() + drawn * metrics.height(), room.width(),
                        metrics.height());
        painter.drawText(row, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                         metrics.elidedText(shown, Qt::ElideRight, room.width()));
    }
    layout.endLayout();
    return drawn * metrics.height();
}

} // namespace orrery::ui
