// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/decisions/decisiongraph.h"
#include "core/model/event.h"

#include <functional>
#include <string>

namespace orrery::decisions {

/// What an agent does with the decision graph: arguments and results are JSON, as models write and read them. Arguments
/// have been checked against the tools' schemas. Every change is reported as the event that tells it, after it has
/// happened. One object serves one call; the graph is shared. A node is named by its id, by the beginning of it (the
/// context text shows eight characters), or by its label; what fits more than one node is refused.
class DecisionTools
{
public:
    using Report = std::function<void(EventKind, Json)>;
    DecisionTools(DecisionGraph &graph, std::string agent, std::int64_t nowMs, Report report);

    Json addGoal(const Json &args);
    Json recordDecision(const Json &args);
    Json recordOutcome(const Json &args);
    Json updateDecision(const Json &args);
    Json supersedeDecision(const Json &args);
    Json queryDecisions(const Json &args);

private:
    Json record(Node node, const Json &args, EdgeType edgeType, const char *status);
    Node newNode(NodeType type, const Json &args) const;
    Result<NodePtr> resolve(const std::string &name) const;

    DecisionGraph &m_graph;
    std::string m_agent;
    std::int64_t m_nowMs;
    Report m_report;
};

} // namespace orrery::decisions
