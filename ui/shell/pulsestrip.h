// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QHash>
#include <QWidget>

class QHBoxLayout;
class QToolButton;

namespace orrery::ui {

/// The status bar's content: what is going on in numbers, each a button to the panel that shows more.
class PulseStrip : public QWidget
{
    Q_OBJECT
public:
    explicit PulseStrip(QWidget *parent = nullptr);

    /// Makes the item `id` in the order of the calls. `name` is its accessible name.
    void addItem(const QString &id, const QString &icon, const QString &name);
    enum class Level { Plain, Alert };
    /// An empty text hides the item.
    void setItem(const QString &id, const QString &text, const QString &toolTip = {},
                 Level level = Level::Plain);
    QString text(const QString &id) const;

signals:
    void activated(const QString &id);

private:
    QHBoxLayout *m_row;
    struct Item {
        QToolButton *button = nullptr;
        QString text;
        QString tip;
        Level level = Level::Plain;
    };
    QHash<QString, Item> m_items;
};

} // namespace orrery::ui
