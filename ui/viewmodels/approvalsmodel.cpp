// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/approvalsmodel.h"

#include "ui/viewmodels/fields.h"
#include "ui/viewmodels/openapproval.h"
#include "ui/format/format.h"

#include <algorithm>
#include <iterator>

namespace orrery::ui {
ApprovalsModel::ApprovalsModel(AgentRoster &roster, QObject *parent)
    : QAbstractTableModel(parent), m_roster(roster)
{}

int ApprovalsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_open.size());
}

int ApprovalsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ApprovalsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0
        || section >= ColumnCount)
        return {};
    static const char *const names[] = {"Agent", "Tool", "Arguments", "Reason", "Waiting"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

void ApprovalsModel::apply(const std::vector<EventPtr> &batch)
{
    // What is asked and answered in the same batch is never shown.
    std::vector<EventPtr> fresh;
    bool hasChanged = false;
    for (const EventPtr &event : batch) {
        m_roster.learn(*event);
        if (event->kind == EventKind::ApprovalRequested) {
            fresh.push_back(event);
            continue;
        }
        std::erase_if(fresh, [&](const EventPtr &request) {
            return OpenApproval(*request).isEndedBy(*event);
        });
        for (int row = rowCount() - 1; row >= 0; --row) {
            if (!OpenApproval(*m_open[static_cast<std::size_t>(row)]).isEndedBy(*event))
                continue;
            beginRemoveRows({}, row, row);
            m_open.erase(m_open.begin() + row);
            endRemoveRows();
            hasChanged = true;
        }
    }
    if (!fresh.empty()) {
        beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(fresh.size()) - 1);
        m_open.insert(m_open.end(), fresh.begin(), fresh.end());
        endInsertRows();
        hasChanged = true;
    }
    if (hasChanged)
        emit countChanged(rowCount());
}

void ApprovalsModel::reset()
{
    beginResetModel();
    m_open.clear();
    endResetModel();
    emit countChanged(0);
}

void ApprovalsModel::endOfJournal()
{
    if (!m_open.empty())
        reset();
}

void ApprovalsModel::setNow(qint64 nowMs)
{
    if (nowMs == m_nowMs)
        return;
    m_nowMs = nowMs;
    if (!m_open.empty())
        emit dataChanged(index(0, Waiting), index(rowCount() - 1, Waiting));
}

QVariant ApprovalsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Event &event = *m_open[static_cast<std::size_t>(index.row())];
    const Fields data(event.data);
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Agent: return toQString(event.agent);
        case Tool: return data.text("tool");
        case Arguments: return format::oneLine(jsonText(data.json("args")));
        case Reason: return data.text("reason");
        case Waiting:
            return m_nowMs == 0 ? format::unknown()
                                : format::remaining(m_nowMs - event.timeUs / 1000);
        default: return {};
        }
    case IdRole: return toQString(OpenApproval(event).key());
    case CallRole: return data.text("call");
    case AgentRole: return toQString(event.agent);
    case ColorIndexRole: return m_roster.colorIndex(event.agent);
    case ToolRole: return data.text("tool");
    case ArgumentsRole: return jsonText(data.json("args"), 2);
    case CommandRole: {
        const Fields args = data.object("args");
        return args.json("command").is_string() ? QVariant(args.text("command")) : QVariant();
    }
    case OtherArgumentsRole: {
        Json others = data.json("args");
        if (!others.is_object())
            return {};
        others.erase("command");
        return others.empty() ? QString() : jsonText(others);
    }
    case ReasonRole: return data.text("reason");
    case SinceUsRole: return qint64(event.timeUs);
    case SeqRole: return quint64(event.seq);
    default: return {};
    }
}

} // namespace orrery::ui
