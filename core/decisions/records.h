// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::decisions {

enum class NodeType : std::uint8_t {
    Goal,
    Decision,
    Option,
    Action,
    Outcome,
    Observation,
    Revisit
};
enum class NodeStatus : std::uint8_t { Active, Completed, Superseded, Rejected };
enum class EdgeType : std::uint8_t {
    LeadsTo,
    Chosen,
    Rejected,
    Requires,
    Blocks,
    Enables,
    Supersedes
};

inline constexpr std::array<std::string_view, 7> kNodeTypes = {
    "goal", "decision", "option", "action", "outcome", "observation", "revisit"};
inline constexpr std::array<std::string_view, 4> kNodeStatuses = {"active", "completed",
                                                                  "superseded", "rejected"};
inline constexpr std::array<std::string_view, 7> kEdgeTypes = {
    "leads_to", "chosen", "rejected", "requires", "blocks", "enables", "supersedes"};

std::string_view toString(NodeType type);
std::string_view toString(NodeStatus status);
std::string_view toString(EdgeType type);
std::optional<NodeType> nodeTypeFromString(std::string_view name);
std::optional<NodeStatus> nodeStatusFromString(std::string_view name);
std::optional<EdgeType> edgeTypeFromString(std::string_view name);

/// One element of what a team decided and why. Times are wall-clock ms since 1970.
struct Node {
    std::string id;
    NodeType type = NodeType::Decision;
    std::string label;
    NodeStatus status = NodeStatus::Active;
    std::optional<double> confidence; ///< 0…1
    std::optional<std::string> rationale;
    std::string agent; ///< who recorded it; empty = not known
    Json metadata = Json::object();
    std::int64_t createdMs = 0;
    std::int64_t updatedMs = 0;
};

/// `from` leads to, chose, rejected, … `to`.
struct Edge {
    std::string id;
    std::string from;
    std::string to;
    EdgeType type = EdgeType::LeadsTo;
    Json metadata = Json::object();
    std::int64_t createdMs = 0;
};

using NodePtr = std::shared_ptr<const Node>;
using EdgePtr = std::shared_ptr<const Edge>;

/// {id, type, label, status, confidence, rationale, agent, metadata, created_at_ms, updated_at_ms}; what is not known is null.
Json toJson(const Node &node);
/// {id, from, to, edge_type, metadata, created_at_ms}
Json toJson(const Edge &edge);
/// Reads what toJson() writes. Nothing without an id or with an unknown type or status; other fields that are missing or
/// of another type keep their defaults.
std::optional<Node> nodeFromJson(const Json &json);
std::optional<Edge> edgeFromJson(const Json &json);

} // namespace orrery::decisions
