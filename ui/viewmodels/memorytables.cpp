// SPDX-License-Identifier: GPL-3.0-or-later
// What was stored and what was searched; MemoryModel fills them.
#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"
#include "ui/viewmodels/memorymodel.h"

#include <iterator>

namespace orrery::ui {
namespace {

QVariant numbersAligned()
{
    return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
}

QString number(const Fields &data, const char *key, int digits = 2)
{
    const auto value = data.real(key);
    return value ? QString::number(*value, 'f', digits) : format::unknown();
}

QString scopeName(const QString &scope) { return scope.isEmpty() ? QObject::tr("team") : scope; }

} // namespace

int MemoryEntriesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_shown;
}

int MemoryEntriesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MemoryEntriesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0
        || section >= ColumnCount)
        return {};
    static const char *const names[] = {"Content", "Type", "Importance", "Scope", "Agent", "When"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

QVariant MemoryEntriesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    const Fields data(row.event->data);
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Content: return format::oneLine(data.text("content"));
        case Type:
            return row.forgotten ? tr("%1, forgotten").arg(data.text("type")) : data.text("type");
        case Importance: return number(data, "importance");
        case Scope: return scopeName(data.text("scope"));
        case Agent: return toQString(row.event->agent);
        case When: return format::clockTime(row.event->timeUs);
        default: return {};
        }
    case Qt::ToolTipRole: return index.column() == Content ? data.text("content") : QVariant();
    case Qt::TextAlignmentRole: return index.column() == Importance ? numbersAligned() : QVariant();
    case IdRole: return data.text("id");
    case ContentRole: return data.text("content");
    case ForgottenRole: return row.forgotten;
    case ColorIndexRole: return row.colorIndex;
    case SeqRole: return quint64(row.event->seq);
    default: return {};
    }
}

void MemoryEntriesModel::store(const EventPtr &event, int colorIndex)
{
    const std::string id(Fields(event->data).view("id"));
    if (const auto known = m_index.find(id); known != m_index.end() && !id.empty()) {
        m_rows[static_cast<std::size_t>(known->second)] = {event, colorIndex, false};
        m_changes.touch(known->second);
        return;
    }
    m_index[id] = static_cast<int>(m_rows.size());
    m_rows.push_back({event, colorIndex, false});
}

void MemoryEntriesModel::forget(const std::string &id)
{
    const auto known = m_index.find(id);
    if (known == m_index.end())
        return;
    m_rows[static_cast<std::size_t>(known->second)].forgotten = true;
    m_changes.touch(known->second);
}

void MemoryEntriesModel::flush()
{
    if (const auto span = m_changes.take(m_shown))
        emit dataChanged(index(span->first, 0), index(span->second, ColumnCount - 1));
    if (const int count = static_cast<int>(m_rows.size()); count > m_shown) {
        beginInsertRows({}, m_shown, count - 1);
        m_shown = count;
        endInsertRows();
    }
}

void MemoryEntriesModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_index.clear();
    m_changes = {};
    m_shown = 0;
    endResetModel();
}

int MemorySearchesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_shown;
}

int MemorySearchesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MemorySearchesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0
        || section >= ColumnCount)
        return {};
    static const char *const names[] = {"When", "Agent", "Query", "Scope", "Results", "Took"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

QVariant MemorySearchesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Event &event = *m_rows[static_cast<std::size_t>(index.row())];
    const Fields data(event.data);
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case When: return format::clockTime(event.timeUs);
        case Agent: return toQString(event.agent);
        case Query: return data.text("query");
        case Scope: return scopeName(data.text("scope"));
        case Results: return QString::number(data.list("results").size());
        case Took: return format::duration(data.count("elapsed_us"));
        default: return {};
        }
    case Qt::TextAlignmentRole:
        return index.column() == Results || index.column() == Took ? numbersAligned() : QVariant();
    case QueryRole: return data.text("query");
    case ColorIndexRole: return m_colors[static_cast<std::size_t>(index.row())];
    case SeqRole: return quint64(event.seq);
    default: return {};
    }
}

void MemorySearchesModel::flush()
{
    if (const int count = static_cast<int>(m_rows.size()); count > m_shown) {
        beginInsertRows({}, m_shown, count - 1);
        m_shown = count;
        endInsertRows();
    }
}

void MemorySearchesModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_colors.clear();
    m_shown = 0;
    endResetModel();
}

} // namespace orrery::ui
