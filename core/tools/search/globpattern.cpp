// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/globpattern.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace orrery::tools {

namespace {

using GlobState = PathAutomaton::State;

/// Where a part of a pattern may end. `**` followed by a slash stands for no folder too, wherever braces put the two, so
/// it must be known of each end whether a name begins there and whether a slash may be left out.
struct GlobEnds {
    std::vector<GlobState> atName;     ///< a name begins here
    std::vector<GlobState> inName;     ///< any other place
    std::vector<GlobState> afterStars; ///< as atName, and the next slash may be left out

    void append(const GlobEnds &other)
    {
        atName.insert(atName.end(), other.atName.begin(), other.atName.end());
        inName.insert(inName.end(), other.inName.begin(), other.inName.end());
        afterStars.insert(afterStars.end(), other.afterStars.begin(), other.afterStars.end());
    }
};

/// The characters of a set, and what follows it.
struct GlobSet {
    std::vector<CharacterRange> ranges;
    bool negated = false;
    std::string_view rest;
};

/// One character of a set. Nothing where the text or the name ends before the set does.
std::optional<char32_t> takeSetCharacter(std::string_view &text)
{
    if (text.starts_with('\\'))
        text.remove_prefix(1);
    if (text.empty() || text.front() == '/')
        return std::nullopt;
    return takeCharacter(text);
}

/// Nothing when the set is not closed. `text` begins after the `[`.
std::optional<GlobSet> takeSet(std::string_view text)
{
    GlobSet set;
    if (text.starts_with('!') || text.starts_with('^')) {
        set.negated = true;
        text.remove_prefix(1);
    }
    do { // a `]` that comes first is a character
        const auto first = takeSetCharacter(text);
        if (!first)
            return std::nullopt;
        auto last = first;
        if (text.size() > 1 && text[0] == '-' && text[1] != ']') {
            text.remove_prefix(1);
            last = takeSetCharacter(text);
            if (!last)
                return std::nullopt;
        }
        set.ranges.push_back({*first, *last});
    } while (!text.starts_with(']') && !text.empty());
    if (text.empty())
        return std::nullopt;
    set.rest = text.substr(1);
    return set;
}

/// The alternatives in braces, and what follows them.
struct GlobChoices {
    std::vector<std::string_view> choices;
    std::string_view rest;
};

/// Nothing when the braces are not closed or have no comma. `text` begins after the `{`.
std::optional<GlobChoices> takeChoices(std::string_view text)
{
    GlobChoices found;
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\') {
            ++i;
        } else if (c == '{') {
            ++depth;
        } else if (depth > 0) {
            depth -= c == '}' ? 1 : 0;
        } else if (c == ',' || c == '}') {
            found.choices.push_back(text.substr(begin, i - begin));
            begin = i + 1;
            found.rest = text.substr(begin);
            if (c == '}')
                return found.choices.size() > 1 ? std::optional(found) : std::nullopt;
        }
    }
    return std::nullopt;
}

class GlobCompiler
{
public:
    explicit GlobCompiler(PathAutomaton &automaton) : m_automaton(automaton) {}

