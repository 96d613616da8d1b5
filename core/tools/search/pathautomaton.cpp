// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/pathautomaton.h"

#include "core/tools/files/textencoding.h"

#include <algorithm>
#include <utility>

namespace orrery::tools {

namespace {

constexpr char32_t kFirstRawByte = 0x110000;

char32_t takeByte(std::string_view &text)
{
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    return byte;
}

} // namespace

char32_t takeCharacter(std::string_view &text)
{
    const auto byte = static_cast<unsigned char>(text.front());
    const Character character = characterAt(text, 0);
    text.remove_prefix(character.isText ? character.size : 1);
    return character.isText ? character.code : kFirstRawByte + byte;
}

class PathAutomaton::Front
{
public:
    explicit Front(std::size_t states) : m_reached(states, 0) { m_states.reserve(states); }

    void add(State state)
    {
        char &reached = m_reached[static_cast<std::size_t>(state)];
        if (!reached)
            m_states.push_back(state);
        reached = 1;
    }
    /// Adds what is reached without a character.
    void close(const std::vector<Node> &nodes)
    {
        for (std::size_t i = 0; i < m_states.size(); ++i)
            for (const State state : nodes[static_cast<std::size_t>(m_states[i])].free)
                add(state);
    }
    void clear()
    {
        for (const State state : m_states)
            m_reached[static_cast<std::size_t>(state)] = 0;
        m_states.clear();
    }
    const std::vector<State> &states() const { return m_states; }

private:
    std::vector<State> m_states;
    std::vector<char> m_reached; ///< by state
};

PathAutomaton::PathAutomaton(Unit unit) : m_unit(unit), m_nodes(1) {}

PathAutomaton::State PathAutomaton::newState()
{
    m_nodes.emplace_back();
    return static_cast<State>(m_nodes.size() - 1);
}

void PathAutomaton::accept(State state) { m_nodes[static_cast<std::size_t>(state)].accepts = true; }

void PathAutomaton::onCharacter(State from, char32_t character, State to)
{
    m_nodes[static_cast<std::size_t>(from)].edges.push_back(
        {Edge::Kind::Character, character, 0, to});
}

void PathAutomaton::onSet(State from, std::vector<CharacterRange> set, bool negated, State to)
{
    m_sets.push_back({std::move(set), negated});
    m_nodes[static_cast<std::size_t>(from)].edges.push_back(
        {Edge::Kind::Set, 0, static_cast<int>(m_sets.size() - 1), to});
}

void PathAutomaton::onAnyInName(State from, State to)
{
    m_nodes[static_cast<std::size_t>(from)].edges.push_back({Edge::Kind::AnyInName, 0, 0, to});
}

void PathAutomaton::onAny(State from, State to)
{
    m_nodes[static_cast<std::size_t>(from)].edges.push_back({Edge::Kind::Any, 0, 0, to});
}

void PathAutomaton::onNothing(State from, State to)
{
    m_nodes[static_cast<std::size_t>(from)].free.push_back(to);
}

bool PathAutomaton::takes(const Edge &edge, char32_t character, bool literalOnly) const
{
    if (edge.kind == Edge::Kind::Character)
        return edge.character == character;
    if (literalOnly)
        return false;
    if (edge.kind == Edge::Kind::Any)
        return true;
    if (character == '/')
        return false;
    if (edge.kind == Edge::Kind::AnyInName)
        return true;
    const Set &set = m_sets[static_cast<std::size_t>(edge.set)];
    const bool isIn =
        std::any_of(set.ranges.begin(), set.ranges.end(), [&](const CharacterRange &range) {
            return character >= range.first && character <= range.last;
        });
    return isIn != set.negated;
}

PathAutomaton::Front PathAutomaton::follow(std::string_view path, Dots dots) const
{
    Front now(m_nodes.size());
    Front next(m_nodes.size());
    now.add(start);
    now.close(m_nodes);
    bool beginsName = true;
    while (!path.empty() && !now.states().empty()) {
        const char32_t character = m_unit == Unit::Byte ? takeByte(path) : takeCharacter(path);
        const bool literalOnly = beginsName && character == '.' && dots == Dots::Written;
        for (const State state : now.states())
            for (const Edge &edge : m_nodes[static_cast<std::size_t>(state)].edges)
                if (takes(edge, character, literalOnly))
                    next.add(edge.to);
        next.close(m_nodes);
        std::swap(now, next);
        next.clear();
        beginsName = character == '/';
    }
    return now;
}

bool PathAutomaton::matches(std::string_view path, Dots dots) const
{
    const Front end = follow(path, dots);
    return std::any_of(end.states().begin(), end.states().end(), [this](State state) {
        return m_nodes[static_cast<std::size_t>(state)].accepts;
    });
}

bool PathAutomaton::leadsInto(std::string_view folder, Dots dots) const
{
    if (folder.empty())
        return true;
    return !follow(std::string(folder) + '/', dots).states().empty();
}

} // namespace orrery::tools
