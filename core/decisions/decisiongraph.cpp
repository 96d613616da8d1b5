// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decisions/decisiongraph.h"

#include "core/base/ids.h"
#include "core/decisions/decisionwriting.h"

#include <algorithm>
#include <mutex>

namespace orrery::decisions {

namespace {

bool isActiveGoal(const Node &node)
{
    return node.type == NodeType::Goal && node.status == NodeStatus::Active;
}

Result<void> checked(const Node &node)
{
    if (node.id.empty())
        return fail(ErrorCode::InvalidArgument, "A node of the decision graph needs an id.");
    return {};
}

Result<void> checked(const Edge &edge)
{
    if (edge.id.empty() || edge.from.empty() || edge.to.empty())
        return fail(ErrorCode::InvalidArgument,
                    "An edge of the decision graph needs an id and two nodes.");
    return {};
}

} // namespace

DecisionGraph::DecisionGraph(std::unique_ptr<DecisionFile> file) : m_file(std::move(file)) {}

DecisionGraph::~DecisionGraph() = default;

Result<std::unique_ptr<DecisionGraph>> DecisionGraph::open(const std::string &path)
{
    std::unique_ptr<DecisionFile> file;
    if (!path.empty()) {
        auto opened = DecisionFile::open(path);
        if (!opened)
            return fail(opened.error());
        file = std::move(*opened);
    }
    std::unique_ptr<DecisionGraph> graph(new DecisionGraph(std::move(file)));
    if (const auto loaded = graph->load(); !loaded)
        return fail(loaded.error());
    return graph;
}

DecisionFile::Reader DecisionGraph::reader()
{
    return {[this](Node node, std::int64_t place) { put(std::move(node), place); },
            [this](Edge edge) { put(std::move(edge)); },
            [this](const std::string &table, const std::string &id) {
                // The edges of a node that is gone are told of by themselves.
                if (table == "nodes")
                    drop(id);
                else
                    m_graph.removeEdge(id);
            }};
}

Result<void> DecisionGraph::load()
{
    if (!m_file)
        return {};
    m_graph = {};
    m_order.clear();
    m_activeGoals.clear();
    m_decisions.clear();
    return m_file->read(reader());
}

Result<void> DecisionGraph::takeIn()
{
    const auto isTooMuch = m_file->readNews(reader());
    if (!isTooMuch)
        return fail(isTooMuch.error());
    return *isTooMuch ? load() : Result<void>();
}

/// Before every answer. What it changes is not the object as others see it, which is what the file holds.
void DecisionGraph::follow() const
{
    if (!m_file)
        return;
    auto &self = const_cast<DecisionGraph &>(*this);
    const std::lock_guard file(m_fileMutex);
    if (const auto isNews = self.m_file->hasNews(); !isNews || !*isNews)
        return;
    const std::unique_lock lock(m_mutex);
    static_cast<void>(self.takeIn()); // without it, the answer is about what was known before
}

/// Puts the node into graph and lists; true when it is new.
bool DecisionGraph::put(Node node, std::int64_t place)
{
    const Index known = m_graph.find(node.id);
    const RowPtr old = known == Graph::none ? nullptr : m_graph.vertex(known);
    if (old)
        unlist(*old, known);
    auto row = std::make_shared<const Row>(
        Row{std::move(node), place > 0 ? static_cast<std::uint64_t>(place)
                             : old     ? old->place
                                       : m_nextPlace++});
    const Index index = m_graph.setVertex(row->node.id, row);
    m_order.emplace(row->place, index);
    if (isActiveGoal(row->node))
        m_activeGoals.emplace(row->place, index);
    if (row->node.type == NodeType::Decision)
        m_decisions.emplace(row->node.createdMs, row->place, index);
    return !old;
}

void DecisionGraph::put(Edge edge)
{
    auto shared = std::make_shared<const Edge>(std::move(edge));
    m_graph.setEdge(shared->id, shared->from, shared->to, shared);
}

void DecisionGraph::drop(const std::string &id)
{
    const Index index = m_graph.find(id);
    const RowPtr row = index == Graph::none ? nullptr : m_graph.vertex(index);
    if (!row)
        return;
    unlist(*row, index);
    m_graph.clearVertex(index);
}

void DecisionGraph::unlist(const Row &row, Index index)
{
    m_order.erase({row.place, index});
    m_activeGoals.erase({row.place, index});
    m_decisions.erase({row.node.createdMs, row.place, index});
}

Result<bool> DecisionGraph::add(Node node)
{
    if (auto fine = checked(node); !fine)
        return fail(fine.error());
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    const auto place = writing.write(node);
    if (!place)
        return fail(place.error());
    return put(std::move(node), *place);
}

Result<NodePtr> DecisionGraph::update(const std::string &id, const NodeChanges &changes,
                                      std::int64_t nowMs)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    const Index index = m_graph.find(id);
    if (index == Graph::none || !m_graph.vertex(index))
        return fail(ErrorCode::NotFound, "There is no node " + id + " in the decision graph.");
    Node node = m_graph.vertex(index)->node;
    node.label = changes.label.value_or(node.label);
    node.status = changes.status.value_or(node.status);
    if (changes.confidence)
        node.confidence = changes.confidence;
    if (changes.rationale)
        node.rationale = changes.rationale;
    node.updatedMs = nowMs;
    const auto place = writing.write(node);
    if (!place)
        return fail(place.error());
    put(std::move(node), *place);
    return at(index);
}

