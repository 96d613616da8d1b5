// SPDX-License-Identifier: GPL-3.0-or-later
// The projection and its tree; what the map and the details show is in decisionviews.cpp.
#include "ui/viewmodels/decisionsmodel.h"

#include "ui/format/format.h"
#include "ui/viewmodels/fields.h"

#include <algorithm>
#include <iterator>

namespace orrery::ui {
namespace {

std::unique_ptr<decisions::DecisionGraph> emptyGraph()
{
    return std::move(*decisions::DecisionGraph::open(""));
}

} // namespace

DecisionsModel::DecisionsModel(AgentRoster &roster, QObject *parent)
    : QAbstractItemModel(parent), m_roster(roster), m_graph(emptyGraph())
{}

DecisionsModel::~DecisionsModel() = default;

void DecisionsModel::apply(const std::vector<EventPtr> &batch)
{
    for (const EventPtr &event : batch) {
        m_roster.learn(*event);
        learn(*event);
    }
    if (std::exchange(m_changed, false))
        refresh();
}

void DecisionsModel::learn(const Event &event)
{
    const Fields data(event.data);
    switch (event.kind) {
    case EventKind::DecisionsLoaded:
        for (const Json &node : data.list("nodes"))
            record(node, event);
        for (const Json &edge : data.list("edges"))
            link(edge);
        break;
    case EventKind::DecisionRecorded:
    case EventKind::DecisionUpdated: record(data.json("node"), event); break;
    case EventKind::DecisionLinked: link(data.json("edge")); break;
    case EventKind::DecisionDeleted:
        static_cast<void>(m_graph->remove(std::string(data.view("id"))));
        break;
    default: return;
    }
    m_changed = true;
}

void DecisionsModel::record(const Json &json, const Event &event)
{
    auto node = decisions::nodeFromJson(json);
    if (!node)
        return;
    if (node->agent.empty() && event.kind == EventKind::DecisionRecorded)
        node->agent = event.agent;
    m_roster.learn(node->agent);
    m_seqs.emplace(node->id, event.seq);
    static_cast<void>(m_graph->add(std::move(*node)));
}

void DecisionsModel::link(const Json &json)
{
    if (auto edge = decisions::edgeFromJson(json))
        static_cast<void>(m_graph->link(std::move(*edge)));
}

void DecisionsModel::reset()
{
    m_graph = emptyGraph();
    m_seqs.clear();
    m_changed = false;
    beginResetModel();
    m_items.clear();
    m_top.clear();
    m_itemById.clear();
    endResetModel();
    emit graphChanged();
}

/// The nodes in order, each with its parent: the source of the first edge that leads to it, unless that is below it.
std::vector<DecisionsModel::Item> DecisionsModel::makeItems() const
{
    std::vector<Item> items;
    std::unordered_map<std::string, int> byId;
    for (const decisions::NodePtr &node : m_graph->nodes()) {
        byId.emplace(node->id, static_cast<int>(items.size()));
        const auto seq = m_seqs.find(node->id);
        items.push_back({node, seq == m_seqs.end() ? 0 : seq->second, -1, 0, {}});
    }
    const auto isBelow = [&](int item, int top) {
        for (; item >= 0; item = items[static_cast<std::size_t>(item)].parent)
            if (item == top)
                return true;
        return false;
    };
    for (std::size_t i = 0; i < items.size(); ++i) {
        for (const auto &edge :
             m_graph->edges(items[i].node->id, decisions::DecisionGraph::Direction::Incoming)) {
            const auto from = byId.find(edge->from);
            // What supersedes a node came after it and stands beside it.
            if (from == byId.end() || edge->type == decisions::EdgeType::Supersedes
                || isBelow(from->second, static_cast<int>(i)))
                continue;
            items[i].parent = from->second;
            break;
        }
    }
    return items;
}

void DecisionsModel::refresh()
{
    std::vector<Item> items = makeItems();
    bool extends = items.size() >= m_items.size();
    for (std::size_t i = 0; extends && i < m_items.size(); ++i)
        extends = items[i].node->id == m_items[i].node->id && items[i].parent == m_items[i].parent;
    if (!extends)
        beginResetModel();
    if (!extends) {
        m_items.clear();
        m_top.clear();
        m_itemById.clear();
    }
    // What was there may say something else now; what is new comes last among its siblings.
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        if (m_items[i].node == items[i].node)
            continue;
        m_items[i].node = items[i].node;
        const QModelIndex first = createIndex(m_items[i].row, 0, quintptr(i));
        emit dataChanged(first, first.siblingAtColumn(ColumnCount - 1));
    }
    // A parent may have been recorded after its child, when a whole graph is loaded: then all of it is new.
    const std::size_t known = m_items.size();
    bool inOrder = true;
    for (std::size_t i = known; i < items.size(); ++i)
        inOrder = inOrder && items[i].parent < static_cast<int>(i);
    if (!inOrder && extends) {
        beginResetModel();
        extends = false;
    }
    for (std::size_t i = known; i < items.size(); ++i) {
        m_items.push_back(std::move(items[i]));
        m_itemById[m_items.back().node->id] = static_cast<int>(i);
    }
    for (std::size_t i = known; i < m_items.size(); ++i) {
        const int parent = m_items[i].parent;
        std::vector<int> &siblings =
            parent < 0 ? m_top : m_items[static_cast<std::size_t>(parent)].children;
        const int row = static_cast<int>(siblings.size());
        const QModelIndex above =
            parent < 0
                ? QModelIndex()
                : createIndex(m_items[static_cast<std::size_t>(parent)].row, 0, quintptr(parent));
        if (extends)
            beginInsertRows(above, row, row);
        m_items[i].row = row;
        siblings.push_back(static_cast<int>(i));
        if (extends)
            endInsertRows();
    }
    if (!extends)
        endResetModel();
    emit graphChanged();
}

