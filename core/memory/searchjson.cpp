// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/searchjson.h"

#include <algorithm>

namespace orrery::memory {

namespace {

Json legJson(const std::optional<LegHit> &leg, bool isRank)
{
    return !leg ? Json() : isRank ? Json(leg->rank) : Json(leg->score);
}

Json hitJson(const SearchHit &hit)
{
    Json json = {{"id", hit.entry.id},
                 {"content", hit.entry.content},
                 {"type", hit.entry.type},
                 {"scope", hit.entry.scope},
                 {"importance", hit.entry.importance},
                 {"evergreen", hit.entry.evergreen},
                 {"accessed_ms", hit.entry.accessedMs},
                 {"text_rank", legJson(hit.text, true)},
                 {"text_score", legJson(hit.text, false)},
                 {"vector_rank", legJson(hit.vector, true)},
                 {"vector_score", legJson(hit.vector, false)},
                 {"stage", toString(hit.stage)}};
    if (hit.stage == Stage::LegCut)
        return json;
    json["fused"] = hit.fused;
    json["relevance"] = hit.relevance;
    json["decay"] = hit.decay;
    json["recency"] = hit.recency;
    json["parts"] = {{"relevance", hit.partRelevance},
                     {"importance", hit.partImportance},
                     {"recency", hit.partRecency}};
    json["score"] = hit.score;
    return json;
}

Json reportJson(const LegReport &report)
{
    return {{"ran", report.ran},
            {"found", report.found},
            {"best", report.best},
            {"elapsed_us", report.elapsedUs},
            {"skipped", report.skipped}};
}

const Json &at(const Json &object, const char *key)
{
    static const Json none;
    if (!object.is_object())
        return none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

double real(const Json &object, const char *key, double otherwise)
{
    const Json &value = at(object, key);
    return value.is_number() ? value.get<double>() : otherwise;
}

std::int64_t integer(const Json &object, const char *key, std::int64_t otherwise)
{
    const Json &value = at(object, key);
    return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
}

bool boolean(const Json &object, const char *key)
{
    const Json &value = at(object, key);
    return value.is_boolean() && value.get<bool>();
}

std::string text(const Json &object, const char *key)
{
    const Json &value = at(object, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<LegHit> legOf(const Json &hit, const char *rank, const char *score)
{
    if (!at(hit, rank).is_number_integer())
        return std::nullopt;
    return LegHit{static_cast<int>(integer(hit, rank, 0)), real(hit, score, 0)};
}

SearchHit hitOf(const Json &json)
{
    SearchHit hit;
    hit.entry.id = text(json, "id");
    hit.entry.content = text(json, "content");
    hit.entry.type = text(json, "type");
    hit.entry.scope = text(json, "scope");
    hit.entry.importance = real(json, "importance", 0);
    hit.entry.evergreen = boolean(json, "evergreen");
    hit.entry.accessedMs = integer(json, "accessed_ms", 0);
    hit.text = legOf(json, "text_rank", "text_score");
    hit.vector = legOf(json, "vector_rank", "vector_score");
    const std::string stage = text(json, "stage");
    for (const Stage known : {Stage::LegCut, Stage::Type, Stage::MinScore, Stage::Limit})
        if (toString(known) == stage)
            hit.stage = known;
    return hit;
}

} // namespace

void writeRanking(Json &data, const SearchOutcome &outcome)
{
    const RankSettings &rank = outcome.rank;
    data["limit"] = rank.limit;
    data["min_score"] = rank.minScore;
    data["decay_lambda"] = rank.decayLambda;
    data["rrf_k"] = rank.rrfK;
    data["now_ms"] = rank.nowMs;
    data["weights"] = {{"relevance", rank.weights.relevance},
                       {"importance", rank.weights.importance},
                       {"recency", rank.weights.recencyWeight(rank.decayLambda)}};
    data["max_score"] = outcome.maxScore;
    for (const auto &[key, list] :
         {std::pair("results", &outcome.hits), std::pair("dropped", &outcome.dropped)}) {
        Json items = Json::array();
        for (const SearchHit &hit : *list)
            items.push_back(hitJson(hit));
        data[key] = std::move(items);
    }
}

Json toJson(const SearchQuery &query, const SearchOutcome &outcome)
{
    Json words = Json::array();
    for (const SearchedWord &word : outcome.words) {
        words.push_back({{"word", word.word}, {"rows", word.rows}, {"used", word.used}});
        if (word.isBeginning)
            words.back()["beginning"] = true;
    }
    Json data = {{"query", query.text},
                 {"scope", query.filter.scope ? Json(*query.filter.scope) : Json()},
                 {"type", query.filter.type ? Json(*query.filter.type) : Json()},
                 {"elapsed_us", outcome.elapsedUs},
                 {"text_method", outcome.textMethod},
                 {"text", reportJson(outcome.text)},
                 {"vector", reportJson(outcome.vector)},
                 {"embedder", outcome.embedder},
                 {"embed_us", outcome.embedUs},
                 {"words", std::move(words)},
                 {"notes", outcome.notes}};
    if (outcome.typeAfterCut)
        data["type_after_cut"] = *outcome.typeAfterCut;
    if (const auto &answer = outcome.whyNot)
        data["why_not"] = {{"target", answer->target},
                           {"id", answer->id},
                           {"content", answer->content},
                           {"stage", toString(answer->stage)},
                           {"sentence", answer->sentence}};
    writeRanking(data, outcome);
    return data;
}

SearchOutcome outcomeFromJson(const Json &data)
{
    SearchOutcome outcome;
    const RankSettings usual;
    outcome.rank.limit = static_cast<int>(integer(data, "limit", usual.limit));
    outcome.rank.minScore = real(data, "min_score", usual.minScore);
    outcome.rank.decayLambda = real(data, "decay_lambda", usual.decayLambda);
    outcome.rank.rrfK = real(data, "rrf_k", usual.rrfK);
    outcome.rank.nowMs = integer(data, "now_ms", 0);
    const Json &weights = at(data, "weights");
    outcome.rank.weights.relevance = real(weights, "relevance", usual.weights.relevance);
    outcome.rank.weights.importance = real(weights, "importance", usual.weights.importance);
    if (at(weights, "recency").is_number())
        outcome.rank.weights.recency = real(weights, "recency", 0);
    outcome.maxScore = highestScore(outcome.rank);
    if (at(data, "type_after_cut").is_string())
        outcome.typeAfterCut = text(data, "type_after_cut");
    for (const auto &[key, list] :
         {std::pair("results", &outcome.hits), std::pair("dropped", &outcome.dropped)})
        // Whatever is no list can be walked through as well, as a list of itself.
        if (const Json &items = at(data, key); items.is_array())
            for (const Json &hit : items)
                list->push_back(hitOf(hit));
    return outcome;
}

SearchQuery queryFromJson(const Json &data)
{
    SearchQuery query;
    query.text = text(data, "query");
    if (at(data, "scope").is_string())
        query.filter.scope = text(data, "scope");
    if (at(data, "type").is_string())
        query.filter.type = text(data, "type");
    query.rank = outcomeFromJson(data).rank;
    query.rank.limit = std::max(1, query.rank.limit);
    return query;
}

Json toJson(const MemoryEntry &entry)
{
    Json json = {{"id", entry.id},
                 {"content", entry.content},
                 {"type", entry.type},
                 {"importance", entry.importance},
                 {"scope", entry.scope}};
    if (entry.evergreen)
        json["evergreen"] = true;
    if (!entry.metadata.empty())
        json["metadata"] = entry.metadata;
    for (const ScopeField field : kScopeFields)
        if (const auto &value = entry.field(field))
            json[std::string(toString(field))] = *value;
    return json;
}

} // namespace orrery::memory
