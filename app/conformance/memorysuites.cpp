// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/base/isotime.h"
#include "core/base/utf8.h"
#include "core/memory/jaro.h"
#include "core/memory/memory.h"

#include <chrono>

namespace orrery::conformance {
namespace {

using namespace orrery::memory;

const Json *given(const Json &object, const char *key)
{
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? nullptr : &*it;
}

double realOr(const Json &object, const char *key, double fallback)
{
    const Json *value = given(object, key);
    return value ? value->get<double>() : fallback;
}

std::int64_t millisecondsOf(const std::string &iso)
{
    const auto time = parseIsoDateTime(iso);
    if (!time)
        throw std::invalid_argument(iso + " is no time");
    const IsoDateTime utc = toUtc(*time);
    using namespace std::chrono;
    const sys_days day = year(utc.year) / utc.month / utc.day;
    std::int64_t ms = duration_cast<milliseconds>(day.time_since_epoch()).count();
    ms += ((utc.hour * 60 + utc.minute) * 60 + utc.second) * std::int64_t(1000);
    return ms + std::stoll((utc.fraction + "000").substr(0, 3));
}

Weights weightsOf(const Json *json)
{
    Weights weights;
    if (!json)
        return weights;
    weights.relevance = realOr(*json, "relevance", weights.relevance);
    weights.importance = realOr(*json, "importance", weights.importance);
    if (const Json *recency = given(*json, "recency"))
        weights.recency = recency->get<double>();
    return weights;
}

MemoryEntry entryOf(const Json &json)
{
    MemoryEntry entry;
    entry.id = json.at("id");
    entry.content = json.at("content");
    entry.type = json.at("type");
    entry.importance = json.at("importance");
    entry.evergreen = json.at("evergreen");
    entry.accessedMs = millisecondsOf(json.at("last_accessed_at"));
    for (const ScopeField field : kScopeFields)
        if (const Json *value = given(json, std::string(toString(field)).c_str()))
            entry.owner[static_cast<std::size_t>(field)] = value->get<std::string>();
    if (const Json *vector = given(json, "embedding"))
        entry.embedding = vector->get<std::vector<float>>();
    return entry;
}

std::unique_ptr<MemoryStore> storeOf(const Json &entries)
{
    auto store = makeTransientStore();
    for (const Json &entry : entries)
        if (const auto done = store->put(entryOf(entry)); !done)
            throw std::invalid_argument(done.error().message);
    return store;
}

Filter filterOf(const Json &opts)
{
    Filter filter;
    if (const Json *scope = given(opts, "scope"))
        if (const auto added = addScope(filter, *scope); !added)
            throw std::invalid_argument(added.error().message);
    return filter;
}

Json runJaro(const Json &input)
{
    const std::string a = downcase(input.at("a").get<std::string>());
    const std::string b = downcase(input.at("b").get<std::string>());
    ClusterTable table;
    return {{"a_down", a},
            {"b_down", b},
            {"a_len", table.learn(a).size()},
            {"b_len", table.learn(b).size()},
            {"score", jaro(a, b)}};
}

Json runTextSearch(const Json &input)
{
    const Json &opts = input.at("opts");
    const auto store = storeOf(input.at("entries"));
    const auto limit = static_cast<std::size_t>(realOr(opts, "limit", 10));
    const double least = realOr(opts, "min_score", 0);
    Json results = Json::array();
    const Leg leg = store->searchText(input.at("query"), filterOf(opts), limit).value();
    for (const Found &found : leg.found)
        if (found.score > least)
            results.push_back({found.entry.id, found.score});
    return {{"results", std::move(results)}};
}

Json runSearch(const Json &input)
{
    const Json &opts = input.at("opts");
    Memory memory(storeOf(input.at("entries")));
    SearchQuery query;
    query.text = input.at("query");
    query.filter = filterOf(opts);
    if (const Json *type = given(opts, "type"))
        query.typeAfterCut = type->get<std::string>();
    query.rank.limit = static_cast<int>(realOr(opts, "limit", query.rank.limit));
    query.rank.minScore = realOr(opts, "min_score", 0);
    query.rank.decayLambda = realOr(opts, "decay_lambda", query.rank.decayLambda);
    query.rank.weights = weightsOf(given(opts, "scoring_weights"));
    query.rank.nowMs = millisecondsOf(opts.at("now"));
    NamedVector vector;
    if (const Json *values = given(input, "query_embedding"); values && input["store"] == "vector")
        vector.values = values->get<std::vector<float>>();
    Json results = Json::array();
    const SearchOutcome outcome = memory.searchWith(query, vector).value();
    for (const SearchHit &hit : outcome.hits)
        results.push_back({hit.entry.id, hit.score});
    return {{"results", std::move(results)}};
}

Json runFusion(const Json &input)
{
    Json results = Json::array();
    for (const auto &[id, score] :
         reciprocalRankFusion(input.at("list_a"), input.at("list_b"), realOr(input, "k", 60)))
        results.push_back({id, score});
    return {{"results", std::move(results)}};
}

double hoursOf(const Json &input)
{
    return hoursSince(millisecondsOf(input.at("last_accessed_at")),
                      millisecondsOf(input.at("now")));
}

Json runDecay(const Json &input)
{
    return {{"score", input.at("score").get<double>()
                          * decayFactor(input.at("evergreen"), hoursOf(input),
                                        realOr(input, "decay_lambda", 0.001))}};
}

Json runComposite(const Json &input)
{
    const Weights weights = weightsOf(given(input, "weights"));
    // Without a decay of its own, age counts as recency.
    return {{"score", weights.relevance * input.at("relevance").get<double>()
                          + weights.importance * input.at("importance").get<double>()
                          + weights.recencyWeight(0) * recencyOf(hoursOf(input))}};
}

Json runScope(const Json &input)
{
    decltype(MemoryEntry::owner) owner;
    for (const ScopeField field : kScopeFields)
        if (const Json *value = given(input, std::string(toString(field)).c_str()))
            owner[static_cast<std::size_t>(field)] = value->get<std::string>();
    const Json *scope = given(input, "default_search_scope");
    return {{"scope", defaultScope(owner, scope ? scope->get<std::string>() : std::string())}};
}

} // namespace

void addMemorySuites(Runners &runners)
{
    runners[{"jaro", "jaro"}] = runJaro;
    runners[{"memory_search", "ets_search_text"}] = runTextSearch;
    runners[{"memory_search", "search"}] = runSearch;
    runners[{"memory_search", "rrf_merge"}] = runFusion;
    runners[{"memory_search", "temporal_decay"}] = runDecay;
    runners[{"memory_search", "composite_score"}] = runComposite;
    runners[{"memory_search", "scope_build"}] = runScope;
}

} // namespace orrery::conformance
