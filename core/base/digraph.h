// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orrery {

/// Lets a map be asked with a piece of a text, without a copy of it.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const
    {
        return std::hash<std::string_view>{}(text);
    }
};
template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

/// A directed multigraph of named vertices and named edges, indexed by source and by target, so that the edges of a
/// vertex are read in O(degree). `Vertex` and `Edge` are pointers or what behaves like one. An edge may name a vertex
/// that is not there (its value is then `Vertex()`); it counts for it as soon as it comes. Edges of a vertex keep the
/// order in which they were set. Indexes stay valid until what they stand for is removed. Not thread-safe.
template <typename Vertex, typename Edge>
class Digraph
{
public:
    using Index = std::uint32_t;
    static constexpr Index none = std::numeric_limits<Index>::max();
    struct Arc {
        Index edge;
        Index vertex; ///< at the other end
    };

    /// `none` when the name is not known.
    Index find(std::string_view name) const
    {
        const auto it = m_vertexByName.find(name);
        return it == m_vertexByName.end() ? none : it->second;
    }
    Index findEdge(std::string_view name) const
    {
        const auto it = m_edgeByName.find(name);
        return it == m_edgeByName.end() ? none : it->second;
    }
    const Vertex &vertex(Index index) const { return m_vertices[index].value; }
    const Edge &edge(Index index) const { return m_edges[index].value; }
    std::span<const Arc> out(Index vertex) const { return m_vertices[vertex].out; }
    std::span<const Arc> in(Index vertex) const { return m_vertices[vertex].in; }
    /// All indexes of vertices are below this.
    std::size_t vertexBound() const { return m_vertices.size(); }
    std::size_t edgeCount() const { return m_edgeByName.size(); }

    Index setVertex(const std::string &name, Vertex value)
    {
        const Index index = vertexNamed(name);
        m_vertices[index].value = std::move(value);
        return index;
    }

    /// Edges that name it stay.
    void clearVertex(Index index)
    {
        m_vertices[index].value = Vertex();
        dropIfUnused(index);
    }

    /// Replaces the edge of that name, which then comes last among those of its ends.
    void setEdge(const std::string &name, const std::string &from, const std::string &to,
                 Edge value)
    {
        removeEdge(name);
        const Index source = vertexNamed(from);
        const Index target = vertexNamed(to);
        const Index index = take(m_edges, m_freeEdges);
        m_edges[index] = {name, source, target, std::move(value)};
        m_edgeByName.emplace(name, index);
        m_vertices[source].out.push_back({index, target});
        m_vertices[target].in.push_back({index, source});
    }

    bool removeEdge(std::string_view name)
    {
        const auto it = m_edgeByName.find(name);
        if (it == m_edgeByName.end())
            return false;
        const Index index = it->second;
        const auto [source, target] = std::pair(m_edges[index].source, m_edges[index].target);
        m_edgeByName.erase(it);
        m_edges[index] = {};
        m_freeEdges.push_back(index);
        const auto erase = [index](std::vector<Arc> &arcs) {
            arcs.erase(std::find_if(arcs.begin(), arcs.end(),
                                    [index](const Arc &arc) { return arc.edge == index; }));
        };
        erase(m_vertices[source].out);
        erase(m_vertices[target].in);
        dropIfUnused(source);
        if (target != source)
            dropIfUnused(target);
        return true;
    }

    /// Removes the vertex with every edge that begins or ends at it.
    void removeVertex(Index index)
    {
        std::vector<std::string> names;
        for (const auto *arcs : {&m_vertices[index].out, &m_vertices[index].in})
            for (const Arc &arc : *arcs)
                names.push_back(m_edges[arc.edge].name);
        const bool outlivesItsEdges = static_cast<bool>(m_vertices[index].value);
        for (const std::string &name : names)
            removeEdge(name);
        if (outlivesItsEdges)
            clearVertex(index);
    }

private:
    struct VertexSlot {
        std::string name;
        Vertex value{};
        std::vector<Arc> out, in;
    };
    struct EdgeSlot {
        std::string name;
        Index source = none, target = none;
        Edge value{};
    };

    template <typename Slot>
    static Index take(std::vector<Slot> &list, std::vector<Index> &free)
    {
        if (free.empty()) {
            list.emplace_back();
            return static_cast<Index>(list.size() - 1);
        }
        const Index index = free.back();
        free.pop_back();
        return index;
    }

    Index vertexNamed(const std::string &name)
    {
        const auto it = m_vertexByName.find(name);
        if (it != m_vertexByName.end())
            return it->second;
        const Index index = take(m_vertices, m_freeVertices);
        m_vertices[index].name = name;
        m_vertexByName.emplace(name, index);
        return index;
    }

    void dropIfUnused(Index index)
    {
        VertexSlot &slot = m_vertices[index];
        if (slot.value || !slot.out.empty() || !slot.in.empty())
            return;
        m_vertexByName.erase(slot.name);
        slot = {};
        m_freeVertices.push_back(index);
    }

    std::vector<VertexSlot> m_vertices;
    std::vector<EdgeSlot> m_edges;
    TextMap<Index> m_vertexByName, m_edgeByName;
    std::vector<Index> m_freeVertices, m_freeEdges;
};

} // namespace orrery
