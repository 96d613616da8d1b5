// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/widgets/scorebar.h"

class QAbstractItemModel;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;
class QTabWidget;

namespace orrery::ui {

/// Asks the team's memory, and shows what came back with the parts of each score, what was dropped, and everything
/// there is.
class MemoryPanel : public Panel
{
    Q_OBJECT
public:
    explicit MemoryPanel(const EmptyActions &actions, QWidget *parent = nullptr);

    /// The score is drawn in `scoreColumn` of the results.
    void setResults(QAbstractItemModel *model, int scoreColumn, ScoreBarDelegate::Reader reader);
    void setDropped(QAbstractItemModel *model);
    void setEntries(QAbstractItemModel *model);
    void setSearches(QAbstractItemModel *model);
    void setAgents(const QStringList &names);
    void setSearchEnabled(bool enabled);
    /// The pipeline in one line: what was scanned, weighted and cut.
    void setSummary(const QString &text);
    void setQuery(const QString &text);
    QTableView *resultsTable() const { return m_results; }
    QTableView *droppedTable() const { return m_dropped; }
    QTableView *entriesTable() const { return m_entries; }
    QTableView *searchesTable() const { return m_searches; }
    void focusFilter() override;

signals:
    /// `scope` is empty for all scopes.
    void searchRequested(const QString &text, const QString &scope);
    /// A past search whose results are to be shown.
    void searchActivated(int row);

private:
    QTableView *addTable(const QString &title, const QString &objectName);
    void search();

    QLineEdit *m_query;
    QComboBox *m_scope;
    QPushButton *m_search;
    QLabel *m_summary;
    QTabWidget *m_tabs;
    QTableView *m_results;
    QTableView *m_dropped;
    QTableView *m_searches;
    QTableView *m_entries;
};

} // namespace orrery::ui
