// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewmodels/agentroster.h"
#include "ui/viewmodels/projection.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace orrery::ui {

/// Every event, in order. Holds pointers only; texts are made when a view asks for them, so a row
/// costs 16 bytes.
class EventsModel : public QAbstractTableModel, public Projection
{
    Q_OBJECT
public:
    enum Column { Seq, Time, Agent, Kind, Summary, Duration, ColumnCount };
    enum Roles {
        SeqRole = Qt::UserRole + 1,
        TimeUsRole,
        AgentRole,
        ColorIndexRole,
        KindRole,     ///< int of EventKind
        KindNameRole, ///< `tool_started`
        GroupRole,    ///< int of EventGroup
        SummaryRole,
        DurationUsRole,
        JsonRole ///< the whole event, indented
    };

    explicit EventsModel(AgentRoster &roster, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    void apply(const std::vector<EventPtr> &batch) override;
    void reset() override;
    bool wantsEveryDelta() const override { return true; }

    const EventPtr &event(int row) const { return m_events[static_cast<std::size_t>(row)]; }
    int rowOfSeq(quint64 seq) const; ///< the last row at or before it; -1 when there is none

private:
    AgentRoster &m_roster;
    std::vector<EventPtr> m_events;
};

} // namespace orrery::ui
