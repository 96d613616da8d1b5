// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QList>

#include <functional>

class QLineEdit;
class QTableWidget;

namespace orrery::ui {

/// Something that can be chosen by typing a part of its name.
struct PaletteItem {
    QString text;
    QString detail; ///< a key, or what kind of thing it is
    std::function<void()> choose;
};

/// A box to type in and what matches below it. Up and down move, Enter chooses, Esc closes. Deletes itself.
class Palette : public QDialog
{
    Q_OBJECT
public:
    Palette(const QString &title, QList<PaletteItem> items, QWidget *parent);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void filter(const QString &text);
    void choose();

    QList<PaletteItem> m_items;
    QLineEdit *m_text;
    QTableWidget *m_table;
};

} // namespace orrery::ui
