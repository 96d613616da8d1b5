// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/scorebar.h"

#include "ui/theme/theme.h"

#include <QApplication>
#include <QPainter>

namespace orrery::ui {

void ScoreBarDelegate::paint(QPainter *painter, const QStyleOptionViewItem &given,
                             const QModelIndex &index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    option.text.clear();
    const QStyle *style = option.widget ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);

    const Tokens &t = tokens(option.palette);
    const ScoreParts parts = m_read(index);
    painter->save();
    if (!parts.known) {
        painter->setPen(t.muted);
        painter->drawText(option.rect.adjusted(0, 0, -6, 0), Qt::AlignVCenter | Qt::AlignRight,
                          QStringLiteral("—"));
        painter->restore();
        return;
    }
    const QString number =
        QString::number(parts.relevance + parts.importance + parts.recency, 'f', 3);
    const int numberWidth = option.fontMetrics.horizontalAdvance(number) + 8;
    const QRectF bar(option.rect.left() + 4, option.rect.center().y() - 4,
                     option.rect.width() - numberWidth - 10, 9);
    painter->fillRect(bar, t.sunken);
    painter->setOpacity(parts.returned ? 1.0 : 0.4);
    qreal x = bar.left();
    const double most = parts.most > 0 ? parts.most : 1;
    const std::pair<double, QColor> pieces[] = {
        {parts.relevance, t.memory}, {parts.importance, t.tool}, {parts.recency, t.message}};
    for (const auto &[value, color] : pieces) {
        const qreal width = bar.width() * qBound(0.0, value / most, 1.0);
        painter->fillRect(QRectF(x, bar.top(), qMin(width, bar.right() - x), bar.height()), color);
        x += width;
    }
    painter->setOpacity(1);
    painter->setPen(parts.returned ? t.text : t.muted);
    painter->drawText(option.rect.adjusted(0, 0, -6, 0), Qt::AlignVCenter | Qt::AlignRight, number);
    painter->restore();
}

} // namespace orrery::ui
