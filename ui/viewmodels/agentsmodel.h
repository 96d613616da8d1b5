// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/spec.h"
#include "ui/viewmodels/agentroster.h"
#include "ui/viewmodels/projection.h"
#include "ui/viewmodels/rowchanges.h"

#include <QAbstractTableModel>

#include <optional>
#include <unordered_map>
#include <vector>

namespace orrery::ui {

/// `Waiting: rate limit`, …
QString agentStateWord(orrery::AgentState state);

/// One row for each agent of the team, in order of appearance.
class AgentsModel : public QAbstractTableModel, public Projection
{
    Q_OBJECT
public:
    enum Column { Agent, Role, Model, State, Iteration, Tokens, Cost, Activity, ColumnCount };
    enum Roles {
        NameRole = Qt::UserRole + 1,
        MonogramRole,   ///< two letters, unique in the team
        ColorIndexRole, ///< 0…7
        IndexRole,      ///< order of appearance, unlimited
        StateRole,      ///< int of orrery::AgentState
        StateNameRole,  ///< as in events: `waiting_rate`
        RoleRole,
        ModelRole,
        IterationRole,
        TokensInRole,
        TokensRole,
        CostRole, ///< double, or invalid when unpriced
        ActivityRole,
        LastErrorRole
    };

    explicit AgentsModel(AgentRoster &roster, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;
    void endOfJournal() override;
    /// The agents of a team that has not run yet, all idle.
    void showTeam(const TeamSpec &team);
    QStringList names() const;
    int rowOf(const QString &name) const; ///< -1 when unknown
    /// For the time left in the activity of waiting agents.
    void setNow(qint64 nowMs);

private:
    struct Row {
        std::string name;
        QString role, model, tool, subject, reason, error, output;
        QString said;     ///< the latest words of its model
        QString sentence; ///< why it waits, in full
        QString brief;    ///< the same in a few words; empty when there are none
        orrery::AgentState state = orrery::AgentState::Idle;
        qint64 iteration = 0, inputTokens = 0, outputTokens = 0;
        std::optional<double> cost;
        bool unpriced = false;
        bool isSub = false; ///< works for another agent
        std::optional<qint64> waitsUntilMs;
    };
    int rowFor(const std::string &name);
    void applyOne(const Event &event);
    QString waitingText(const Row &row) const;
    /// Everything about it as lines of text: for the tooltip, and for people who hear the list.
    QString description(const Row &row) const;
    QString activity(const Row &row) const;
    QVariant display(const Row &row, int column) const;

    AgentRoster &m_roster;
    std::vector<Row> m_rows;
    std::unordered_map<std::string, int> m_index;
    int m_shown = 0; ///< rows that views know of; more are there only while a batch is applied
    RowChanges m_changes;
    qint64 m_nowMs = 0;
};

} // namespace orrery::ui
