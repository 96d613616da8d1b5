// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewmodels/agentroster.h"
#include "ui/viewmodels/projection.h"

#include <QAbstractTableModel>

#include <vector>

namespace orrery::ui {

/// Tool calls that wait for a person, oldest first. What is resolved leaves.
class ApprovalsModel : public QAbstractTableModel, public Projection
{
    Q_OBJECT
public:
    enum Column { Agent, Tool, Arguments, Reason, Waiting, ColumnCount };
    enum Roles {
        IdRole = Qt::UserRole + 1, ///< of which the run has no other; what answers it
        CallRole,
        AgentRole,
        ColorIndexRole,
        ToolRole,
        ArgumentsRole,      ///< JSON, indented
        CommandRole,        ///< of a call that is a command: its text; invalid otherwise
        OtherArgumentsRole, ///< JSON of the arguments besides the command; empty when there are none
        ReasonRole,
        SinceUsRole,
        SeqRole
    };

    explicit ApprovalsModel(AgentRoster &roster, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;
    void endOfJournal() override;
    void setNow(qint64 nowMs); ///< for the time waited

signals:
    void countChanged(int open);

private:
    AgentRoster &m_roster;
    std::vector<EventPtr> m_open; ///< the requests
    qint64 m_nowMs = 0;
};

} // namespace orrery::ui
