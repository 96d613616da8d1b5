// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/meters.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plaintip.h"

#include <QHelpEvent>
#include <QPainter>

namespace orrery::ui {

Meters::Meters(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize Meters::sizeHint() const { return {300, fontMetrics().height() + 22}; }

void Meters::setMeters(QList<Meter> meters)
{
    m_meters = std::move(meters);
    QStringList words;
    for (const Meter &meter : std::as_const(m_meters))
        words << QStringLiteral("%1 %2").arg(meter.name).arg(meter.value, 0, 'f', 2);
    setAccessibleName(words.join(QStringLiteral(", ")));
    update();
}

QRectF Meters::cell(int meter) const
{
    const double width =
        double(this->width() - 2 * metric::medium) / qMax<qsizetype>(1, m_meters.size());
    return {metric::medium + meter * width, 0, width - metric::large, double(height())};
}

void Meters::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Tokens &t = tokens(palette());
    for (int i = 0; i < m_meters.size(); ++i) {
        const Meter &meter = m_meters.at(i);
        const QRectF room = cell(i);
        const QRectF words(room.left(), room.top() + 5, room.width(), fontMetrics().height());
        painter.setFont(font());
        painter.setPen(t.muted);
        painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter, meter.name);
        painter.setPen(t.text);
        painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter,
                         QString::number(meter.value, 'f', 2));
        const QRectF bar(room.left(), words.bottom() + 4, room.width(), 6);
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.sunken);
        painter.drawRoundedRect(bar, 3, 3);
        painter.setBrush(t.memory);
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(),
                                       bar.width() * qBound(0.0, meter.value, 1.0), bar.height()),
                                3, 3);
    }
}

bool Meters::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    for (int i = 0; i < m_meters.size(); ++i)
        if (cell(i).contains(help->pos()))
            showTip(help->globalPos(), m_meters.at(i).tip, this);
    return true;
}

} // namespace orrery::ui
