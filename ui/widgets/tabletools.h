// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QTableView;
class QAbstractItemView;

namespace orrery::ui {

/// What all our tables share: dense rows, sorting, a chooser of columns on the header, and Ctrl+C as tab-separated
/// text. `name` is the accessible name.
void prepareTable(QTableView *table, const QString &name);
/// The selected rows as lines of tab-separated cells, without a selection nothing.
QString selectedAsTsv(const QTableView *table);

} // namespace orrery::ui
