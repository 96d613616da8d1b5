// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/queryfields.h"
#include "core/state/querypattern.h"

#include <algorithm>

namespace orrery::state {
namespace {

/// Where the term begins in which the byte `cursor` stands.
std::size_t termStart(std::string_view query, std::size_t cursor)
{
    std::size_t start = 0;
    bool isQuoted = false;
    for (std::size_t at = 0; at < cursor; ++at) {
        if (query[at] == '"')
            isQuoted = !isQuoted;
        else if (query[at] == '\\' && isQuoted)
            ++at;
        else if (query[at] == ' ' && !isQuoted)
            start = at + 1;
    }
    return start;
}

std::vector<std::string> valuesOf(QueryField field, const QueryNames &names)
{
    switch (field) {
    case QueryField::Agent: return names.agents;
    case QueryField::Tool: return names.tools;
    case QueryField::Run: return names.runs;
    case QueryField::Level: return {"debug", "info", "warn", "error"};
    case QueryField::Duration: return {"100ms", "1s", "10s", "1m"};
    case QueryField::Kind: break;
    default: return {};
    }
    std::vector<std::string> kinds;
    for (int kind = 0; kind < int(EventKind::Count); ++kind)
        kinds.emplace_back(toString(static_cast<EventKind>(kind)));
    std::sort(kinds.begin(), kinds.end());
    return kinds;
}

/// A value as it is written in a query.
std::string written(const std::string &value) { return termText(QueryField::Text, value); }

void addFitting(std::vector<std::string> &items, const std::vector<std::string> &values,
                std::string_view typed, std::size_t most)
{
    const std::string start = lowered(typed);
    const TextNeedle part(typed);
    // What begins so comes before what only has it in it.
    for (const bool begins : {true, false})
        for (const std::string &value : values) {
            const std::string low = lowered(value);
            if (items.size() < most && low.starts_with(start) == begins
                && (begins || part.isIn(low)) && !value.empty())
                items.push_back(written(value));
        }
}

} // namespace

Completion complete(std::string_view query, std::size_t cursor, const QueryNames &names,
                    std::size_t most)
{
    cursor = std::min(cursor, query.size());
    Completion completion;
    completion.from = termStart(query, cursor);
    completion.to = cursor;
    if (completion.from < cursor && query[completion.from] == '-')
        ++completion.from;
    const std::string_view typed = query.substr(completion.from, cursor - completion.from);
    const std::size_t sign = typed.find_first_of(":=<>\"/");
    if (sign == std::string_view::npos) {
        for (const QueryFieldName &field : queryFields().first(10)) {
            const bool isAmount = field.isCounted && field.field != QueryField::Seq;
            if (field.name.starts_with(lowered(typed)) && completion.items.size() < most)
                completion.items.push_back(std::string(field.name) + (isAmount ? ">=" : ":"));
        }
        return completion;
    }
    const QueryFieldName *field = findQueryField(typed.substr(0, sign));
    if (!field)
        return completion;
    std::size_t start = typed.find_last_of(":=<>,") + 1;
    completion.from += start;
    if (start < typed.size() && typed[start] == '"')
        ++start;
    addFitting(completion.items, valuesOf(field->field, names), typed.substr(start), most);
    return completion;
}

} // namespace orrery::state
