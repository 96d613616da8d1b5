// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

class QTableView;

namespace orrery::ui {

/// What all our tables share: dense rows, sorting, a chooser of columns on the header, and Ctrl+C as tab-separated
/// text. `name` is the accessible name.
void prepareTable(QTableView *table, const QString &name);
/// Widths in characters of the table's font; the column whose width is 0 takes what is left over.
void setColumnWidths(QTableView *table, const QList<int> &characters);
/// The selected rows as lines of tab-separated cells, without a selection nothing.
QString selectedAsTsv(const QTableView *table);

} // namespace orrery::ui
