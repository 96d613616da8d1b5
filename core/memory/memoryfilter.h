// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memoryentry.h"

namespace orrery::memory {

/// Which entries a search looks at. Everything that is set must hold; stores answer it from indexes, before anything is
/// scored.
struct Filter {
    /// A field of the entry's owner and what it must be; nothing = the field is absent.
    struct FieldIs {
        ScopeField field;
        std::optional<std::string> value;
    };
    std::vector<FieldIs> fields;
    /// Within a team: this agent's own entries and the shared ones.
    std::optional<std::string> scope;
    std::optional<std::string> type;
    std::optional<bool> evergreen;
    std::optional<std::int64_t> createdFromMs; ///< inclusive
    std::optional<std::int64_t> createdToMs;   ///< inclusive
    /// A field that no entry has, asked to have a value: nothing can match.
    std::optional<std::string> unknownField;

    bool selectsAll() const
    {
        return fields.empty() && !scope && !type && !evergreen && !createdFromMs && !createdToMs
               && !unknownField;
    }
};

/// The first condition that the entry does not meet: `scope`, `type` or `time`; nothing when it meets all.
std::optional<std::string_view> failedCondition(const Filter &filter, const MemoryEntry &entry);
inline bool matches(const Filter &filter, const MemoryEntry &entry)
{
    return !failedCondition(filter, entry);
}

/// The name under which stores index a value: unique for the value and what it is of, the absent value included.
std::string indexTerm(ScopeField field, const std::optional<std::string> &value);
std::string scopeTerm(std::string_view scope);
std::string typeTerm(std::string_view type);
std::string evergreenTerm(bool evergreen);
/// All of an entry.
std::vector<std::string> indexTerms(const MemoryEntry &entry);

/// Adds the conditions of a scope as it is written: `"global"`, null or an object of field → text or null, where
/// `evergreen` goes with true or false. Another name is one that every entry lacks: null always holds, a value never
/// does (and is then kept as `unknownField`, so that the search can say so). Errors: another kind of JSON value.
Result<void> addScope(Filter &filter, const Json &scope);

/// The scope in which an agent with these marks searches by default, as JSON: an object, or `"global"`.
/// `defaultScope` is agent (also when empty or unknown), user, session or global; absent fields are left out.
Json defaultScope(const std::array<std::optional<std::string>, kScopeFields.size()> &owner,
                  std::string_view defaultScope);

} // namespace orrery::memory