    void compile(std::string_view pattern)
    {
        const GlobEnds ends = part(pattern, {{PathAutomaton::start}, {}, {}});
        m_automaton.accept(joined(ends));
    }

private:
    /// One state that all of these lead to.
    GlobState joined(const GlobEnds &ends)
    {
        const GlobState state = m_automaton.newState();
        for (const auto *each : {&ends.atName, &ends.inName})
            for (const GlobState end : *each)
                m_automaton.onNothing(end, state);
        return state;
    }
    GlobEnds character(char32_t c, const GlobEnds &ends)
    {
        const GlobState to = m_automaton.newState();
        m_automaton.onCharacter(joined(ends), c, to);
        if (c != '/')
            return {{}, {to}, {}};
        GlobEnds next{{to}, {}, {}};
        next.atName.insert(next.atName.end(), ends.afterStars.begin(), ends.afterStars.end());
        return next;
    }
    GlobEnds star(const GlobEnds &ends)
    {
        const GlobState state = joined(ends);
        m_automaton.onAnyInName(state, state);
        return {{}, {state}, {}};
    }
    GlobEnds doubleStar(const GlobEnds &ends)
    {
        const GlobState state = joined(ends);
        m_automaton.onAny(state, state);
        GlobEnds next{{}, {state}, ends.atName};
        next.afterStars.insert(next.afterStars.end(), ends.afterStars.begin(),
                               ends.afterStars.end());
        return next;
    }
    GlobEnds anyOne(const GlobEnds &ends)
    {
        const GlobState to = m_automaton.newState();
        m_automaton.onAnyInName(joined(ends), to);
        return {{}, {to}, {}};
    }
    GlobEnds set(GlobSet found, const GlobEnds &ends)
    {
        const GlobState to = m_automaton.newState();
        m_automaton.onSet(joined(ends), std::move(found.ranges), found.negated, to);
        return {{}, {to}, {}};
    }
    GlobEnds choices(const GlobChoices &found, const GlobEnds &ends)
    {
        GlobEnds all;
        const GlobEnds begin = gathered(ends);
        for (const std::string_view choice : found.choices)
            all.append(part(choice, begin));
        return gathered(all);
    }
    /// The same with at most one state of a kind, so that braces after braces do not multiply them.
    GlobEnds gathered(const GlobEnds &ends)
    {
        const auto one = [this](const std::vector<GlobState> &states) -> std::vector<GlobState> {
            if (states.size() < 2)
                return states;
            return {joined({states, {}, {}})};
        };
        return {one(ends.atName), one(ends.inName), one(ends.afterStars)};
    }
    GlobEnds part(std::string_view pattern, GlobEnds ends)
    {
        while (!pattern.empty()) {
            const char c = pattern.front();
            const std::string_view rest = pattern.substr(1);
            if (c == '*') {
                const std::size_t stars = std::min(pattern.find_first_not_of('*'), pattern.size());
                ends = stars > 1 ? doubleStar(ends) : star(ends);
                pattern.remove_prefix(stars);
            } else if (c == '?') {
                ends = anyOne(ends);
                pattern = rest;
            } else if (auto inBrackets = c == '[' ? takeSet(rest) : std::nullopt) {
                pattern = inBrackets->rest;
                ends = set(std::move(*inBrackets), ends);
            } else if (const auto inBraces = c == '{' ? takeChoices(rest) : std::nullopt) {
                pattern = inBraces->rest;
                ends = choices(*inBraces, ends);
            } else {
                if (c == '\\' && !rest.empty())
                    pattern = rest;
                ends = character(takeCharacter(pattern), ends);
            }
        }
        return ends;
    }

    PathAutomaton &m_automaton;
};

std::string withoutEscapes(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size())
            ++i;
        plain += text[i];
    }
    return plain;
}

/// Takes the leading folders that are written literally off the pattern.
std::string takeFolder(std::string_view &pattern)
{
    std::string folder;
    const std::size_t wild = std::min(pattern.find_first_of("*?[{"), pattern.size());
    // An escaped wildcard ends the folder early, which only costs a wider search.
    const std::size_t end = pattern.substr(0, wild).rfind('/');
    if (end == std::string_view::npos)
        return folder;
    folder = end == 0 ? "/" : withoutEscapes(pattern.substr(0, end));
    pattern.remove_prefix(end + 1);
    return folder;
}

/// Whether a part between slashes, commas and braces is `..`.
bool goesUp(std::string_view pattern)
{
    while (!pattern.empty()) {
        const std::size_t end = std::min(pattern.find_first_of("/,{}"), pattern.size());
        if (pattern.substr(0, end) == "..")
            return true;
        pattern.remove_prefix(std::min(end + 1, pattern.size()));
    }
    return false;
}

/// Without parts `.`, which are no folders.
std::string withoutDots(std::string_view pattern)
{
    std::string plain;
    while (!pattern.empty()) {
        const std::size_t end = std::min(pattern.find('/'), pattern.size());
        const std::string_view part = pattern.substr(0, std::min(end + 1, pattern.size()));
        if (part != "./" && part != "/")
            plain += part;
        pattern.remove_prefix(part.size());
    }
    return plain;
}

} // namespace

Result<GlobPattern> GlobPattern::parse(const std::string &pattern)
{
    if (pattern.size() > kMostBytes)
        return fail(ErrorCode::InvalidArgument,
                    "The pattern is longer than " + std::to_string(kMostBytes) + " bytes.");
    GlobPattern parsed;
    std::string_view given = pattern;
    parsed.m_isName = pattern.find('/') == std::string::npos;
    parsed.m_folder = takeFolder(given);
    std::string rest = withoutDots(given);
    if (goesUp(rest))
        return fail(ErrorCode::InvalidArgument,
                    "\"..\" may stand only at the beginning of the pattern \"" + pattern + "\".");
    if (rest.empty() || rest.ends_with('/'))
        rest += "**"; // all that is in the folder
    parsed.m_isLiteral = rest.find_first_of("*?[{") == std::string::npos;
    GlobCompiler(parsed.m_automaton).compile(rest);
    return parsed;
}

} // namespace orrery::tools
