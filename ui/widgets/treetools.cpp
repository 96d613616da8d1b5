// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/treetools.h"

#include "ui/widgets/textcell.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>
#include <QTreeView>

#include <algorithm>

namespace orrery::ui {
namespace {

QModelIndexList chosenRows(const QTreeView *tree)
{
    QModelIndexList rows =
        tree->selectionModel() ? tree->selectionModel()->selectedRows() : QModelIndexList();
    std::sort(rows.begin(), rows.end(), [tree](const QModelIndex &a, const QModelIndex &b) {
        return tree->visualRect(a).top() < tree->visualRect(b).top();
    });
    return rows;
}

QString asTsv(const QTreeView *tree)
{
    QStringList lines;
    for (const QModelIndex &row : chosenRows(tree)) {
        QStringList cells;
        for (int column = 0; column < tree->model()->columnCount(); ++column)
            if (!tree->isColumnHidden(column))
                cells << row.siblingAtColumn(column).data().toString();
        int level = 0;
        for (QModelIndex up = row.parent(); up.isValid(); up = up.parent())
            ++level;
        lines << QString(2 * level, QLatin1Char(' ')) + cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

QString asJson(const QTreeView *tree)
{
    QJsonArray rows;
    for (const QModelIndex &row : chosenRows(tree)) {
        QJsonObject cells;
        for (int column = 0; column < tree->model()->columnCount(); ++column)
            if (!tree->isColumnHidden(column))
                cells.insert(tree->model()->headerData(column, Qt::Horizontal).toString(),
                             row.siblingAtColumn(column).data().toString());
        rows << cells;
    }
    return rows.isEmpty() ? QString() : QString::fromUtf8(QJsonDocument(rows).toJson());
}

void addCopy(QTreeView *tree, const QString &text, const QKeySequence &keys,
             QString (*copied)(const QTreeView *))
{
    auto *action = new QAction(text, tree);
    action->setShortcut(keys);
    action->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(action, &QAction::triggered, tree, [tree, copied] {
        if (const QString what = copied(tree); !what.isEmpty())
            QGuiApplication::clipboard()->setText(what);
    });
    tree->addAction(action);
}

} // namespace

void setTreeColumnWidths(QTreeView *tree, const QList<int> &characters)
{
    QHeaderView *header = tree->header();
    const int one = QFontMetrics(tree->font()).horizontalAdvance(QLatin1Char('0'));
    header->setStretchLastSection(!characters.contains(0));
    for (int column = 0; column < characters.size() && column < header->count(); ++column) {
        if (characters[column] == 0)
            header->setSectionResizeMode(column, QHeaderView::Stretch);
        else
            tree->setColumnWidth(column, characters[column] * one + 14);
    }
}

void setAgentColumn(QTreeView *tree, int column, int colorRole)
{
    static_cast<TextCellDelegate *>(tree->itemDelegate())->setAgentColumn(column, colorRole);
}

void prepareTree(QTreeView *tree, const QString &name)
{
    tree->setAccessibleName(name);
    tree->setItemDelegate(new TextCellDelegate(tree));
    tree->setAlternatingRowColors(true);
    tree->setUniformRowHeights(true);
    tree->setSelectionBehavior(QAbstractItemView::SelectRows);
    tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    tree->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    QHeaderView *header = tree->header();
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setMinimumSectionSize(24);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    QObject::connect(
        header, &QWidget::customContextMenuRequested, tree, [tree, header](const QPoint &at) {
            QMenu menu;
            for (int column = 1; column < header->count(); ++column) {
                QAction *action =
                    menu.addAction(tree->model()->headerData(column, Qt::Horizontal).toString());
                action->setCheckable(true);
                action->setChecked(!tree->isColumnHidden(column));
                QObject::connect(action, &QAction::toggled, tree,
                                 [tree, column](bool on) { tree->setColumnHidden(column, !on); });
            }
            menu.exec(header->mapToGlobal(at));
        });
    addCopy(tree, QObject::tr("Copy"), QKeySequence::Copy, asTsv);
    addCopy(tree, QObject::tr("Copy as JSON"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
            asJson);
    tree->setContextMenuPolicy(Qt::ActionsContextMenu);
}

} // namespace orrery::ui
