// SPDX-License-Identifier: GPL-3.0-or-later
// The four tables of the memory panel; MemoryModel fills them.
#include "ui/viewmodels/fields.h"
#include "ui/format/format.h"
#include "ui/viewmodels/memorymodel.h"

#include <iterator>

namespace orrery::ui {
namespace {

QVariant rightAligned()
{
    return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
}

QString number(const Fields &data, const char *key, int digits = 2)
{
    const auto value = data.real(key);
    return value ? QString::number(*value, 'f', digits) : format::unknown();
}

QString scopeName(const QString &scope) { return scope.isEmpty() ? QObject::tr("team") : scope; }

const Json &listOf(const EventPtr &search, const char *key)
{
    static const Json none = Json::array();
    return search ? Fields(search->data).list(key) : none;
}

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
    case Qt::TextAlignmentRole: return index.column() == Importance ? rightAligned() : QVariant();
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
        return index.column() == Results || index.column() == Took ? rightAligned() : QVariant();
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

int MemoryResultsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(listOf(m_search, "results").size());
}

int MemoryResultsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MemoryResultsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        || section < 0 || section >= ColumnCount)
        return {};
    static const char *const names[] = {"#",    "Memory", "Score", "Text",
                                        "Rel.", "×Decay", "Imp.",  "Rec."};
    static const char *const tips[] = {"Place among the results",
                                       "What is remembered",
                                       "Relevance, importance and recency, each times its weight",
                                       "Rank and raw score of the text search",
                                       "Relevance of the text, after decay",
                                       "What age left of the relevance",
                                       "Importance, as it was stored",
                                       "Recency: 1 = just now"};
    static_assert(std::size(tips) == ColumnCount);
    if (role == Qt::ToolTipRole)
        return tr(tips[section]);
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

QVariant MemoryResultsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Fields data(listOf(m_search, "results")[static_cast<std::size_t>(index.row())]);
    const Fields parts = data.object("parts");
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Rank: return QString::number(index.row() + 1);
        case Memory: return format::oneLine(data.text("content"));
        case Final: return number(data, "score");
        case Text: {
            const auto rank = data.integer("text_rank");
            return rank ? QStringLiteral("%1 / %2").arg(*rank).arg(number(data, "text_score"))
                        : format::unknown();
        }
        case Relevance: return number(data, "relevance");
        case Decay: return number(data, "decay");
        case Importance: return number(data, "importance");
        case Recency: return number(data, "recency");
        default: return {};
        }
    case Qt::ToolTipRole: {
        if (index.column() != Final)
            return index.column() == Memory ? QVariant(data.text("content")) : QVariant();
        return tr("%1 relevance + %2 importance + %3 recency")
            .arg(number(parts, "relevance", 3), number(parts, "importance", 3),
                 number(parts, "recency", 3));
    }
    case Qt::TextAlignmentRole: return index.column() == Memory ? QVariant() : rightAligned();
    case IdRole: return data.text("id");
    case ContentRole: return data.text("content");
    case TypeRole: return data.text("type");
    case ScoreRole: return data.real("score", 0);
    case TextRankRole:
        return data.integer("text_rank") ? QVariant(*data.integer("text_rank")) : QVariant();
    case TextScoreRole:
        return data.real("text_score") ? QVariant(*data.real("text_score")) : QVariant();
    case RelevancePartRole: return parts.real("relevance", 0);
    case ImportancePartRole: return parts.real("importance", 0);
    case RecencyPartRole: return parts.real("recency", 0);
    case HighestRole: {
        const Fields weights = Fields(m_search->data).object("weights");
        const double most = weights.real("relevance", 0) + weights.real("importance", 0)
                            + weights.real("recency", 0);
        return most > 0 ? most : 1.0;
    }
    default: return {};
    }
}

void MemoryResultsModel::show(EventPtr search)
{
    beginResetModel();
    m_search = std::move(search);
    endResetModel();
}

int MemoryDroppedModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(listOf(m_search, "dropped").size());
}

int MemoryDroppedModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MemoryDroppedModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0
        || section >= ColumnCount)
        return {};
    static const char *const names[] = {"Memory", "Dropped by", "Score"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

QVariant MemoryDroppedModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Fields data(listOf(m_search, "dropped")[static_cast<std::size_t>(index.row())]);
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Memory: return format::oneLine(data.text("content"));
        case Stage: return data.text("stage");
        case Score: return number(data, "score");
        default: return {};
        }
    case Qt::TextAlignmentRole: return index.column() == Score ? rightAligned() : QVariant();
    case IdRole: return data.text("id");
    case ContentRole: return data.text("content");
    case StageRole: return data.text("stage");
    default: return {};
    }
}

void MemoryDroppedModel::show(EventPtr search)
{
    beginResetModel();
    m_search = std::move(search);
    endResetModel();
}

} // namespace orrery::ui
