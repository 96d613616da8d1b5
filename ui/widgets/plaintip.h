// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStyledItemDelegate>

class QPoint;
class QWidget;

namespace orrery::ui {

// The only ways to a tooltip: Qt takes text for markup when it looks like it, and then fetches pictures that it names.

void setTip(QWidget *widget, const QString &text);
/// An empty text hides the one that is shown.
void showTip(const QPoint &global, const QString &text, QWidget *widget);
void hideTip();

/// What every delegate of ours is: shows texts and tooltips of a model as they are written.
class PlainDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QString displayText(const QVariant &value, const QLocale &locale) const override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;
};

} // namespace orrery::ui