QModelIndex DecisionsModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    const auto &children =
        childrenOf(parent.isValid() ? static_cast<int>(parent.internalId()) : -1);
    return createIndex(row, column, quintptr(children[static_cast<std::size_t>(row)]));
}

QModelIndex DecisionsModel::parent(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    const int parent = m_items[static_cast<std::size_t>(index.internalId())].parent;
    return parent < 0
               ? QModelIndex()
               : createIndex(m_items[static_cast<std::size_t>(parent)].row, 0, quintptr(parent));
}

int DecisionsModel::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid() && parent.column() > 0)
        return 0;
    return static_cast<int>(
        childrenOf(parent.isValid() ? static_cast<int>(parent.internalId()) : -1).size());
}

int DecisionsModel::columnCount(const QModelIndex &) const { return ColumnCount; }

QModelIndex DecisionsModel::indexOf(const QString &id) const
{
    const auto it = m_itemById.find(id.toStdString());
    if (it == m_itemById.end())
        return {};
    return createIndex(m_items[static_cast<std::size_t>(it->second)].row, 0, quintptr(it->second));
}

QVariant DecisionsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0
        || section >= ColumnCount)
        return {};
    static const char *const names[] = {"Label", "Type", "Status",   "Conf.",
                                        "Agent", "When", "Rationale"};
    static_assert(std::size(names) == ColumnCount);
    return tr(names[section]);
}

QVariant DecisionsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Item &item = m_items[static_cast<std::size_t>(index.internalId())];
    const decisions::Node &node = *item.node;
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Label: return format::oneLine(toQString(node.label));
        case Type: return nodeTypeWord(node.type);
        case Status: return nodeStatusWord(node.status);
        case Confidence:
            return node.confidence ? QString::number(*node.confidence, 'f', 2) : format::unknown();
        case Agent: return toQString(node.agent);
        case When: return format::clockTime(node.createdMs * 1000);
        case Rationale:
            return node.rationale ? format::oneLine(toQString(*node.rationale)) : QString();
        default: return {};
        }
    case Qt::ToolTipRole:
        if (index.column() == Label)
            return toQString(node.label);
        if (index.column() == Rationale && node.rationale)
            return toQString(*node.rationale);
        return {};
    case Qt::TextAlignmentRole:
        return index.column() == Confidence
                   ? QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter))
                   : QVariant();
    case IdRole: return toQString(node.id);
    case TypeRole: return static_cast<int>(node.type);
    case StatusRole: return static_cast<int>(node.status);
    case ConfidenceRole: return node.confidence ? QVariant(*node.confidence) : QVariant();
    case ColorIndexRole: return m_roster.colorIndex(node.agent);
    case SeqRole: return item.seq;
    default: return {};
    }
}

} // namespace orrery::ui
