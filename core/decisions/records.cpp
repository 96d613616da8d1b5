// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decisions/records.h"

#include "core/model/jsonfields.h"

#include <algorithm>

namespace orrery::decisions {

namespace {

template <typename Enum, std::size_t N>
std::optional<Enum> fromString(const std::array<std::string_view, N> &names, std::string_view name)
{
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end())
        return std::nullopt;
    return static_cast<Enum>(it - names.begin());
}

Json metadataOf(const Json &json)
{
    const Json *metadata = field::find(json, "metadata");
    return metadata && metadata->is_object() ? *metadata : Json::object();
}

} // namespace

std::string_view toString(NodeType type) { return kNodeTypes[static_cast<std::size_t>(type)]; }

std::string_view toString(NodeStatus status)
{
    return kNodeStatuses[static_cast<std::size_t>(status)];
}

std::string_view toString(EdgeType type) { return kEdgeTypes[static_cast<std::size_t>(type)]; }

std::optional<NodeType> nodeTypeFromString(std::string_view name)
{
    return fromString<NodeType>(kNodeTypes, name);
}

std::optional<NodeStatus> nodeStatusFromString(std::string_view name)
{
    return fromString<NodeStatus>(kNodeStatuses, name);
}

std::optional<EdgeType> edgeTypeFromString(std::string_view name)
{
    return fromString<EdgeType>(kEdgeTypes, name);
}

Json toJson(const Node &node)
{
    return {{"id", node.id},
            {"type", toString(node.type)},
            {"label", node.label},
            {"status", toString(node.status)},
            {"confidence", field::orNull(node.confidence)},
            {"rationale", field::orNull(node.rationale)},
            {"agent", node.agent},
            {"metadata", node.metadata},
            {"created_at_ms", node.createdMs},
            {"updated_at_ms", node.updatedMs}};
}

Json toJson(const Edge &edge)
{
    return {{"id", edge.id},
            {"from", edge.from},
            {"to", edge.to},
            {"edge_type", toString(edge.type)},
            {"metadata", edge.metadata},
            {"created_at_ms", edge.createdMs}};
}

std::optional<Node> nodeFromJson(const Json &json)
{
    const auto id = field::text(json, "id");
    const auto type = nodeTypeFromString(field::text(json, "type").value_or("decision"));
    const auto status = nodeStatusFromString(field::text(json, "status").value_or("active"));
    if (!id || id->empty() || !type || !status)
        return std::nullopt;
    Node node;
    node.id = *id;
    node.type = *type;
    node.status = *status;
    node.label = field::text(json, "label").value_or("");
    node.confidence = field::number(json, "confidence");
    node.rationale = field::text(json, "rationale");
    node.agent = field::text(json, "agent").value_or("");
    node.metadata = metadataOf(json);
    node.createdMs = field::integer(json, "created_at_ms").value_or(0);
    node.updatedMs = field::integer(json, "updated_at_ms").value_or(node.createdMs);
    return node;
}

std::optional<Edge> edgeFromJson(const Json &json)
{
    const auto id = field::text(json, "id");
    const auto from = field::text(json, "from");
    const auto to = field::text(json, "to");
    const auto type = edgeTypeFromString(field::text(json, "edge_type").value_or("leads_to"));
    if (!id || id->empty() || !from || !to || !type)
        return std::nullopt;
    return Edge{*id,
                *from,
                *to,
                *type,
                metadataOf(json),
                field::integer(json, "created_at_ms").value_or(0)};
}

} // namespace orrery::decisions
