// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/search/pathautomaton.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// One line of a .gitignore, as git understands it: by bytes.
class IgnoreRule
{
public:
    /// Nothing for an empty line, a comment, and what can match nothing. Without the line's end.
    static std::optional<IgnoreRule> parse(std::string_view line);

    bool isNegated() const { return m_isNegated; }
    /// `path` is relative to the folder of the rule's file.
    bool matches(std::string_view path, bool isFolder) const;

private:
    IgnoreRule() = default;

    bool m_isNegated = false;
    bool m_foldersOnly = false;
    bool m_nameOnly = false; ///< compares the last name of the path, at any depth
    bool m_isSuffix = false; ///< m_literal is how the name ends
    std::string m_literal;   ///< what it begins with, up to the first wildcard
    std::shared_ptr<const PathAutomaton> m_rest; ///< matches what follows; null = nothing follows
};

/// The rules of one file.
class IgnoreRules
{
public:
    static IgnoreRules parse(std::string_view text);

    bool isEmpty() const { return m_rules.empty(); }
    /// What the last rule that matches says: true to leave it out, false to keep it; nothing when there is none.
    std::optional<bool> verdict(std::string_view path, bool isFolder) const;

private:
    std::vector<IgnoreRule> m_rules;
};

/// The rules that hold in a folder: its own and those of the folders above, which have less weight. Const and shared.
struct IgnoreLevel {
    std::shared_ptr<const IgnoreLevel> above; ///< null at the top
    std::size_t folderLength = 0; ///< of the folder's path from the root, with its last slash
    IgnoreRules rules;
};

/// `path` is relative to the root. That none of the folders above it is left out must have been seen to: nothing in
/// such a folder can be taken back in.
bool isLeftOut(const IgnoreLevel *level, std::string_view path, bool isFolder);

} // namespace orrery::tools
