// SPDX-License-Identifier: GPL-3.0-or-later
// What the map, the details and the exports of the decision graph show.
#include "core/decisions/decisiontext.h"
#include "ui/format/format.h"
#include "ui/viewmodels/decisionsmodel.h"
#include "ui/viewmodels/fields.h"

#include <unordered_set>

namespace orrery::ui {
namespace {

using decisions::EdgeType;
using decisions::NodeStatus;
using decisions::NodeType;
using Direction = decisions::DecisionGraph::Direction;

bool isTurnedDown(const decisions::Node &node)
{
    return node.status == NodeStatus::Rejected || node.status == NodeStatus::Superseded;
}

} // namespace

QString nodeTypeWord(NodeType type)
{
    switch (type) {
    case NodeType::Goal: return DecisionsModel::tr("Goal");
    case NodeType::Decision: return DecisionsModel::tr("Decision");
    case NodeType::Option: return DecisionsModel::tr("Option");
    case NodeType::Action: return DecisionsModel::tr("Action");
    case NodeType::Outcome: return DecisionsModel::tr("Outcome");
    case NodeType::Observation: return DecisionsModel::tr("Observation");
    case NodeType::Revisit: return DecisionsModel::tr("Revisit");
    }
    return {};
}

QString nodeStatusWord(NodeStatus status)
{
    switch (status) {
    case NodeStatus::Active: return DecisionsModel::tr("active");
    case NodeStatus::Completed: return DecisionsModel::tr("completed");
    case NodeStatus::Superseded: return DecisionsModel::tr("superseded");
    case NodeStatus::Rejected: return DecisionsModel::tr("rejected");
    }
    return {};
}

DecisionMapData DecisionsModel::mapData(const View &view) const
{
    std::unordered_set<std::string> onPath;
    const std::string chosen = view.onlyPathTo.toStdString();
    if (m_graph->node(chosen)) {
        onPath.insert(chosen);
        for (const auto &list : {m_graph->ancestors(chosen), m_graph->descendants(chosen)})
            for (const auto &node : list)
                onPath.insert(node->id);
    }
    DecisionMapData data;
    std::vector<int> boxOf(m_items.size(), -1);
    std::vector<int> parents;
    // A parent may come later in the order than its child: layer by layer.
    std::vector<int> order = m_top;
    std::vector<int> kept;
    for (std::size_t next = 0; next < order.size(); ++next) {
        const Item &item = m_items[static_cast<std::size_t>(order[next])];
        if (view.hideTurnedDown && isTurnedDown(*item.node))
            continue;
        order.insert(order.end(), item.children.begin(), item.children.end());
        if (onPath.empty() || onPath.contains(item.node->id))
            kept.push_back(order[next]);
    }
    for (const int at : kept) {
        const Item &item = m_items[static_cast<std::size_t>(at)];
        const decisions::Node &node = *item.node;
        boxOf[static_cast<std::size_t>(at)] = static_cast<int>(data.boxes.size());
        DecisionMapData::Box box;
        box.id = toQString(node.id);
        box.label = format::oneLine(toQString(node.label));
        if (node.rationale)
            box.rationale = toQString(*node.rationale);
        box.type = node.type;
        box.status = node.status;
        box.confidence = node.confidence.value_or(-1);
        box.agent = toQString(node.agent);
        box.monogram = m_roster.monogram(node.agent);
        box.agentIndex = m_roster.indexOf(node.agent);
        parents.push_back(item.parent < 0 ? -1 : boxOf[static_cast<std::size_t>(item.parent)]);
        data.boxes.push_back(std::move(box));
    }
    const std::vector<DecisionPlace> places = layOutForest(parents);
    for (std::size_t i = 0; i < places.size(); ++i)
        data.boxes[i].place = places[i];
    for (const int at : kept) {
        const int from = boxOf[static_cast<std::size_t>(at)];
        for (const auto &edge :
             m_graph->edges(m_items[static_cast<std::size_t>(at)].node->id, Direction::Outgoing)) {
            const auto target = m_itemById.find(edge->to);
            if (target == m_itemById.end())
                continue;
            if (edge->type == EdgeType::Supersedes)
                ++data.boxes[static_cast<std::size_t>(from)].older;
            const int to = boxOf[static_cast<std::size_t>(target->second)];
            if (to >= 0 && to != from)
                data.arrows.push_back({from, to, edge->type});
        }
    }
    return data;
}

DecisionDetails DecisionsModel::details(const QString &id) const
{
    const auto known = m_itemById.find(id.toStdString());
    if (known == m_itemById.end())
        return {};
    const Item &item = m_items[static_cast<std::size_t>(known->second)];
    const decisions::Node &node = *item.node;
    DecisionDetails details;
    details.id = toQString(node.id);
    details.label = toQString(node.label);
    if (node.rationale)
        details.rationale = toQString(*node.rationale);
    details.seq = item.seq;
    QStringList facts{nodeTypeWord(node.type), nodeStatusWord(node.status)};
    if (node.confidence)
        facts << tr("confidence %1").arg(*node.confidence, 0, 'f', 2);
    if (!node.agent.empty())
        facts << tr("by %1").arg(toQString(node.agent));
    facts << format::clockTime(node.createdMs * 1000);
    details.facts = facts.join(QStringLiteral(" · "));
    const auto tell = [&](Direction direction, QStringList &list) {
        for (const auto &edge : m_graph->edges(node.id, direction)) {
            const std::string &other = direction == Direction::Incoming ? edge->from : edge->to;
            const auto there = m_graph->node(other);
            list << QStringLiteral("%1: %2").arg(
                toQString(toString(edge->type)).replace(QLatin1Char('_'), QLatin1Char(' ')),
                format::oneLine(toQString(there ? there->label : other)));
        }
    };
    tell(Direction::Incoming, details.followsFrom);
    tell(Direction::Outgoing, details.leadsTo);
    return details;
}

QString DecisionsModel::mermaid() const { return toQString(decisions::toMermaid(*m_graph)); }

QString DecisionsModel::json() const { return jsonText(decisions::toJson(*m_graph), 2); }

} // namespace orrery::ui
