// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/textcell.h"

#include "ui/theme/theme.h"
#include "ui/widgets/plaintip.h"

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QPainter>
#include <QPixmapCache>

namespace orrery::ui {
namespace {

constexpr int swatch = 9;

QPixmap swatchOf(const QColor &color)
{
    const QString key = QStringLiteral("orrery/swatch/%1").arg(color.rgba());
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    pixmap = QPixmap(swatch, swatch);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(pixmap.rect(), 2, 2);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

} // namespace

void TextCellDelegate::setAgentColumn(int column, int colorRole)
{
    m_agentColumn = column;
    m_colorRole = colorRole;
}

void TextCellDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    PlainDelegate::initStyleOption(option, index);
    if (index.column() != m_agentColumn)
        return;
    const QVariant color = index.data(m_colorRole);
    if (!color.isValid() || color.toInt() < 0)
        return;
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->icon = swatchOf(agentColor(color.toInt(), option->palette));
    option->decorationSize = QSize(swatch, swatch);
}

bool TextCellDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view,
                                 const QStyleOptionViewItem &option, const QModelIndex &index)
{
    if (event->type() != QEvent::ToolTip || index.data(Qt::ToolTipRole).isValid())
        return PlainDelegate::helpEvent(event, view, option, index);
    const bool isCut = sizeHint(option, index).width() > option.rect.width();
    showTip(event->globalPos(), isCut ? index.data().toString() : QString(), view);
    return true;
}

} // namespace orrery::ui
