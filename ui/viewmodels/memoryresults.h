// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <QAbstractTableModel>
#include <QHash>

#include <memory>
#include <vector>

namespace orrery::ui {

/// The candidates of one search with every step of their scores: those that were returned, best first, then those that
/// were dropped, with the stage that did it.
class MemoryResultsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        Rank,
        Memory,
        Final,
        Text,
        Vector,
        Relevance,
        Decay,
        Importance,
        Recency,
        Verdict,
        ColumnCount
    };
    enum Roles {
        IdRole = Qt::UserRole + 1,
        ContentRole,
        TypeRole,
        ScoreRole,    ///< invalid for what a leg has cut
        TextRankRole, ///< invalid when the text leg did not find it
        TextScoreRole,
        VectorRankRole, ///< invalid when the vector leg did not find it
        VectorScoreRole,
        RelevancePartRole, ///< weighted: the three parts add up to the score
        ImportancePartRole,
        RecencyPartRole,
        HighestRole, ///< the highest score that the weights of the search allow
        StageRole,   ///< as in the event
        MovedRole, ///< places up (down when negative) against the ranking before; invalid without one
        FormulaRole ///< the score with this row's numbers
    };
    /// Which rows are shown.
    enum class Rows { All, TextLeg, VectorLeg, Returned };

    using QAbstractTableModel::QAbstractTableModel;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    void setRows(Rows rows);
    Rows shownRows() const { return m_shown; }
    bool hasVectors() const; ///< the vector leg found something
    bool countsRecency() const;

private:
    friend class MemoryModel;
    /// The data of a MemorySearched event; `before` is another ranking of the same candidates, null = none.
    void show(std::shared_ptr<const Json> data, const Json *before);
    void collect();
    QVariant display(const Json &hit, int row, int column) const;
    QString formula(const Json &hit) const;
    QString verdict(const Json &hit) const;

    std::shared_ptr<const Json> m_data; ///< null = no search
    std::vector<const Json *> m_rows;   ///< within m_data
    QHash<QString, int> m_before;       ///< place by id
    bool m_isCompared = false;
    Rows m_shown = Rows::All;
};

} // namespace orrery::ui
