// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/eventsfiltermodel.h"

#include "ui/viewmodels/fields.h"

#include <QElapsedTimer>

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr qint64 filterSliceUs = 8000;

} // namespace

EventsFilterModel::EventsFilterModel(EventsModel &source, QObject *parent)
    : QAbstractProxyModel(parent), m_source(source)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &EventsFilterModel::scan);
    setSourceModel(&source);
    connect(&source, &QAbstractItemModel::rowsInserted, this, &EventsFilterModel::scan);
    connect(&source, &QAbstractItemModel::modelAboutToBeReset, this, [this] { beginResetModel(); });
    connect(&source, &QAbstractItemModel::modelReset, this, [this] {
        m_rows.clear();
        m_scanned = 0;
        endResetModel();
        scan();
    });
    scan();
}

QModelIndex EventsFilterModel::index(int row, int column, const QModelIndex &parent) const
{
    return hasIndex(row, column, parent) ? createIndex(row, column) : QModelIndex();
}

QModelIndex EventsFilterModel::parent(const QModelIndex &) const { return {}; }

int EventsFilterModel::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid())
        return 0;
    return passesAll() ? m_scanned : static_cast<int>(m_rows.size());
}

int EventsFilterModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : EventsModel::ColumnCount;
}

QModelIndex EventsFilterModel::mapToSource(const QModelIndex &proxyIndex) const
{
    if (!proxyIndex.isValid() || proxyIndex.row() >= rowCount())
        return {};
    const int row =
        passesAll() ? proxyIndex.row() : m_rows[static_cast<std::size_t>(proxyIndex.row())];
    return m_source.index(row, proxyIndex.column());
}

QModelIndex EventsFilterModel::mapFromSource(const QModelIndex &sourceIndex) const
{
    if (!sourceIndex.isValid())
        return {};
    if (passesAll())
        return sourceIndex.row() < m_scanned ? index(sourceIndex.row(), sourceIndex.column())
                                             : QModelIndex();
    const auto found = std::lower_bound(m_rows.begin(), m_rows.end(), sourceIndex.row());
    if (found == m_rows.end() || *found != sourceIndex.row())
        return {};
    return index(static_cast<int>(found - m_rows.begin()), sourceIndex.column());
}

int EventsFilterModel::rowAtOrBefore(int sourceRow) const
{
    if (passesAll())
        return std::min(sourceRow, m_scanned - 1);
    const auto after = std::upper_bound(m_rows.begin(), m_rows.end(), sourceRow);
    return static_cast<int>(after - m_rows.begin()) - 1;
}

QVariant EventsFilterModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    // The columns are there also while no row is.
    return m_source.headerData(section, orientation, role);
}

void EventsFilterModel::setFilter(const QString &text, const QString &kind, const QString &agent)
{
    if (text == m_text && kind == m_kind && agent == m_agent)
        return;
    beginResetModel();
    m_text = text;
    m_kind = kind;
    m_agent = agent;
    m_words = text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    m_agentName = agent.toStdString();
    m_group.reset();
    m_exactKind.reset();
    if (!kind.isEmpty()) {
        const qsizetype group = eventGroupNames().indexOf(kind);
        m_isExcluded = kind.startsWith(QLatin1Char('-'));
        if (group >= 0)
            m_group = static_cast<EventGroup>(group);
        else
            m_exactKind = eventKindFromString(kind.mid(m_isExcluded ? 1 : 0).toStdString());
    }
    m_rows.clear();
    m_scanned = 0;
    endResetModel();
    scan();
    emit filterChanged();
}

bool EventsFilterModel::passesAll() const
{
    return m_words.isEmpty() && m_agentName.empty() && !m_group && !m_exactKind;
}

bool EventsFilterModel::accepts(const Event &event) const
{
    if (!m_agentName.empty() && event.agent != m_agentName)
        return false;
    if (m_exactKind && (event.kind == *m_exactKind) == m_isExcluded)
        return false;
    if (m_group && eventGroup(event.kind) != *m_group)
        return false;
    if (m_words.isEmpty())
        return true;
    QString text = toQString(toString(event.kind));
    text += QLatin1Char(' ') + toQString(event.agent) + QLatin1Char(' ') + eventSummary(event);
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString &word) {
        return text.contains(word, Qt::CaseInsensitive);
    });
}

void EventsFilterModel::scan()
{
    const int end = m_source.rowCount();
    if (m_scanned >= end)
        return;
    if (passesAll()) {
        beginInsertRows({}, m_scanned, end - 1);
        m_scanned = end;
        endInsertRows();
        emit scanFinished();
        return;
    }
    QElapsedTimer watch;
    watch.start();
    std::vector<int> matches;
    int row = m_scanned;
    // The watch is not looked at for each row: reading it costs as much as a cheap row.
    while (
        row < end
        && ((row & 63) != 0 || watch.nsecsElapsed() / 1000 < filterSliceUs || row == m_scanned)) {
        if (accepts(*m_source.event(row)))
            matches.push_back(row);
        ++row;
    }
    m_scanned = row;
    if (!matches.empty()) {
        const int first = static_cast<int>(m_rows.size());
        beginInsertRows({}, first, first + static_cast<int>(matches.size()) - 1);
        m_rows.insert(m_rows.end(), matches.begin(), matches.end());
        endInsertRows();
    }
    if (m_scanned < end)
        m_timer.start();
    else
        emit scanFinished();
}

} // namespace orrery::ui
