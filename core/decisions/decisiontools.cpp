// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decisions/decisiontools.h"

#include "core/base/ids.h"
#include "core/model/jsonfields.h"

#include <algorithm>

namespace orrery::decisions {

namespace {

Json problem(const std::string &message) { return {{"status", "error"}, {"message", message}}; }

Json problem(const Error &error) { return problem(error.message); }

std::optional<std::string> confidenceProblem(const Json &args)
{
    const auto confidence = field::number(args, "confidence");
    if (confidence && (*confidence < 0 || *confidence > 1))
        return "confidence must be between 0.0 and 1.0.";
    return std::nullopt;
}

constexpr std::size_t kShortestPrefix = 4;

/// 16 hex digits, so that the eight that a model is shown tell nodes apart.
std::string newNodeId()
{
    const std::string id = newId("n");
    return id.substr(id.find('_') + 1);
}

} // namespace

DecisionTools::DecisionTools(DecisionGraph &graph, std::string agent, std::int64_t nowMs,
                             Report report)
    : m_graph(graph), m_agent(std::move(agent)), m_nowMs(nowMs), m_report(std::move(report))
{}

Node DecisionTools::newNode(NodeType type, const Json &args) const
{
    Node node;
    node.id = newNodeId();
    node.type = type;
    node.label = field::text(args, "label").value_or("");
    node.confidence = field::number(args, "confidence");
    node.rationale = field::text(args, "rationale");
    node.agent = m_agent;
    node.createdMs = node.updatedMs = m_nowMs;
    return node;
}

Result<NodePtr> DecisionTools::resolve(const std::string &name) const
{
    if (NodePtr node = m_graph.node(name))
        return node;
    std::vector<NodePtr> found;
    for (const NodePtr &node : m_graph.nodes())
        if (node->label == name || (name.size() >= kShortestPrefix && node->id.starts_with(name)))
            found.push_back(node);
    if (found.size() == 1)
        return found.front();
    if (found.empty())
        return fail(ErrorCode::NotFound,
                    "There is no node '" + name + "'; query_decisions lists what there is.");
    return fail(ErrorCode::InvalidArgument,
                "'" + name + "' may be " + found[0]->id + " or " + found[1]->id + "; use the id.");
}

/// Puts the node into the graph, with an edge to it when a parent is named.
Json DecisionTools::record(Node node, const Json &args, EdgeType edgeType, const char *status)
{
    if (const auto wrong = confidenceProblem(args))
        return problem(*wrong);
    const Json result = {
        {"status", status}, {"id", node.id}, {"type", toString(node.type)}, {"label", node.label}};
    const Json recorded = {{"node", toJson(node)}, {"is_new", true}};
    const auto parent = field::text(args, "parent_id");
    if (!parent) {
        if (auto added = m_graph.add(std::move(node)); !added)
            return problem(added.error());
        m_report(EventKind::DecisionRecorded, recorded);
        return result;
    }
    const auto from = resolve(*parent);
    if (!from)
        return problem(from.error());
    const Edge edge{newId("edge"), (*from)->id, node.id, edgeType, Json::object(), m_nowMs};
    if (auto added = m_graph.addLinked(std::move(node), edge); !added)
        return problem(added.error());
    m_report(EventKind::DecisionRecorded, recorded);
    m_report(EventKind::DecisionLinked, {{"edge", toJson(edge)}});
    return result;
}

Json DecisionTools::addGoal(const Json &args)
{
    return record(newNode(NodeType::Goal, args), args, EdgeType::LeadsTo, "added");
}

Json DecisionTools::recordDecision(const Json &args)
{
    const auto type =
        nodeTypeFromString(field::text(args, "type").value_or("")).value_or(NodeType::Decision);
    const auto edge = edgeTypeFromString(field::text(args, "edge_type").value_or(""));
    Node node = newNode(type, args);
    // An option that was turned down is one from the start.
    if (edge == EdgeType::Rejected)
        node.status = NodeStatus::Rejected;
    return record(std::move(node), args, edge.value_or(EdgeType::LeadsTo), "recorded");
}

Json DecisionTools::recordOutcome(const Json &args)
{
    Node node = newNode(NodeType::Outcome, args);
    node.status = nodeStatusFromString(field::text(args, "status").value_or(""))
                      .value_or(NodeStatus::Completed);
    return record(std::move(node), args, EdgeType::LeadsTo, "recorded");
}

Json DecisionTools::updateDecision(const Json &args)
{
    if (const auto wrong = confidenceProblem(args))
        return problem(*wrong);
    NodeChanges changes;
    Json changed = Json::array();
    changes.confidence = field::number(args, "confidence");
    changes.rationale = field::text(args, "rationale");
    if (const auto status = field::text(args, "status"))
        changes.status = nodeStatusFromString(*status);
    for (const char *key : {"status", "confidence", "rationale"})
        if (field::find(args, key))
            changed.push_back(key);
    if (changed.empty())
        return problem("Say what changes: status, confidence or rationale.");
    const auto named = resolve(field::text(args, "id").value_or(""));
    if (!named)
        return problem(named.error());
    const std::string id = (*named)->id;
    const auto node = m_graph.update(id, changes, m_nowMs);
    if (!node)
        return problem(node.error());
    m_report(EventKind::DecisionUpdated,
             {{"node", toJson(**node)}, {"changed", std::move(changed)}});
    return {{"status", "updated"}, {"id", id}, {"node_status", toString((*node)->status)}};
}

Json DecisionTools::supersedeDecision(const Json &args)
{
    const auto oldNode = resolve(field::text(args, "old_id").value_or(""));
    const auto newNode = resolve(field::text(args, "new_id").value_or(""));
    if (!oldNode || !newNode)
        return problem(!oldNode ? oldNode.error() : newNode.error());
    const std::string old = (*oldNode)->id;
    const std::string successor = (*newNode)->id;
    if (old == successor)
        return problem("A node cannot supersede itself.");
    const auto done = m_graph.supersede(old, successor, field::text(args, "rationale"), m_nowMs);
    if (!done)
        return problem(done.error());
    Json changed = Json::array({"status"});
    if (field::text(args, "rationale"))
        changed.push_back("rationale");
    m_report(EventKind::DecisionUpdated,
             {{"node", toJson(*done->node)}, {"changed", std::move(changed)}});
    m_report(EventKind::DecisionLinked, {{"edge", toJson(*done->edge)}});
    return {{"status", "superseded"}, {"id", old}, {"by", successor}};
}

Json DecisionTools::queryDecisions(const Json &args)
{
    const std::string type = field::text(args, "query_type").value_or("");
    const auto named = [&](const char *key) -> Result<std::string> {
        const auto name = field::text(args, key);
        if (!name)
            return fail(ErrorCode::InvalidArgument, type + " needs " + key + ".");
        const auto node = resolve(*name);
        if (!node)
            return fail(node.error());
        return (*node)->id;
    };
    std::vector<NodePtr> nodes;
    if (type == "active_goals") {
        nodes = m_graph.activeGoals();
    } else if (type == "recent_decisions") {
        const auto limit =
            std::clamp<std::int64_t>(field::integer(args, "limit").value_or(5), 0, 100);
        nodes = m_graph.recentDecisions(static_cast<std::size_t>(limit));
    } else if (type == "path_between") {
        const auto from = named("from_id");
        const auto to = named("to_id");
        if (!from || !to)
            return problem(!from ? from.error() : to.error());
        nodes = m_graph.path(*from, *to);
    } else if (type == "descendants" || type == "ancestors") {
        const auto node = named("node_id");
        if (!node)
            return problem(node.error());
        nodes = type == "ancestors" ? m_graph.ancestors(*node) : m_graph.descendants(*node);
    }
    Json list = Json::array();
    for (const NodePtr &node : nodes)
        list.push_back({{"id", node->id},
                        {"type", toString(node->type)},
                        {"label", node->label},
                        {"status", toString(node->status)},
                        {"confidence", field::orNull(node->confidence)}});
    return {{"status", "found"}, {"count", nodes.size()}, {"nodes", std::move(list)}};
}

} // namespace orrery::decisions
