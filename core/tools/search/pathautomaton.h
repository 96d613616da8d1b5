// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// Characters from `first` to `last`, both included.
struct CharacterRange {
    char32_t first;
    char32_t last;
};

/// A nondeterministic automaton over the characters of a path: what patterns of paths are compiled into. All states are
/// followed at once, so matching takes at most states × characters steps, whatever the pattern. Built on one thread, then
/// const and shared freely.
class PathAutomaton
{
public:
    using State = int;
    /// What counts as one character. A byte that is no UTF-8 is a character of its own in either case.
    enum class Unit { Byte, Character };
    /// Whether wildcards match a dot at the beginning of a name, as in `.git`; one that is written in the pattern does so always.
    enum class Dots { Written, All };

    explicit PathAutomaton(Unit unit);

    static constexpr State start = 0;
    State newState();
    void accept(State state);
    void onCharacter(State from, char32_t character, State to);
    /// Any character of the set (or, negated, none of it), but never `/`.
    void onSet(State from, std::vector<CharacterRange> set, bool negated, State to);
    void onAnyInName(State from, State to); ///< any character but `/`
    void onAny(State from, State to);
    void onNothing(State from, State to);

    bool matches(std::string_view path, Dots dots) const;
    /// Whether some path below the folder may match; "" is where the paths begin.
    bool leadsInto(std::string_view folder, Dots dots) const;

private:
    struct Edge {
        enum class Kind { Character, Set, AnyInName, Any } kind;
        char32_t character;
        int set; ///< index into m_sets
        State to;
    };
    struct Set {
        std::vector<CharacterRange> ranges;
        bool negated;
    };
    struct Node {
        std::vector<Edge> edges;
        std::vector<State> free; ///< reached without a character
        bool accepts = false;
    };
    /// The states that are reached, each once.
    class Front;

    bool takes(const Edge &edge, char32_t character, bool literalOnly) const;
    Front follow(std::string_view path, Dots dots) const;

    Unit m_unit;
    std::vector<Node> m_nodes;
    std::vector<Set> m_sets;
};

/// Takes the first character off a text that is not empty; a byte that is no UTF-8 gives a value above U+10FFFF.
char32_t takeCharacter(std::string_view &text);

} // namespace orrery::tools