Result<bool> DecisionGraph::remove(const std::string &id)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    const Index index = m_graph.find(id);
    if (index == Graph::none)
        return false;
    if (m_file)
        if (auto removed = m_file->removeNode(id); !removed)
            return fail(removed.error());
    if (auto done = writing.commit(); !done)
        return fail(done.error());
    const RowPtr row = m_graph.vertex(index);
    if (row)
        unlist(*row, index);
    m_graph.removeVertex(index);
    return row != nullptr;
}

Result<void> DecisionGraph::link(Edge edge)
{
    if (auto fine = checked(edge); !fine)
        return fine;
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return begun;
    if (auto written = writing.write(&edge); !written)
        return written;
    put(std::move(edge));
    return {};
}

Result<void> DecisionGraph::addLinked(Node node, Edge edge)
{
    if (auto fine = checked(node); !fine)
        return fine;
    if (auto fine = checked(edge); !fine)
        return fine;
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return begun;
    const auto place = writing.write(node, &edge);
    if (!place)
        return fail(place.error());
    put(std::move(node), *place);
    put(std::move(edge));
    return {};
}

Result<DecisionGraph::Superseded>
DecisionGraph::supersede(const std::string &oldId, const std::string &successor,
                         const std::optional<std::string> &rationale, std::int64_t nowMs)
{
    Writing writing(*this);
    if (auto begun = writing.begin(); !begun)
        return fail(begun.error());
    const Index index = m_graph.find(oldId);
    if (index == Graph::none || !m_graph.vertex(index))
        return fail(ErrorCode::NotFound, "There is no node " + oldId + " in the decision graph.");
    Node node = m_graph.vertex(index)->node;
    node.status = NodeStatus::Superseded;
    if (rationale)
        node.rationale = rationale;
    node.updatedMs = nowMs;
    auto edge = std::make_shared<const Edge>(
        Edge{newId("edge"), successor, oldId, EdgeType::Supersedes,
             rationale ? Json{{"rationale", *rationale}} : Json::object(), nowMs});
    if (auto fine = checked(*edge); !fine)
        return fail(fine.error());
    const auto place = writing.write(node, edge.get());
    if (!place)
        return fail(place.error());
    put(std::move(node), *place);
    m_graph.setEdge(edge->id, edge->from, edge->to, edge);
    return Superseded{at(index), std::move(edge)};
}

NodePtr DecisionGraph::at(Index index) const
{
    const RowPtr &row = m_graph.vertex(index);
    return row ? NodePtr(row, &row->node) : nullptr;
}

NodePtr DecisionGraph::node(std::string_view id) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    const Index index = m_graph.find(id);
    return index == Graph::none ? nullptr : at(index);
}

