// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

class QTreeView;

namespace orrery::ui {

/// What prepareTable() gives a table, for a tree: dense rows, a chooser of columns on the header, Ctrl+C as
/// tab-separated text and Ctrl+Shift+C as JSON, levels shown by indentation in the text.
void prepareTree(QTreeView *tree, const QString &name);
/// Least widths in characters of the tree's font; 0 takes what is left over.
void setTreeColumnWidths(QTreeView *tree, const QList<int> &characters);
/// The colour of the agent beside the name in `column`.
void setAgentColumn(QTreeView *tree, int column, int colorRole);

} // namespace orrery::ui
