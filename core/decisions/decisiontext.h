// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/decisions/decisiongraph.h"

#include <optional>
#include <string>

namespace orrery::decisions {

/// What a model is told of the graph: active goals with what they lead to, and the latest decisions. Nothing when there
/// is neither. Ids are cut to 8 characters.
std::optional<std::string> contextText(const DecisionGraph &graph, std::size_t decisionLimit = 5);

/// A Mermaid flow chart: goals on top, a shape for each type, a line style for each kind of edge. Labels are quoted, so
/// that nothing in them is taken for markup.
std::string toMermaid(const DecisionGraph &graph);
/// {nodes, edges}, as in core/decisions/records.h.
Json toJson(const DecisionGraph &graph);

} // namespace orrery::decisions