std::vector<EdgePtr> DecisionGraph::edges(std::string_view id, Direction direction) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<EdgePtr> list;
    const Index index = m_graph.find(id);
    if (index == Graph::none)
        return list;
    const auto arcs = direction == Direction::Outgoing ? m_graph.out(index) : m_graph.in(index);
    list.reserve(arcs.size());
    for (const auto &arc : arcs)
        list.push_back(m_graph.edge(arc.edge));
    return list;
}

std::vector<NodePtr> DecisionGraph::activeGoals() const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<NodePtr> list;
    for (const auto &[place, index] : m_activeGoals)
        list.push_back(at(index));
    return list;
}

std::vector<NodePtr> DecisionGraph::recentDecisions(std::size_t limit) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<NodePtr> list;
    for (auto it = m_decisions.rbegin(); it != m_decisions.rend() && list.size() < limit; ++it)
        list.push_back(at(std::get<Index>(*it)));
    return list;
}

std::vector<NodePtr> DecisionGraph::path(std::string_view from, std::string_view to) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    const Index start = m_graph.find(from);
    const Index goal = m_graph.find(to);
    if (start == Graph::none || goal == Graph::none || !m_graph.vertex(start)
        || !m_graph.vertex(goal))
        return {};
    // Breadth first; `before` is also the mark of having been reached.
    std::vector<Index> before(m_graph.vertexBound(), Graph::none);
    std::vector<Index> queue{start};
    before[start] = start;
    for (std::size_t next = 0; next < queue.size() && before[goal] == Graph::none; ++next) {
        for (const auto &arc : m_graph.out(queue[next])) {
            if (before[arc.vertex] != Graph::none || !m_graph.vertex(arc.vertex))
                continue;
            before[arc.vertex] = queue[next];
            queue.push_back(arc.vertex);
        }
    }
    std::vector<NodePtr> list;
    if (before[goal] == Graph::none)
        return list;
    for (Index index = goal; index != start; index = before[index])
        list.push_back(at(index));
    list.push_back(at(start));
    std::reverse(list.begin(), list.end());
    return list;
}

std::vector<NodePtr> DecisionGraph::reach(std::string_view id, Direction direction) const
{
    follow();
    const std::shared_lock lock(m_mutex);
    const Index start = m_graph.find(id);
    std::vector<NodePtr> list;
    if (start == Graph::none)
        return list;
    std::vector<bool> seen(m_graph.vertexBound());
    std::vector<Index> queue{start};
    seen[start] = true;
    for (std::size_t next = 0; next < queue.size(); ++next) {
        const auto arcs =
            direction == Direction::Outgoing ? m_graph.out(queue[next]) : m_graph.in(queue[next]);
        for (const auto &arc : arcs) {
            if (seen[arc.vertex] || !m_graph.vertex(arc.vertex))
                continue;
            seen[arc.vertex] = true;
            queue.push_back(arc.vertex);
            list.push_back(at(arc.vertex));
        }
    }
    return list;
}

std::vector<NodePtr> DecisionGraph::descendants(std::string_view id) const
{
    return reach(id, Direction::Outgoing);
}

std::vector<NodePtr> DecisionGraph::ancestors(std::string_view id) const
{
    return reach(id, Direction::Incoming);
}

std::vector<NodePtr> DecisionGraph::nodes() const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<NodePtr> list;
    list.reserve(m_order.size());
    for (const auto &[place, index] : m_order)
        list.push_back(at(index));
    return list;
}

std::vector<EdgePtr> DecisionGraph::edges() const
{
    follow();
    const std::shared_lock lock(m_mutex);
    std::vector<EdgePtr> list;
    list.reserve(m_graph.edgeCount());
    // Also those whose source is not there.
    for (std::size_t index = 0; index < m_graph.vertexBound(); ++index)
        for (const auto &arc : m_graph.out(static_cast<Index>(index)))
            list.push_back(m_graph.edge(arc.edge));
    return list;
}

std::size_t DecisionGraph::nodeCount() const
{
    follow();
    const std::shared_lock lock(m_mutex);
    return m_order.size();
}

} // namespace orrery::decisions
