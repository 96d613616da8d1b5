// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewmodels/agentroster.h"
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

/// What one search returned, best first, with the parts of each score.
class MemoryResultsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Rank, Memory, Final, Text, Relevance, Decay, Importance, Recency, ColumnCount };
    enum Roles {
        IdRole = Qt::UserRole + 1,
        ContentRole,
        TypeRole,
        ScoreRole,
        TextRankRole, ///< invalid when the text search did not find it
        TextScoreRole,
        RelevancePartRole, ///< weighted: the three parts add up to the score
        ImportancePartRole,
        RecencyPartRole,
        HighestRole ///< the highest score that the weights of the search allow
    };
    using QAbstractTableModel::QAbstractTableModel;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    friend class MemoryModel;
    void show(EventPtr search);
    EventPtr m_search;
};

/// What the search found and did not return, with the stage that dropped it.
class MemoryDroppedModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Memory, Stage, Score, ColumnCount };
    enum Roles { IdRole = Qt::UserRole + 1, ContentRole, StageRole };
    using QAbstractTableModel::QAbstractTableModel;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    friend class MemoryModel;
    void show(EventPtr search);
    EventPtr m_search;
};

/// The team's memory as the events tell it: what was stored, and why a search returned what it did.
/// Owns the four models that the panel shows.
class MemoryModel : public QObject, public Projection
{
    Q_OBJECT
public:
    explicit MemoryModel(AgentRoster &roster, QObject *parent = nullptr);

    MemoryEntriesModel *entries() { return &m_entries; }
    MemorySearchesModel *searches() { return &m_searches; }
    MemoryResultsModel *results() { return &m_results; }
    MemoryDroppedModel *dropped() { return &m_dropped; }

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;

    /// Row of `searches()`; -1 follows the newest.
    void selectSearch(int row);
    int selectedSearch() const; ///< -1 when there is none
    QString query() const;      ///< of the selected search
    QString summary() const;    ///< its pipeline in one line, empty when there is none

signals:
    void searchShown(); ///< another search is shown, or the newest one arrived

private:
    void showSelected();

    AgentRoster &m_roster;
    MemoryEntriesModel m_entries;
    MemorySearchesModel m_searches;
    MemoryResultsModel m_results;
    MemoryDroppedModel m_dropped;
    int m_pinned = -1; ///< -1 = newest
    EventPtr m_shownSearch;
};

} // namespace orrery::ui
