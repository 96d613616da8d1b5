// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/tabletools.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFontMetrics>
#include <QHeaderView>
#include <QMenu>
#include <QTableView>

namespace orrery::ui {

QString selectedAsTsv(const QTableView *table)
{
    QStringList lines;
    if (!table->selectionModel())
        return {};
    QModelIndexList rows = table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end(),
              [](const QModelIndex &a, const QModelIndex &b) { return a.row() < b.row(); });
    for (const QModelIndex &row : rows) {
        QStringList cells;
        for (int column = 0; column < table->model()->columnCount(); ++column) {
            if (!table->isColumnHidden(column))
                cells << row.siblingAtColumn(column).data().toString();
        }
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

void setColumnWidths(QTableView *table, const QList<int> &characters)
{
    QHeaderView *header = table->horizontalHeader();
    const int one = QFontMetrics(table->font()).horizontalAdvance(QLatin1Char('0'));
    header->setStretchLastSection(!characters.contains(0));
    for (int column = 0; column < characters.size() && column < header->count(); ++column) {
        if (characters[column] == 0)
            header->setSectionResizeMode(column, QHeaderView::Stretch);
        else
            table->setColumnWidth(column, characters[column] * one + 14);
    }
}

void prepareTable(QTableView *table, const QString &name)
{
    table->setAccessibleName(name);
    table->setAlternatingRowColors(true);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setTabKeyNavigation(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(QFontMetrics(table->font()).height() + 8);
    table->verticalHeader()->setMinimumSectionSize(16);
    QHeaderView *header = table->horizontalHeader();
    header->setStretchLastSection(true);
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setMinimumSectionSize(24);

    header->setContextMenuPolicy(Qt::CustomContextMenu);
    QObject::connect(
        header, &QWidget::customContextMenuRequested, table, [table, header](const QPoint &at) {
            QMenu menu;
            for (int column = 0; column < header->count(); ++column) {
                const QString title = table->model()->headerData(column, Qt::Horizontal).toString();
                QAction *action = menu.addAction(
                    title.isEmpty() ? QObject::tr("Column %1").arg(column + 1) : title);
                action->setCheckable(true);
                action->setChecked(!table->isColumnHidden(column));
                QObject::connect(action, &QAction::toggled, table,
                                 [table, column](bool on) { table->setColumnHidden(column, !on); });
            }
            menu.exec(header->mapToGlobal(at));
        });

    auto *copy = new QAction(QObject::tr("Copy"), table);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(copy, &QAction::triggered, table,
                     [table] { QApplication::clipboard()->setText(selectedAsTsv(table)); });
    table->addAction(copy);
    table->setContextMenuPolicy(Qt::ActionsContextMenu);
}

} // namespace orrery::ui
