// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memorystore.h"
#include "core/memory/scoring.h"

namespace orrery::memory {

/// How the candidates of a search are ranked; can be changed afterwards (rerank()).
struct RankSettings {
    int limit = 10;
    double minScore = 0.0;
    Weights weights;
    double decayLambda = 0.001; ///< per hour
    double rrfK = 60;
    std::int64_t nowMs = 0;
};

struct SearchQuery {
    std::string text;
    Filter filter;
    /// Drops other types after the legs were cut to 3 × limit, as Nous does, where `filter.type` looks at this type only.
    std::optional<std::string> typeAfterCut;
    RankSettings rank;
    int embedTimeoutMs = 30000; ///< after it the search goes on with the text alone
    bool countsAccess = false;  ///< what is returned counts as accessed now
    /// An id or a text: why is this not among the results?
    std::optional<std::string> whyNot;
};

/// Where an entry left the search.
enum class Stage : std::uint8_t {
    Returned,
    NotFound, ///< there is no such entry
    Scope,    ///< the filter's
    Type,
    Time,
    NoMatch,  ///< neither leg gave it a score
    LegCut,   ///< not among the best 3 × limit of any leg
    MinScore, ///< its score is too low
    Limit     ///< there were enough better ones
};
std::string_view toString(
    Stage stage); ///< returned, not_found, scope, type, time, no_match, leg_cut, min_score, limit

/// What one leg says of an entry.
struct LegHit {
    int rank = 0; ///< from 1
    double score = 0;
};

/// A candidate with every step of its score:
///   relevance = text score, or, when the vector leg found anything, the RRF sum divided by the highest one
///   score = w_relevance·relevance·decay + w_importance·importance + w_recency·recency
struct SearchHit {
    MemoryEntry entry; ///< without its embedding
    std::optional<LegHit> text;
    std::optional<LegHit> vector; ///< score: cosine
    double fused = 0;             ///< RRF sum; 0 when there was nothing to fuse
    double relevance = 0;
    double decay = 1; ///< exp(−λ·hours since access), 1 when evergreen
    double recency = 0;
    double partRelevance = 0, partImportance = 0, partRecency = 0; ///< weighted terms
    double score = 0;
    Stage stage = Stage::Returned;
};

struct LegReport {
    bool ran = false;
    std::size_t found = 0; ///< candidates that it gave
    double best = 0;       ///< highest score
    std::int64_t elapsedUs = 0;
    std::string skipped; ///< why it did not run, or gave nothing
};

struct WhyNot {
    std::string target; ///< as it was asked
    std::string id;     ///< of the entry that was meant; empty when there is none
    std::string content;
    Stage stage = Stage::NotFound;
    std::string sentence;
};

struct SearchOutcome {
    std::vector<SearchHit> hits; ///< returned, best first
    std::vector<SearchHit>
        dropped; ///< candidates that were not, best first; leg cuts (the nearest few) last
    RankSettings rank;
    std::optional<std::string> typeAfterCut; ///< as in the query
    double maxScore = 0;                     ///< highest possible with these weights
    std::string textMethod;
    LegReport text, vector;
    std::string embedder;            ///< name; empty = none
    std::int64_t embedUs = 0;        ///< 0 when the query's vector was known already
    std::vector<SearchedWord> words; ///< of a full-text search
    std::vector<std::string> notes;  ///< what a person should know, one sentence each
    std::optional<WhyNot> whyNot;
    std::int64_t elapsedUs = 0;
};

/// Ranks what the legs found: `candidates` hold their leg ranks; those with stage LegCut only wait in `dropped`.
/// Reads `outcome.rank` and `typeAfterCut`, fills `hits`, `dropped` and `maxScore`.
void rankCandidates(std::vector<SearchHit> candidates, SearchOutcome &outcome);

/// The same candidates under other weights, decay, k, least score or a smaller limit: exactly what a new search would
/// return, without one. A larger limit cannot bring in what the legs have cut.
SearchOutcome rerank(const SearchOutcome &outcome, const RankSettings &settings);

/// In a sentence, why a candidate of the outcome was returned or not: the stage with its numbers.
std::string reasonOf(const SearchOutcome &outcome, const SearchHit &hit);

/// Highest score that any entry can have with these weights.
double highestScore(const RankSettings &settings);

} // namespace orrery::memory
