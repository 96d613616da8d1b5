// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/searchoutcome.h"
#include "ui/viewmodels/agentroster.h"
#include "ui/viewmodels/memoryresults.h"
#include "ui/viewmodels/projection.h"
#include "ui/viewmodels/rowchanges.h"

#include <QAbstractTableModel>

#include <unordered_map>
#include <vector>

namespace orrery::ui {

/// What was stored, newest last. A forgotten entry stays, marked as such.
class MemoryEntriesModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Content, Type, Importance, Scope, Agent, When, ColumnCount };
    enum Roles { IdRole = Qt::UserRole + 1, ContentRole, ForgottenRole, ColorIndexRole, SeqRole };
    using QAbstractTableModel::QAbstractTableModel;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    friend class MemoryModel;
    struct Row {
        EventPtr event;
        int colorIndex = -1;
        bool forgotten = false;
    };
    void store(const EventPtr &event, int colorIndex);
    void forget(const std::string &id);
    void flush(); ///< tells the views what came since the last flush
    void clear();
    std::vector<Row> m_rows;
    std::unordered_map<std::string, int> m_index;
    int m_shown = 0;
    RowChanges m_changes;
};

/// Past searches, newest last.
class MemorySearchesModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { When, Agent, Query, Scope, Results, Took, ColumnCount };
    enum Roles { QueryRole = Qt::UserRole + 1, ColorIndexRole, SeqRole };
    using QAbstractTableModel::QAbstractTableModel;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    friend class MemoryModel;
    void flush();
    void clear();
    std::vector<EventPtr> m_rows;
    std::vector<int> m_colors;
    int m_shown = 0;
};

/// A step of a search as the panel shows it.
struct PipelineStep {
    QString text;
    QString tip;
    bool failed = false;
    std::optional<MemoryResultsModel::Rows>
        rows; ///< what is left of the table when it is chosen; nothing = no choice
};

/// The team's memory as the events tell it: what was stored, and why a search returned what it did.
/// Owns the three models that the panel shows.
class MemoryModel : public QObject, public Projection
{
    Q_OBJECT
public:
    explicit MemoryModel(AgentRoster &roster, QObject *parent = nullptr);

    MemoryEntriesModel *entries() { return &m_entries; }
    MemorySearchesModel *searches() { return &m_searches; }
    MemoryResultsModel *results() { return &m_results; }

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;

    /// Row of `searches()`; -1 follows the newest.
    void selectSearch(int row);
    int selectedSearch() const;             ///< -1 when there is none
    QString query() const;                  ///< of the selected search
    QVector<PipelineStep> pipeline() const; ///< its steps, in their order; empty when there is none
    QStringList notes() const;              ///< what is odd about it, a sentence each

    /// As the selected search was ranked.
    memory::RankSettings ranking() const;
    /// Ranks the candidates of the selected search anew, until another one is selected; nothing = as it was.
    void setWhatIf(const std::optional<memory::RankSettings> &settings);
    bool isWhatIf() const { return m_whatIf.has_value(); }

    /// Why an entry is not among the shown results, from what the event holds: by id or words of its content. Empty
    /// when only the memory itself could tell.
    QString whyNot(const QString &target) const;
    /// The selected search with that question, for the memory itself.
    memory::SearchQuery questionFor(const QString &target) const;
    /// What the memory answered with the selected search; empty when it was not asked.
    QString answer() const;

signals:
    void searchShown();  ///< another search is shown, or the newest one arrived
    void rankingShown(); ///< the same search, ranked otherwise

private:
    void showSelected();

    AgentRoster &m_roster;
    MemoryEntriesModel m_entries;
    MemorySearchesModel m_searches;
    MemoryResultsModel m_results;
    int m_pinned = -1; ///< -1 = newest
    EventPtr m_shownSearch;
    std::shared_ptr<const Json> m_data; ///< of the shown search, or ranked anew
    std::optional<memory::RankSettings> m_whatIf;
};

} // namespace orrery::ui
