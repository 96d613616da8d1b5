// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/keyspage.h"

#include "ui/theme/theme.h"
#include "ui/widgets/tabletools.h"

#include <QAction>
#include <QHeaderView>
#include <QStandardItemModel>
#include <QTableView>
#include <QVBoxLayout>

namespace orrery::ui {

KeysPage::KeysPage(const QList<QAction *> &actions, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Keys"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(460, 520);
    auto *column = new QVBoxLayout(this);
    auto *table = new QTableView(this);
    auto *model = new QStandardItemModel(0, 2, table);
    model->setHorizontalHeaderLabels({tr("Key"), tr("What it does")});
    const auto add = [model](const QString &key, const QString &text) {
        model->appendRow({new QStandardItem(key), new QStandardItem(text)});
    };
    for (const QAction *action : actions) {
        const QString text = QString(action->text()).remove(QLatin1Char('&'));
        for (const QKeySequence &key : action->shortcuts())
            add(key.toString(QKeySequence::NativeText), text);
    }
    add(tr("A / D / E"), tr("Approve, deny or edit the request that waits"));
    add(tr("Ctrl+C"), tr("Copy the selected rows as tab-separated text"));
    table->setModel(model);
    prepareTable(table, tr("Keys"));
    table->setColumnWidth(0, 150);
    column->addWidget(table);
}

} // namespace orrery::ui
