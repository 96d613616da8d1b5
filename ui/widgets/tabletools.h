// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

class QTableView;

namespace orrery::ui {

/// What all our tables share: dense rows, a chooser of columns on the header, a tooltip for what is cut off, Ctrl+C as
/// tab-separated text and Ctrl+Shift+C as JSON. `name` is the accessible name.
void prepareTable(QTableView *table, const QString &name);
/// Least widths in characters of the table's font, more where the header needs it; 0 takes what is left over.
void setColumnWidths(QTableView *table, const QList<int> &characters);
/// Rows of two lines: for tables with a column of prose.
void setTwoLineRows(QTableView *table);
/// The colour of the agent beside the name in `column`.
void setAgentColumn(QTableView *table, int column, int colorRole);
/// What an empty table says.
void setPlaceholder(QTableView *table, const QString &text);
/// The selected rows as lines of tab-separated cells, without a selection nothing.
QString selectedAsTsv(const QTableView *table);
/// The selected rows as a JSON list of objects, keys as in the header.
QString selectedAsJson(const QTableView *table);

} // namespace orrery::ui
