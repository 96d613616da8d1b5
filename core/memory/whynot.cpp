// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/memory.h"

#include "core/base/utf8.h"

#include <cstdio>

namespace orrery::memory {

namespace {

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

std::string ordinalCut(const SearchOutcome &outcome)
{
    return std::to_string(3 * outcome.rank.limit);
}

/// The entry that is meant: by id, else the one whose text is nearest to the given one.
Result<std::optional<MemoryEntry>> meantBy(MemoryStore &store, const std::string &target)
{
    auto byId = store.find(target);
    if (!byId || *byId)
        return byId;
    auto byText = store.searchText(target, {}, 20);
    if (!byText)
        return fail(byText.error());
    if (byText->found.empty())
        return std::nullopt;
    const std::string wanted = downcase(target);
    for (const Found &found : byText->found)
        if (downcase(found.entry.content).find(wanted) != std::string::npos)
            return store.find(found.entry.id);
    return store.find(byText->found.front().entry.id);
}

std::string sentenceOf(const SearchQuery &query, const MemoryEntry &entry, Stage stage)
{
    switch (stage) {
    case Stage::Scope:
        if (query.filter.scope && !entry.scope.empty() && entry.scope != *query.filter.scope)
            return "It is " + entry.scope + "'s own; this search looks at the entries of "
                   + *query.filter.scope + " and the shared ones.";
        return "It lies outside the scope of the search.";
    case Stage::Type:
        return "It is " + entry.type + "; the search asks for "
               + query.filter.type.value_or(query.typeAfterCut.value_or("another type")) + ".";
    case Stage::Time: return "It was stored outside the time that the search looks at.";
    default: return {};
    }
}

} // namespace

std::string reasonOf(const SearchOutcome &outcome, const SearchHit &hit)
{
    switch (hit.stage) {
    case Stage::Returned: return "It was returned, with a score of " + number(hit.score) + ".";
    case Stage::Type: return "It is " + hit.entry.type + "; the search asks for another type.";
    case Stage::MinScore:
        return "Its score is " + number(hit.score) + ", below the least of "
               + number(outcome.rank.minScore) + ".";
    case Stage::Limit:
        return "Its score is " + number(hit.score) + "; " + std::to_string(outcome.hits.size())
               + " entries have more"
               + (outcome.hits.empty() ? std::string()
                                       : ", the last of them " + number(outcome.hits.back().score))
               + ".";
    case Stage::LegCut:
        return "It is not among the best " + ordinalCut(outcome) + " of "
               + (outcome.vector.ran ? "either leg" : "the text search")
               + (hit.text ? ": its text comes at place " + std::to_string(hit.text->rank) : "")
               + (hit.vector ? (hit.text ? ", " : ": ") + std::string("its vector at place ")
                                   + std::to_string(hit.vector->rank)
                             : "")
               + ".";
    default: return {};
    }
}

Result<WhyNot> Memory::explain(const SearchQuery &query, const SearchOutcome &outcome,
                               const std::string &asked)
{
    const std::string target = validUtf8(asked);
    WhyNot answer{target, {}, {}, Stage::NotFound, {}};
    const auto entry = meantBy(*m_store, target);
    if (!entry)
        return fail(entry.error());
    if (!*entry) {
        answer.sentence = "There is no such entry: it was never stored, or was forgotten.";
        return answer;
    }
    answer.id = (*entry)->id;
    answer.content = (*entry)->content;
    for (std::size_t i = 0; i < outcome.hits.size(); ++i)
        if (outcome.hits[i].entry.id == answer.id) {
            answer.stage = Stage::Returned;
            answer.sentence = "It was returned, at place " + std::to_string(i + 1) + ".";
            return answer;
        }
    if (const auto failed = failedCondition(query.filter, **entry)) {
        answer.stage = *failed == "scope"  ? Stage::Scope
                       : *failed == "type" ? Stage::Type
                                           : Stage::Time;
        answer.sentence = sentenceOf(query, **entry, answer.stage);
        return answer;
    }
    for (const SearchHit &hit : outcome.dropped)
        if (hit.entry.id == answer.id) {
            answer.stage = hit.stage;
            answer.sentence = hit.stage == Stage::Type ? sentenceOf(query, **entry, hit.stage)
                                                       : reasonOf(outcome, hit);
            return answer;
        }
    const auto score = m_store->textScore(validUtf8(query.text), query.filter, answer.id);
    if (!score)
        return fail(score.error());
    const bool hasVector = outcome.vector.ran && !(*entry)->embedding.empty()
                           && (*entry)->embedder == outcome.embedder;
    if (*score > 0 || hasVector) {
        answer.stage = Stage::LegCut;
        answer.sentence = "It is not among the best " + ordinalCut(outcome) + " of "
                          + (outcome.vector.ran ? "either leg" : "the text search")
                          + (*score > 0 ? ": its text scores " + number(*score) : "") + ".";
        return answer;
    }
    answer.stage = Stage::NoMatch;
    answer.sentence = m_store->textMethod() == "fts5"
                          ? "It does not hold the words that the search looked for"
                          : "Its text has nothing in common with the query";
    answer.sentence += outcome.vector.ran ? ", and it has no vector to compare." : ".";
    return answer;
}

} // namespace orrery::memory
