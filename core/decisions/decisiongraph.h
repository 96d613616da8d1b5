// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/digraph.h"
#include "core/base/result.h"
#include "core/decisions/decisionfile.h"
#include "core/decisions/records.h"

#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace orrery::decisions {

/// What of a node changes; nothing = as it was.
struct NodeChanges {
    std::optional<std::string> label;
    std::optional<NodeStatus> status;
    std::optional<double> confidence;
    std::optional<std::string> rationale;
};

/// A directed graph of goals, decisions and what came of them. Edges are indexed by source and by target: reading those
/// of a node is O(degree), walks are O(nodes + edges reached). Edges may name nodes that are not there (yet); walks go
/// only over nodes that are. What is handed out is immutable and shared, not copied. Thread-safe; readers run side by
/// side. With a file every change is in it before it is seen, and what other programs write to it is seen at once, at a
/// cost of O(what they have changed); while the file cannot be read, answers are about what was known before.
class DecisionGraph
{
public:
    enum class Direction { Outgoing, Incoming };

    /// An empty path keeps the graph in memory only.
    static Result<std::unique_ptr<DecisionGraph>> open(const std::string &path);
    ~DecisionGraph();

    /// Replaces the node with this id, which keeps its place in the order of recording. True when it is new.
    Result<bool> add(Node node);
    /// Errors: NotFound.
    Result<NodePtr> update(const std::string &id, const NodeChanges &changes, std::int64_t nowMs);
    /// Removes the node with all its edges. False when there is none.
    Result<bool> remove(const std::string &id);
    /// Replaces the edge with this id.
    Result<void> link(Edge edge);
    /// A new node with an edge to it, both or neither.
    Result<void> addLinked(Node node, Edge edge);

    struct Superseded {
        NodePtr node; ///< the old one, as it is now
        EdgePtr edge; ///< from the new one to it
    };
    /// Marks `oldId` as superseded, with `rationale` if there is one, and says by what: both or neither. Errors:
    /// NotFound for the old node; the successor need not be there.
    Result<Superseded> supersede(const std::string &oldId, const std::string &successor,
                                 const std::optional<std::string> &rationale, std::int64_t nowMs);

    NodePtr node(std::string_view id) const; ///< null when there is none
    std::vector<EdgePtr> edges(std::string_view id, Direction direction) const;
    std::vector<NodePtr> activeGoals() const; ///< in the order of recording
    /// Decisions of any status, latest first, the later recorded first among those of one time.
    std::vector<NodePtr> recentDecisions(std::size_t limit) const;
    /// A shortest way along the edges, both ends included; empty when there is none. From a node to itself: that node.
    std::vector<NodePtr> path(std::string_view from, std::string_view to) const;
    /// What can be reached from a node, nearest first, without the node itself.
    std::vector<NodePtr> descendants(std::string_view id) const;
    /// What a node can be reached from, nearest first, without the node itself.
    std::vector<NodePtr> ancestors(std::string_view id) const;

    std::vector<NodePtr> nodes() const; ///< in the order of recording
    std::vector<EdgePtr> edges() const; ///< in that of their sources
    std::size_t nodeCount() const;

private:
    struct Row {
        Node node;
        std::uint64_t place; ///< in the order of recording
    };
    using RowPtr = std::shared_ptr<const Row>;
    using Graph = Digraph<RowPtr, EdgePtr>;
    using Index = Graph::Index;

    explicit DecisionGraph(std::unique_ptr<DecisionFile> file);
    class Writing;
    DecisionFile::Reader reader();
    Result<void> load();
    /// Takes in what others have written; both mutexes are held.
    Result<void> takeIn();
    void follow() const;
    /// `place` 0 = the one that it has, or the next.
    bool put(Node node, std::int64_t place);
    void put(Edge edge);
    void drop(const std::string &id);
    void unlist(const Row &row, Index index);
    NodePtr at(Index index) const;
    std::vector<NodePtr> reach(std::string_view id, Direction direction) const;

    const std::unique_ptr<DecisionFile> m_file; ///< null = memory only
    mutable std::mutex m_fileMutex;             ///< held by whoever uses the file, left of m_mutex
    mutable std::shared_mutex m_mutex;
    // All of this is guarded by m_mutex.
    Graph m_graph;
    std::uint64_t m_nextPlace = 1;
    std::set<std::pair<std::uint64_t, Index>> m_order;
    std::set<std::pair<std::uint64_t, Index>> m_activeGoals;
    std::set<std::tuple<std::int64_t, std::uint64_t, Index>> m_decisions; ///< by time of creation
};

} // namespace orrery::decisions
