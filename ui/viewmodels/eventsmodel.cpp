// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/eventsmodel.h"

#include "ui/viewmodels/eventsummary.h"
#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"

#include <algorithm>
#include <iterator>

namespace orrery::ui {

EventsModel::EventsModel(AgentRoster &roster, QObject *parent)
    : QAbstractTableModel(parent), m_roster(roster)
{}

int EventsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_events.size());
}

int EventsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant EventsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0
        || section >= ColumnCount)
        return {};
    static const char *const names[] = {"Seq", "Time", "Agent", "Kind", "Summary", "Duration"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

void EventsModel::apply(const std::vector<EventPtr> &batch)
{
    if (batch.empty())
        return;
    for (const EventPtr &event : batch)
        m_roster.learn(*event);
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(batch.size()) - 1);
    m_events.insert(m_events.end(), batch.begin(), batch.end());
    endInsertRows();
}

void EventsModel::reset()
{
    beginResetModel();
    m_events.clear();
    endResetModel();
}

int EventsModel::rowOfSeq(quint64 seq) const
{
    const auto after =
        std::upper_bound(m_events.begin(), m_events.end(), seq,
                         [](quint64 wanted, const EventPtr &event) { return wanted < event->seq; });
    return static_cast<int>(after - m_events.begin()) - 1;
}

QVariant EventsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Event &event = *m_events[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Seq: return QString::number(event.seq);
        case Time: return format::clockTime(event.timeUs);
        case Agent: return toQString(event.agent);
        case Kind: return toQString(toString(event.kind));
        case Summary: return eventSummary(event);
        case Duration: return event.durationUs > 0 ? format::duration(event.durationUs) : QString();
        default: return {};
        }
    case Qt::TextAlignmentRole:
        if (index.column() == Seq || index.column() == Duration)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
        return {};
    case Qt::ToolTipRole:
        return index.column() == Summary ? QVariant(eventSummary(event)) : QVariant();
    case SeqRole: return quint64(event.seq);
    case TimeUsRole: return qint64(event.timeUs);
    case AgentRole: return toQString(event.agent);
    case ColorIndexRole: return m_roster.colorIndex(event.agent);
    case KindRole: return static_cast<int>(event.kind);
    case KindNameRole: return toQString(toString(event.kind));
    case GroupRole: return static_cast<int>(eventGroup(event.kind));
    case SummaryRole: return eventSummary(event);
    case DurationUsRole: return qint64(event.durationUs);
    case JsonRole: return jsonText(toJson(event), 2);
    default: return {};
    }
}

} // namespace orrery::ui
