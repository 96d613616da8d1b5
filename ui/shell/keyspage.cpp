// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/keyspage.h"

#include "ui/theme/theme.h"
#include "ui/timeline/timelinewidget.h"
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
    add(tr("Ctrl+1 … Ctrl+9"), tr("Go to Team, Conversation, Claims, Rate limits, Memory, Events, "
                                  "Knowledge, Decisions, Timeline"));
    add(tr("A / D / E"), tr("Approve, deny or edit the request that waits"));
    add(tr("Ctrl+C"), tr("Copy the selected rows as tab-separated text"));
    add(tr("Ctrl+Shift+C"), tr("Copy the selected rows as JSON"));
    add(tr("Enter"), tr("In a table: go to the event behind the row; in Events: show that moment"));
    add(tr("Space"), tr("Fold or unfold a card of the conversation"));
    add(tr("Delete"), tr("In Claims: release the claim"));
    add(tr("Esc"), tr("In Team: show all agents again"));
    for (const QString &line : TimelineWidget::keys())
        add(line.section(QLatin1Char('\t'), 0, 0),
            tr("In Timeline: %1").arg(line.section(QLatin1Char('\t'), 1)));
    table->setModel(model);
    prepareTable(table, tr("Keys"));
    table->setColumnWidth(0, 150);
    column->addWidget(table);
}

} // namespace orrery::ui
