// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/plaintip.h"

#include "ui/format/foreign.h"

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QToolTip>

namespace orrery::ui {

void setTip(QWidget *widget, const QString &text) { widget->setToolTip(format::tip(text)); }

void showTip(const QPoint &global, const QString &text, QWidget *widget)
{
    QToolTip::showText(global, format::tip(text), widget);
}

void hideTip() { QToolTip::hideText(); }

QString PlainDelegate::displayText(const QVariant &value, const QLocale &locale) const
{
    return format::visible(QStyledItemDelegate::displayText(value, locale), format::Unseen::Order);
}

bool PlainDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view,
                              const QStyleOptionViewItem &option, const QModelIndex &index)
{
    if (event->type() != QEvent::ToolTip)
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    showTip(event->globalPos(), index.data(Qt::ToolTipRole).toString(), view);
    return true;
}

} // namespace orrery::ui
