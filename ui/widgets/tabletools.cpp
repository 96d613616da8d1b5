// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/tabletools.h"

#include "ui/widgets/textcell.h"
#include "ui/widgets/plainlabel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFontMetrics>
#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>
#include <QTableView>

namespace orrery::ui {

namespace {

QModelIndexList selectedRows(const QTableView *table)
{
    if (!table->selectionModel())
        return {};
    QModelIndexList rows = table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end(),
              [](const QModelIndex &a, const QModelIndex &b) { return a.row() < b.row(); });
    return rows;
}

void addCopy(QTableView *table, const QString &text, const QKeySequence &key,
             QString (*read)(const QTableView *))
{
    auto *copy = new QAction(text, table);
    copy->setShortcut(key);
    copy->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(copy, &QAction::triggered, table,
                     [table, read] { QApplication::clipboard()->setText(read(table)); });
    table->addAction(copy);
}

/// Text over an empty table; it lies in the viewport and takes no clicks.
class Placeholder : public PlainLabel
{
public:
    Placeholder(QTableView *table, const QString &text) : PlainLabel(text, table->viewport())
    {
        setProperty("muted", true);
        setAlignment(Qt::AlignCenter);
        setWordWrap(true);
        setAttribute(Qt::WA_TransparentForMouseEvents);
        table->viewport()->installEventFilter(this);
        follow(table->model());
    }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (watched == parent() && event->type() == QEvent::Resize)
            resize(parentWidget()->size());
        return PlainLabel::eventFilter(watched, event);
    }

private:
    void follow(QAbstractItemModel *model)
    {
        const auto update = [this, model] { setVisible(model->rowCount() == 0); };
        connect(model, &QAbstractItemModel::rowsInserted, this, update);
        connect(model, &QAbstractItemModel::rowsRemoved, this, update);
        connect(model, &QAbstractItemModel::modelReset, this, update);
        update();
    }
};

} // namespace

QString selectedAsTsv(const QTableView *table)
{
    QStringList lines;
    for (const QModelIndex &row : selectedRows(table)) {
        QStringList cells;
        for (int column = 0; column < table->model()->columnCount(); ++column) {
            if (!table->isColumnHidden(column))
                cells << row.siblingAtColumn(column).data().toString();
        }
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

QString selectedAsJson(const QTableView *table)
{
    QJsonArray rows;
    for (const QModelIndex &row : selectedRows(table)) {
        QJsonObject cells;
        for (int column = 0; column < table->model()->columnCount(); ++column) {
            if (!table->isColumnHidden(column))
                cells.insert(table->model()->headerData(column, Qt::Horizontal).toString(),
                             row.siblingAtColumn(column).data().toString());
        }
        rows << cells;
    }
    return rows.isEmpty() ? QString() : QString::fromUtf8(QJsonDocument(rows).toJson());
}

void setColumnWidths(QTableView *table, const QList<int> &characters)
{
    QHeaderView *header = table->horizontalHeader();
    const int one = QFontMetrics(table->font()).horizontalAdvance(QLatin1Char('0'));
    QFont bold = table->font();
    bold.setWeight(QFont::DemiBold);
    const QFontMetrics titles(bold);
    header->setStretchLastSection(!characters.contains(0));
    for (int column = 0; column < characters.size() && column < header->count(); ++column) {
        if (characters[column] == 0) {
            header->setSectionResizeMode(column, QHeaderView::Stretch);
            continue;
        }
        const QString title = table->model()->headerData(column, Qt::Horizontal).toString();
        table->setColumnWidth(column,
                              qMax(characters[column] * one, titles.horizontalAdvance(title)) + 14);
    }
}

void setTwoLineRows(QTableView *table)
{
    table->setWordWrap(true);
    table->verticalHeader()->setDefaultSectionSize(QFontMetrics(table->font()).height() * 2 + 8);
}

void setAgentColumn(QTableView *table, int column, int colorRole)
{
    static_cast<TextCellDelegate *>(table->itemDelegate())->setAgentColumn(column, colorRole);
}

void setPlaceholder(QTableView *table, const QString &text) { new Placeholder(table, text); }

void prepareTable(QTableView *table, const QString &name)
{
    table->setAccessibleName(name);
    table->setItemDelegate(new TextCellDelegate(table));
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

    addCopy(table, QObject::tr("Copy"), QKeySequence::Copy, selectedAsTsv);
    addCopy(table, QObject::tr("Copy as JSON"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
            selectedAsJson);
    table->setContextMenuPolicy(Qt::ActionsContextMenu);
}

} // namespace orrery::ui
