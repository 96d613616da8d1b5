// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/widgets/pipelinebar.h"
#include "ui/widgets/scorebar.h"
#include "ui/widgets/whatifbar.h"

class QAbstractItemModel;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;
class QTabWidget;
class QToolButton;

namespace orrery::ui {

/// Asks the team's memory, and shows what came back: the steps of the search, each candidate with the parts of its
/// score and what became of it, what other settings would have returned, and why something was not found.
class MemoryPanel : public Panel
{
    Q_OBJECT
public:
    explicit MemoryPanel(const EmptyActions &actions, QWidget *parent = nullptr);

    /// The score is drawn in `scoreColumn` of the results; `formulaRole` gives a row's score as a sum.
    void setResults(QAbstractItemModel *model, int scoreColumn, int formulaRole,
                    ScoreBarDelegate::Reader reader);
    void setEntries(QAbstractItemModel *model);
    void setSearches(QAbstractItemModel *model);
    void setAgents(const QStringList &names);
    void setSearchEnabled(bool enabled);
    void setPipeline(const QVector<PipelineChip> &chips, const QStringList &notes);
    void clearStep() { m_pipeline->clearChoice(); } ///< all rows are shown again
    void setRanking(const WhatIfValues &values, bool isFused);
    void setAnswer(const QString &sentence);
    void setQuery(const QString &text);
    /// Opens or closes the sliders and the question why not.
    void setExplaining(bool on);
    /// The newest search is what is looked at from now on.
    void showNewest() { emit searchActivated(-1); }
    QTableView *resultsTable() const { return m_results; }
    QTableView *entriesTable() const { return m_entries; }
    QTableView *searchesTable() const { return m_searches; }
    void focusFilter() override;

signals:
    /// `scope` is empty for all scopes, `type` for all types.
    void searchRequested(const QString &text, const QString &scope, const QString &type);
    /// A past search whose results are to be shown; -1 = the newest.
    void searchActivated(int row);
    void stepChosen(int step); ///< -1 = none
    void whatIfChanged(const WhatIfValues &values);
    void whatIfReset();
    /// An id or words of a memory.
    void whyNotAsked(const QString &target);

private:
    QTableView *addTable(const QString &title, const QString &objectName, QWidget *page = nullptr);
    QWidget *makeSearchRow();
    QWidget *makeExplanation();
    void search();
    void showFormula();

    QLineEdit *m_query = nullptr;
    QComboBox *m_scope = nullptr;
    QComboBox *m_type = nullptr;
    QPushButton *m_search = nullptr;
    QToolButton *m_explain = nullptr;
    PipelineBar *m_pipeline = nullptr;
    QLabel *m_notes = nullptr;
    QWidget *m_explanation = nullptr;
    QLineEdit *m_whyNot = nullptr;
    QLabel *m_answer = nullptr;
    WhatIfBar *m_whatIf = nullptr;
    QLabel *m_formula = nullptr;
    QTabWidget *m_tabs = nullptr;
    QTableView *m_results = nullptr;
    QTableView *m_searches = nullptr;
    QTableView *m_entries = nullptr;
    int m_formulaRole = -1;
};

} // namespace orrery::ui
