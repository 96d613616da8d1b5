// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/searchoutcome.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace orrery::memory {

namespace {

/// The ids that a leg found, by rank.
std::vector<std::string> ranked(const std::vector<SearchHit> &candidates,
                                std::optional<LegHit> SearchHit::*leg)
{
    std::vector<std::pair<int, std::string>> items;
    for (const SearchHit &hit : candidates)
        if (hit.*leg)
            items.emplace_back((hit.*leg)->rank, hit.entry.id);
    std::sort(items.begin(), items.end());
    std::vector<std::string> ids;
    for (auto &item : items)
        ids.push_back(std::move(item.second));
    return ids;
}

/// Brings the candidates into the order of their relevance and sets it.
void fuse(std::vector<SearchHit> &candidates, double k)
{
    const auto vectorIds = ranked(candidates, &SearchHit::vector);
    std::unordered_map<std::string, std::size_t> place;
    if (vectorIds.empty()) {
        for (SearchHit &hit : candidates) {
            hit.fused = 0;
            hit.relevance = hit.text ? hit.text->score : 0;
        }
        std::stable_sort(candidates.begin(), candidates.end(),
                         [](const SearchHit &a, const SearchHit &b) {
                             return (a.text ? a.text->rank : 0) < (b.text ? b.text->rank : 0);
                         });
        return;
    }
    const auto fused = reciprocalRankFusion(ranked(candidates, &SearchHit::text), vectorIds, k);
    double highest = fused.front().second;
    for (const auto &item : fused)
        highest = std::max(highest, item.second);
    for (std::size_t i = 0; i < fused.size(); ++i)
        place[fused[i].first] = i;
    for (SearchHit &hit : candidates) {
        hit.fused = fused[place[hit.entry.id]].second;
        hit.relevance = highest > 0 ? hit.fused / highest : hit.fused;
    }
    std::sort(candidates.begin(), candidates.end(), [&](const SearchHit &a, const SearchHit &b) {
        return place[a.entry.id] < place[b.entry.id];
    });
}

void score(SearchHit &hit, const RankSettings &rank)
{
    const double hours = hoursSince(hit.entry.accessedMs, rank.nowMs);
    hit.decay = decayFactor(hit.entry.evergreen, hours, rank.decayLambda);
    hit.recency = recencyOf(hours);
    hit.partRelevance = rank.weights.relevance * (hit.relevance * hit.decay);
    hit.partImportance = rank.weights.importance * hit.entry.importance;
    hit.partRecency = rank.weights.recencyWeight(rank.decayLambda) * hit.recency;
    hit.score = hit.partRelevance + hit.partImportance + hit.partRecency;
}

} // namespace

std::string_view toString(Stage stage)
{
    static constexpr std::string_view names[] = {"returned", "not_found", "scope",
                                                 "type",     "time",      "no_match",
                                                 "leg_cut",  "min_score", "limit"};
    return names[static_cast<std::size_t>(stage)];
}

double highestScore(const RankSettings &rank)
{
    return std::max(0.0, rank.weights.relevance) + std::max(0.0, rank.weights.importance)
           + std::max(0.0, rank.weights.recencyWeight(rank.decayLambda));
}

void rankCandidates(std::vector<SearchHit> candidates, SearchOutcome &outcome)
{
    const RankSettings &rank = outcome.rank;
    outcome.maxScore = highestScore(rank);
    outcome.hits.clear();
    outcome.dropped.clear();
    const auto firstCut =
        std::stable_partition(candidates.begin(), candidates.end(),
                              [](const SearchHit &hit) { return hit.stage != Stage::LegCut; });
    std::vector<SearchHit> cut(std::make_move_iterator(firstCut),
                               std::make_move_iterator(candidates.end()));
    candidates.erase(firstCut, candidates.end());

    fuse(candidates, rank.rrfK);
    for (SearchHit &hit : candidates)
        score(hit, rank);
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const SearchHit &a, const SearchHit &b) { return a.score > b.score; });
    for (SearchHit &hit : candidates) {
        const bool isFull = outcome.hits.size() >= static_cast<std::size_t>(rank.limit);
        const bool isOther = outcome.typeAfterCut && hit.entry.type != *outcome.typeAfterCut;
        hit.stage = isOther                     ? Stage::Type
                    : hit.score < rank.minScore ? Stage::MinScore
                    : isFull                    ? Stage::Limit
                                                : Stage::Returned;
        (hit.stage == Stage::Returned ? outcome.hits : outcome.dropped).push_back(std::move(hit));
    }
    std::move(cut.begin(), cut.end(), std::back_inserter(outcome.dropped));
}

SearchOutcome rerank(const SearchOutcome &outcome, const RankSettings &settings)
{
    SearchOutcome again = outcome;
    again.rank = settings;
    std::vector<SearchHit> candidates = std::move(again.hits);
    std::move(again.dropped.begin(), again.dropped.end(), std::back_inserter(candidates));
    rankCandidates(std::move(candidates), again);
    return again;
}

} // namespace orrery::memory
