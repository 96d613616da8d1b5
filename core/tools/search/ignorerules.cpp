// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/search/ignorerules.h"

#include <algorithm>
#include <array>
#include <utility>

namespace orrery::tools {

namespace {

constexpr std::string_view kWildcards = "*?[\\";

/// The bytes of a class such as `[:alpha:]`, by name; ASCII whatever the locale. Null for a name that is none.
const std::vector<CharacterRange> *bytesOfClass(std::string_view name)
{
    using Ranges = std::vector<CharacterRange>;
    static const std::array<std::pair<std::string_view, Ranges>, 12> classes = {{
        {"alnum", Ranges{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
        {"alpha", Ranges{{'A', 'Z'}, {'a', 'z'}}},
        {"blank", Ranges{{' ', ' '}, {'\t', '\t'}}},
        {"cntrl", Ranges{{0, 0x1F}, {0x7F, 0x7F}}},
        {"digit", Ranges{{'0', '9'}}},
        {"graph", Ranges{{0x21, 0x7E}}},
        {"lower", Ranges{{'a', 'z'}}},
        {"print", Ranges{{0x20, 0x7E}}},
        {"punct", Ranges{{0x21, 0x2F}, {0x3A, 0x40}, {0x5B, 0x60}, {0x7B, 0x7E}}},
        {"space", Ranges{{' ', ' '}, {'\t', '\n'}, {'\r', '\r'}}}, // git's own idea of it
        {"upper", Ranges{{'A', 'Z'}}},
        {"xdigit", Ranges{{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
    }};
    for (const auto &[known, ranges] : classes)
        if (known == name)
            return &ranges;
    return nullptr;
}

/// A set of bytes in brackets.
class ByteSet
{
public:
    /// Takes the set off the text, which begins after the `[`. False when it is not closed or names an unknown class.
    bool take(std::string_view &text)
    {
        if (text.starts_with('!') || text.starts_with('^')) {
            negated = true;
            text.remove_prefix(1);
        }
        do { // a `]` that comes first is a byte of the set
            if (!takeMember(text))
                return false;
        } while (!text.starts_with(']') && !text.empty());
        if (text.empty())
            return false;
        text.remove_prefix(1);
        return true;
    }

    std::vector<CharacterRange> ranges;
    bool negated = false;

private:
    static std::optional<unsigned char> takeOne(std::string_view &text)
    {
        if (text.starts_with('\\'))
            text.remove_prefix(1);
        if (text.empty())
            return std::nullopt;
        const auto byte = static_cast<unsigned char>(text.front());
        text.remove_prefix(1);
        return byte;
    }
    bool takeMember(std::string_view &text)
    {
        if (text.starts_with("[:")) {
            const auto end = text.find(']', 2);
            if (end == std::string_view::npos)
                return false;
            if (end > 2 && text[end - 1] == ':')
                return takeClass(text, end);
        }
        const auto first = takeOne(text);
        if (!first)
            return false;
        auto last = first;
        if (text.size() > 1 && text[0] == '-' && text[1] != ']') {
            text.remove_prefix(1);
            last = takeOne(text);
            if (!last)
                return false;
            // The beginning of a range counts on its own, also when the range is the wrong way round.
            ranges.push_back({*first, *first});
        }
        ranges.push_back({*first, *last});
        return true;
    }
    bool takeClass(std::string_view &text, std::size_t end)
    {
        const auto *bytes = bytesOfClass(text.substr(2, end - 3));
        if (!bytes)
            return false;
        ranges.insert(ranges.end(), bytes->begin(), bytes->end());
        text.remove_prefix(end + 1);
        return true;
    }
};

/// Compiles what follows the literal beginning of a rule.
class RuleCompiler
{
public:
    /// Null when the rule can match nothing: a set that is not closed, or a backslash at the end.
    static std::shared_ptr<const PathAutomaton> compile(std::string_view pattern)
    {
        RuleCompiler compiler;
        if (!compiler.all(pattern))
            return nullptr;
        compiler.m_automaton->accept(compiler.m_state);
        return compiler.m_automaton;
    }

private:
    using State = PathAutomaton::State;

    bool all(std::string_view pattern)
    {
        for (bool beginsName = true; !pattern.empty();) {
            const char c = pattern.front();
            if (c == '*') {
                beginsName = stars(pattern, beginsName);
                continue;
            }
            pattern.remove_prefix(1);
            const bool isSlash = c == '/' || (c == '\\' && pattern.starts_with('/'));
            if (!one(c, pattern))
                return false;
            beginsName = isSlash;
        }
        return true;
    }
    /// Whether a name begins after them: true when they have taken the slash that follows too.
    bool stars(std::string_view &pattern, bool beginsName)
    {
        const std::size_t count = std::min(pattern.find_first_not_of('*'), pattern.size());
        pattern.remove_prefix(count);
        const bool endsName =
            pattern.empty() || pattern.front() == '/' || pattern.starts_with("\\/");
        const State loop = m_automaton->newState();
        m_automaton->onNothing(m_state, loop);
        if (count < 2 || !beginsName || !endsName) {
            m_automaton->onAnyInName(loop, loop);
            m_state = loop;
            return false;
        }
        m_automaton->onAny(loop, loop);
        if (!pattern.starts_with('/')) {
            m_state = loop;
            return false;
        }
        const State next = m_automaton->newState();
        m_automaton->onCharacter(loop, '/', next);
        m_automaton->onNothing(m_state, next); // no folder at all
        m_state = next;
        pattern.remove_prefix(1);
        return true;
    }
    bool one(char c, std::string_view &rest)
    {
        const State to = m_automaton->newState();
        if (c == '?') {
            m_automaton->onAnyInName(m_state, to);
        } else if (c == '[') {
            ByteSet set;
            if (!set.take(rest))
                return false;
            m_automaton->onSet(m_state, std::move(set.ranges), set.negated, to);
        } else {
            if (c == '\\') {
                if (rest.empty())
                    return false;
                c = rest.front();
                rest.remove_prefix(1);
            }
            m_automaton->onCharacter(m_state, static_cast<unsigned char>(c), to);
        }
        m_state = to;
        return true;
    }

    std::shared_ptr<PathAutomaton> m_automaton =
        std::make_shared<PathAutomaton>(PathAutomaton::Unit::Byte);
    State m_state = PathAutomaton::start;
};

/// Without the spaces at the end, but for one after a backslash.
std::string_view withoutTrailingSpaces(std::string_view line)
{
    std::size_t end = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\\')
            ++i;
        else if (line[i] == ' ')
            continue;
        end = std::min(i + 1, line.size());
    }
    return line.substr(0, end);
}

} // namespace

std::optional<IgnoreRule> IgnoreRule::parse(std::string_view line)
{
    if (line.starts_with('#'))
        return std::nullopt;
    std::string_view pattern = withoutTrailingSpaces(line.substr(0, line.find('\0')));
    IgnoreRule rule;
    if (pattern.starts_with('!')) {
        rule.m_isNegated = true;
        pattern.remove_prefix(1);
    }
    if (pattern.ends_with('/')) {
        rule.m_foldersOnly = true;
        pattern.remove_suffix(1);
    }
    rule.m_nameOnly = pattern.find('/') == std::string_view::npos;
    if (pattern.starts_with('/'))
        pattern.remove_prefix(1);
    if (pattern.empty())
        return std::nullopt;
    if (rule.m_nameOnly && pattern.front() == '*'
        && pattern.find_first_of(kWildcards, 1) == std::string_view::npos) {
        rule.m_isSuffix = true;
        rule.m_literal = pattern.substr(1);
        return rule;
    }
    const std::size_t wild = std::min(pattern.find_first_of(kWildcards), pattern.size());
    rule.m_literal = pattern.substr(0, wild);
    if (wild == pattern.size())
        return rule;
    rule.m_rest = RuleCompiler::compile(pattern.substr(wild));
    return rule.m_rest ? std::optional(rule) : std::nullopt;
}

bool IgnoreRule::matches(std::string_view path, bool isFolder) const
{
    if (m_foldersOnly && !isFolder)
        return false;
    if (m_nameOnly)
        path.remove_prefix(path.rfind('/') + 1);
    if (m_isSuffix)
        return path.ends_with(m_literal);
    if (!m_rest)
        return path == m_literal;
    return path.starts_with(m_literal)
           && m_rest->matches(path.substr(m_literal.size()), PathAutomaton::Dots::All);
}

IgnoreRules IgnoreRules::parse(std::string_view text)
{
    IgnoreRules parsed;
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (auto rule = IgnoreRule::parse(line))
            parsed.m_rules.push_back(std::move(*rule));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parsed;
}

std::optional<bool> IgnoreRules::verdict(std::string_view path, bool isFolder) const
{
    for (auto rule = m_rules.rbegin(); rule != m_rules.rend(); ++rule)
        if (rule->matches(path, isFolder))
            return !rule->isNegated();
    return std::nullopt;
}

bool isLeftOut(const IgnoreLevel *level, std::string_view path, bool isFolder)
{
    for (; level; level = level->above.get())
        if (const auto verdict = level->rules.verdict(path.substr(level->folderLength), isFolder))
            return *verdict;
    return false;
}

} // namespace orrery::tools
