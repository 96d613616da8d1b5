// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/palette.h"

#include "ui/theme/theme.h"
#include "ui/widgets/tabletools.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTableWidget>
#include <QVBoxLayout>

namespace orrery::ui {

Palette::Palette(const QString &title, QList<PaletteItem> items, QWidget *parent)
    : QDialog(parent), m_items(std::move(items))
{
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    resize(520, 420);
    auto *column = new QVBoxLayout(this);
    column->setSpacing(metric::medium);
    m_text = new QLineEdit(this);
    m_text->setObjectName(QStringLiteral("paletteText"));
    m_text->setPlaceholderText(tr("Type a part of the name…"));
    m_text->setAccessibleName(title);
    m_text->installEventFilter(this);
    column->addWidget(m_text);
    m_table = new QTableWidget(static_cast<int>(m_items.size()), 2, this);
    m_table->setObjectName(QStringLiteral("paletteItems"));
    for (int row = 0; row < m_items.size(); ++row) {
        m_table->setItem(row, 0, new QTableWidgetItem(m_items[row].text));
        m_table->setItem(row, 1, new QTableWidgetItem(m_items[row].detail));
    }
    prepareTable(m_table, title);
    setColumnWidths(m_table, {0, 18});
    m_table->horizontalHeader()->hide();
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    column->addWidget(m_table);
    connect(m_text, &QLineEdit::textChanged, this, &Palette::filter);
    connect(m_table, &QTableView::activated, this, &Palette::choose);
    filter({});
    m_text->setFocus();
}

void Palette::filter(const QString &text)
{
    const QStringList words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    int first = -1;
    for (int row = 0; row < m_items.size(); ++row) {
        const bool shown = std::all_of(words.begin(), words.end(), [&](const QString &word) {
            return m_items[row].text.contains(word, Qt::CaseInsensitive)
                   || m_items[row].detail.contains(word, Qt::CaseInsensitive);
        });
        m_table->setRowHidden(row, !shown);
        if (shown && first < 0)
            first = row;
    }
    m_table->setCurrentCell(first, 0);
}

void Palette::choose()
{
    const int row = m_table->currentRow();
    if (row < 0 || m_table->isRowHidden(row))
        return;
    // Closed first: what is chosen may want the focus.
    const std::function<void()> act = m_items[row].choose;
    close();
    act();
}

bool Palette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_text || event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
        choose();
        return true;
    }
    if (key != Qt::Key_Down && key != Qt::Key_Up)
        return QDialog::eventFilter(watched, event);
    const int step = key == Qt::Key_Down ? 1 : -1;
    for (int row = m_table->currentRow() + step; row >= 0 && row < m_items.size(); row += step) {
        if (!m_table->isRowHidden(row)) {
            m_table->setCurrentCell(row, 0);
            break;
        }
    }
    return true;
}

} // namespace orrery::ui
