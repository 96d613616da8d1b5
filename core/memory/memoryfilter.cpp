// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/memoryfilter.h"

#include <algorithm>

namespace orrery::memory {

std::optional<std::string_view> failedCondition(const Filter &filter, const MemoryEntry &entry)
{
    if (filter.unknownField)
        return "scope";
    for (const Filter::FieldIs &condition : filter.fields)
        if (entry.field(condition.field) != condition.value)
            return "scope";
    if (filter.scope && !entry.scope.empty() && entry.scope != *filter.scope)
        return "scope";
    if (filter.evergreen && entry.evergreen != *filter.evergreen)
        return "scope";
    if (filter.type && entry.type != *filter.type)
        return "type";
    if ((filter.createdFromMs && entry.createdMs < *filter.createdFromMs)
        || (filter.createdToMs && entry.createdMs > *filter.createdToMs))
        return "time";
    return std::nullopt;
}

std::string indexTerm(ScopeField field, const std::optional<std::string> &value)
{
    // Without the sign it is the absent value.
    return std::string(toString(field)) + (value ? "=" + *value : std::string());
}

std::string scopeTerm(std::string_view scope) { return "scope=" + std::string(scope); }

std::string typeTerm(std::string_view type) { return "type=" + std::string(type); }

std::string evergreenTerm(bool evergreen) { return evergreen ? "evergreen=1" : "evergreen=0"; }

std::vector<std::string> indexTerms(const MemoryEntry &entry)
{
    std::vector<std::string> terms = {scopeTerm(entry.scope), typeTerm(entry.type),
                                      evergreenTerm(entry.evergreen)};
    for (const ScopeField field : kScopeFields)
        terms.push_back(indexTerm(field, entry.field(field)));
    return terms;
}

Result<void> addScope(Filter &filter, const Json &scope)
{
    if (scope.is_null() || scope == "global")
        return {};
    if (!scope.is_object())
        return fail(ErrorCode::InvalidArgument,
                    "scope must be \"global\" or an object of fields, not " + scope.dump() + ".");
    for (const auto &[name, value] : scope.items()) {
        const auto field = scopeFieldFromString(name);
        if (name == "evergreen" && value.is_boolean()) {
            filter.evergreen = value.get<bool>();
        } else if (!field) {
            if (!value.is_null())
                filter.unknownField = name;
        } else if (value.is_null()) {
            filter.fields.push_back({*field, std::nullopt});
        } else if (value.is_string()) {
            filter.fields.push_back({*field, value.get<std::string>()});
        } else {
            return fail(ErrorCode::InvalidArgument,
                        "scope." + name + " must be a text or null, not " + value.dump() + ".");
        }
    }
    return {};
}

Json defaultScope(const std::array<std::optional<std::string>, kScopeFields.size()> &owner,
                  std::string_view defaultScope)
{
    std::vector<ScopeField> fields = {ScopeField::AgentId, ScopeField::UserId};
    if (defaultScope == "global")
        return "global";
    if (defaultScope == "session")
        fields = {ScopeField::AgentId, ScopeField::SessionId, ScopeField::UserId};
    else if (defaultScope == "user")
        fields = {ScopeField::UserId};
    Json scope = Json::object();
    for (const ScopeField field : fields)
        if (const auto &value = owner[static_cast<std::size_t>(field)])
            scope[std::string(toString(field))] = *value;
    return scope.empty() ? Json("global") : scope;
}

} // namespace orrery::memory
