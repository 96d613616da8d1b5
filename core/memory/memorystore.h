// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace orrery::memory {

struct MemoryEntry {
    std::string id;
    std::string content;
    std::string type = "semantic"; ///< semantic, episodic, procedural
    double importance = 0.5;       ///< 0…1
    bool evergreen = false;        ///< does not decay
    std::string scope;             ///< empty = shared by the team, else the agent's name
    std::int64_t createdMs = 0;
    std::int64_t accessedMs = 0;
    std::int64_t accessCount = 0;
};

struct Weights {
    double relevance = 0.5, importance = 0.3, recency = 0.0;
};

struct SearchQuery {
    std::string text;
    std::optional<std::string>
        scope; ///< nothing = all scopes; otherwise this agent's and the team's entries
    std::optional<std::string> type;
    int limit = 10;
    double minScore = 0.0;
    Weights weights;
    double decayLambda = 0.001; ///< per hour
    std::int64_t nowMs = 0;
};

/// One result with every part of its score. score = Σ weight × part.
struct SearchHit {
    MemoryEntry entry;
    int textRank = 0;     ///< from 1
    double textScore = 0; ///< Jaro of the lower-cased query and content
    double decay = 1;     ///< exp(-λ·hours), 1 when evergreen
    double relevance = 0; ///< textScore × decay
    double recency = 0;
    double partRelevance = 0, partImportance = 0, partRecency = 0; ///< weighted terms
    double score = 0;
};

/// An entry that was looked at and did not make it; stage: scope, type, text_cut (beyond 3 × limit), min_score, limit.
struct SearchDrop {
    std::string id;
    std::string content;
    std::string stage;
    double score = 0;
};

struct SearchOutcome {
    std::vector<SearchHit> hits;
    std::vector<SearchDrop> dropped; ///< at most 50, best first
    double maxScore = 0;             ///< highest possible with these weights
    std::int64_t elapsedUs = 0;
    std::size_t scanned = 0;
};

/// Jaro similarity over extended grapheme clusters, as in Elixir 1.18; arguments are compared as they are.
double jaro(std::string_view a, std::string_view b);

/// What agents remember. Thread-safe. An empty path keeps entries in memory only.
class MemoryStore
{
public:
    static Result<std::unique_ptr<MemoryStore>> open(const std::string &path);
    virtual ~MemoryStore() = default;
    virtual Result<void> store(MemoryEntry entry) = 0;
    /// False when there is no such entry.
    virtual Result<bool> forget(const std::string &id) = 0;
    virtual Result<SearchOutcome> search(const SearchQuery &query) = 0;
    virtual std::vector<MemoryEntry> all() const = 0;
};

/// The data of a MemorySearched event (core/model/event.h).
Json toJson(const SearchQuery &query, const SearchOutcome &outcome);

} // namespace orrery::memory
