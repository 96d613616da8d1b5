// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace orrery::llm {

/// True when a text is made as the pattern wants it; always for a pattern that wants nothing.
bool fits(std::string_view text, const ModelProfile::Pattern &pattern);

/// A tool's name as the server takes it: other letters become `_`. A model that made the name up would be refused its whole
/// conversation otherwise.
std::string fittingName(std::string_view name, const ModelProfile::Pattern &pattern);

/// The ids of calls in one conversation as one server takes them: those of another provider are made anew, the same way each
/// time, and no two are equal, which ids of different models may be. Fed with calls and results in their order.
class CallIds
{
public:
    explicit CallIds(ModelProfile::Pattern pattern) : m_pattern(std::move(pattern)) {}

    std::optional<std::string> ofCall(const std::optional<std::string> &id);
    /// Of several calls with the same id the first that has no result yet.
    std::optional<std::string> ofResult(const std::optional<std::string> &id);

    /// The server itself gave the call this id (Gemini, sometimes), and wants it back with the result.
    void noteGiven(const std::string &id) { m_given.insert(id); }
    bool isGiven(const std::optional<std::string> &id) const { return id && m_given.contains(*id); }

private:
    bool wantsNothing() const
    {
        return m_pattern.others.empty() && m_pattern.most == 0 && m_pattern.exactly == 0;
    }
    std::string unique(const std::string &id);

    ModelProfile::Pattern m_pattern;
    std::unordered_set<std::string> m_used;
    std::unordered_set<std::string> m_given;
    struct Open {
        std::string id;  ///< the model's
        std::string own; ///< ours
    };
    std::vector<Open> m_open; ///< calls without a result, oldest first; few
};

} // namespace orrery::llm
