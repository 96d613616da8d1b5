// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/statebadge.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QPainter>

namespace orrery::ui {

StateLook stateLook(const QString &name, const QPalette &palette)
{
    const Tokens &t = tokens(palette);
    const auto word = [](const char *text) {
        return QCoreApplication::translate("AgentState", text);
    };
    if (name == QLatin1String("thinking"))
        return {QStringLiteral("thinking"), word("Thinking"), t.accent};
    if (name == QLatin1String("tool"))
        return {QStringLiteral("tool"), word("Tool"), t.warn};
    if (name == QLatin1String("waiting_approval"))
        return {QStringLiteral("approval"), word("Waiting: approval"), t.warn};
    if (name == QLatin1String("waiting_rate"))
        return {QStringLiteral("rate"), word("Waiting: rate limit"), t.warn};
    if (name == QLatin1String("waiting_claim"))
        return {QStringLiteral("lock"), word("Waiting: claim"), t.warn};
    if (name == QLatin1String("paused"))
        return {QStringLiteral("paused"), word("Paused"), t.muted};
    if (name == QLatin1String("done"))
        return {QStringLiteral("done"), word("Done"), t.ok};
    if (name == QLatin1String("stopped"))
        return {QStringLiteral("stopped"), word("Stopped"), t.muted};
    if (name == QLatin1String("failed"))
        return {QStringLiteral("failed"), word("Failed"), t.error};
    if (name == QLatin1String("crashed"))
        return {QStringLiteral("crashed"), word("Crashed"), t.error};
    return {QStringLiteral("idle"), word("Idle"), t.muted};
}

int drawState(QPainter &painter, const QRect &rect, const StateLook &look)
{
    const int size = 14;
    drawIcon(painter, QRectF(rect.left(), rect.center().y() - size / 2.0 + 1, size, size),
             look.icon, look.color);
    const QRect text = rect.adjusted(size + 5, 0, 0, 0);
    painter.setPen(look.color);
    const QString word = painter.fontMetrics().elidedText(look.word, Qt::ElideRight, text.width());
    painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft, word);
    return size + 5 + painter.fontMetrics().horizontalAdvance(word);
}

void drawMonogram(QPainter &painter, const QRectF &rect, const QString &letters, int agentIndex,
                  const QPalette &palette)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(agentIsDashed(agentIndex) ? QPen(tokens(palette).text, 1.5, Qt::DashLine)
                                             : QPen(Qt::NoPen));
    painter.setBrush(agentColor(agentIndex, palette));
    painter.drawRoundedRect(rect, metric::radius, metric::radius);
    QFont font = painter.font();
    font.setBold(true);
    font.setPixelSize(qMax(8, qRound(rect.height() * 0.5)));
    painter.setFont(font);
    painter.setPen(tokens(palette).onAgent);
    painter.drawText(rect, Qt::AlignCenter, letters);
    painter.restore();
}

void drawHatch(QPainter &painter, const QRectF &rect, const QColor &color, qreal gap)
{
    painter.save();
    painter.setClipRect(rect, Qt::IntersectClip);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 1.2));
    for (qreal x = rect.left() - rect.height(); x < rect.right(); x += gap)
        painter.drawLine(QPointF(x, rect.bottom()), QPointF(x + rect.height(), rect.top()));
    painter.restore();
}

} // namespace orrery::ui
