// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decisions/decisiontext.h"

#include "core/base/graphemes.h"
#include "core/model/canonicaljson.h"

#include <map>

namespace orrery::decisions {

namespace {

std::string shortId(const std::string &id) { return firstGraphemes(id, 8); }

std::string childLines(const DecisionGraph &graph, const Node &goal)
{
    std::string text;
    for (const EdgePtr &edge : graph.edges(goal.id, DecisionGraph::Direction::Outgoing)) {
        const NodePtr child = graph.node(edge->to);
        if (!child)
            continue;
        const std::string_view state =
            edge->type == EdgeType::Chosen || edge->type == EdgeType::Rejected
                ? toString(edge->type)
                : toString(child->status);
        text.append("\n  └─ [").append(shortId(child->id)).append("] ").append(child->label);
        text.append(" (").append(state).append(")");
    }
    return text;
}

/// Mermaid reads entities in quoted labels, and little else.
std::string quoted(const std::string &label)
{
    std::string text = "\"";
    for (const char c : label) {
        switch (c) {
        case '"': text += "#quot;"; break;
        case '#': text += "#35;"; break;
        case '<': text += "#lt;"; break;
        case '>': text += "#gt;"; break;
        case '&': text += "#amp;"; break;
        case '`': text += "#96;"; break;
        case '\n':
        case '\r':
        case '\t': text += ' '; break;
        default:
            if (static_cast<unsigned char>(c) >= 0x20)
                text += c;
        }
    }
    return text + "\"";
}

std::pair<const char *, const char *> shapeOf(NodeType type)
{
    switch (type) {
    case NodeType::Goal: return {"(((", ")))"};
    case NodeType::Decision: return {"{", "}"};
    case NodeType::Option: return {"([", "])"};
    case NodeType::Action: return {"[", "]"};
    case NodeType::Outcome: return {"{{", "}}"};
    case NodeType::Observation: return {">", "]"};
    case NodeType::Revisit: return {"((", "))"};
    }
    return {"[", "]"};
}

const char *arrowOf(EdgeType type)
{
    switch (type) {
    case EdgeType::Chosen: return "==>";
    case EdgeType::Rejected:
    case EdgeType::Supersedes: return "-.->";
    case EdgeType::Blocks: return "--x";
    default: return "-->";
    }
}

} // namespace

std::optional<std::string> contextText(const DecisionGraph &graph, std::size_t decisionLimit)
{
    std::string text;
    for (const NodePtr &goal : graph.activeGoals()) {
        text += text.empty() ? "## Active Goals" : "";
        text.append("\n- [").append(shortId(goal->id)).append("] ").append(goal->label);
        text.append(" (status: ").append(toString(goal->status));
        if (goal->confidence)
            text.append(", confidence: ").append(toCanonicalJson(*goal->confidence));
        text.append(")").append(childLines(graph, *goal));
    }
    bool first = true;
    for (const NodePtr &decision : graph.recentDecisions(decisionLimit)) {
        if (std::exchange(first, false))
            text += text.empty() ? "## Recent Decisions" : "\n\n## Recent Decisions";
        text.append("\n- [").append(shortId(decision->id)).append("] ").append(decision->label);
        if (decision->rationale)
            text.append(" -- ").append(*decision->rationale);
    }
    if (text.empty())
        return std::nullopt;
    return text;
}

std::string toMermaid(const DecisionGraph &graph)
{
    std::string text = "flowchart TD\n";
    std::map<std::string, std::string> names; // ids may hold anything, names of Mermaid may not
    for (const NodePtr &node : graph.nodes()) {
        const std::string name = "n" + std::to_string(names.size() + 1);
        names.emplace(node->id, name);
        const auto [open, close] = shapeOf(node->type);
        text.append("    ").append(name).append(open).append(quoted(node->label)).append(close);
        if (node->status != NodeStatus::Active)
            text.append(":::").append(toString(node->status));
        text += "\n";
    }
    for (const EdgePtr &edge : graph.edges()) {
        const auto from = names.find(edge->from);
        const auto to = names.find(edge->to);
        if (from == names.end() || to == names.end())
            continue;
        text.append("    ").append(from->second).append(" ").append(arrowOf(edge->type));
        text.append("|").append(toString(edge->type)).append("| ").append(to->second).append("\n");
    }
    text += "    classDef completed stroke-width:2px\n"
            "    classDef rejected stroke-dasharray:4 3,color:#777\n"
            "    classDef superseded stroke-dasharray:1 3,color:#777\n";
    return text;
}

Json toJson(const DecisionGraph &graph)
{
    Json nodes = Json::array();
    for (const NodePtr &node : graph.nodes())
        nodes.push_back(toJson(*node));
    Json edges = Json::array();
    for (const EdgePtr &edge : graph.edges())
        edges.push_back(toJson(*edge));
    return {{"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

} // namespace orrery::decisions
