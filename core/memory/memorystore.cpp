// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/memorystore.h"

#include "core/base/utf8.h"
#include "core/store/sqlite.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>

namespace orrery::memory {

namespace {

constexpr std::size_t kMaxDropped = 50;

struct Row {
    MemoryEntry entry;
    std::string lower; ///< content, lower-cased once
};

/// Whole hours are not rounded; each time stamp is cut to whole seconds, as in Nous.
double hoursSince(std::int64_t thenMs, std::int64_t nowMs)
{
    return std::max(0.0, (std::floor(static_cast<double>(nowMs) / 1000)
                          - std::floor(static_cast<double>(thenMs) / 1000))
                             / 3600);
}

class Store final : public MemoryStore
{
public:
    explicit Store(std::unique_ptr<store::Database> database) : m_database(std::move(database)) {}

    Result<void> load()
    {
        if (!m_database)
            return {};
        if (const auto made = m_database->execute(
                "PRAGMA journal_mode=WAL;"
                "CREATE TABLE IF NOT EXISTS memory(id TEXT PRIMARY KEY, content TEXT NOT NULL, "
                "type TEXT NOT NULL,"
                " importance REAL NOT NULL, evergreen INTEGER NOT NULL, scope TEXT NOT NULL,"
                " created_ms INTEGER NOT NULL, accessed_ms INTEGER NOT NULL, access_count INTEGER "
                "NOT NULL)");
            !made)
            return made;
        auto query = m_database->prepare(
            "SELECT id, content, type, importance, evergreen, scope, created_ms,"
            " accessed_ms, access_count FROM memory ORDER BY rowid");
        if (!query)
            return fail(query.error());
        while (true) {
            const auto row = query->step();
            if (!row)
                return fail(row.error());
            if (!*row)
                return {};
            add({query->text(0), query->text(1), query->text(2), query->real(3),
                 query->integer(4) != 0, query->text(5), query->integer(6), query->integer(7),
                 query->integer(8)});
        }
    }

    Result<void> store(MemoryEntry entry) override
    {
        if (entry.id.empty())
            return fail(ErrorCode::InvalidArgument, "A memory needs an id.");
        std::lock_guard lock(m_mutex);
        if (m_database) {
            auto insert =
                m_database->prepare("INSERT OR REPLACE INTO memory VALUES(?,?,?,?,?,?,?,?,?)");
            if (!insert)
                return fail(insert.error());
            insert->bind(1, entry.id);
            insert->bind(2, entry.content);
            insert->bind(3, entry.type);
            insert->bind(4, entry.importance);
            insert->bind(5, static_cast<std::int64_t>(entry.evergreen));
            insert->bind(6, entry.scope);
            insert->bind(7, entry.createdMs);
            insert->bind(8, entry.accessedMs);
            insert->bind(9, entry.accessCount);
            if (const auto stored = insert->step(); !stored)
                return fail(stored.error());
        }
        std::erase_if(m_rows, [&](const Row &row) { return row.entry.id == entry.id; });
        add(std::move(entry));
        return {};
    }

    Result<bool> forget(const std::string &id) override
    {
        std::lock_guard lock(m_mutex);
        if (m_database) {
            auto remove = m_database->prepare("DELETE FROM memory WHERE id = ?");
            if (!remove)
                return fail(remove.error());
            remove->bind(1, id);
            if (const auto done = remove->step(); !done)
                return fail(done.error());
        }
        return std::erase_if(m_rows, [&](const Row &row) { return row.entry.id == id; }) > 0;
    }

    Result<SearchOutcome> search(const SearchQuery &query) override;

    std::vector<MemoryEntry> all() const override
    {
        std::lock_guard lock(m_mutex);
        std::vector<MemoryEntry> entries;
        for (const Row &row : m_rows)
            entries.push_back(row.entry);
        return entries;
    }

private:
    void add(MemoryEntry entry)
    {
        std::string lower = downcase(entry.content);
        m_rows.push_back({std::move(entry), std::move(lower)});
    }

    mutable std::mutex m_mutex;
    std::unique_ptr<store::Database> m_database; // guarded by m_mutex; null = memory only
    std::vector<Row> m_rows;                     // guarded by m_mutex
};

Result<SearchOutcome> Store::search(const SearchQuery &query)
{
    if (query.limit < 1)
        return fail(ErrorCode::InvalidArgument,
                    "limit must be at least 1, not " + std::to_string(query.limit) + ".");
    const auto begin = std::chrono::steady_clock::now();
    SearchOutcome outcome;
    const Weights &weights = query.weights;
    outcome.maxScore = weights.relevance + weights.importance + weights.recency;
    const auto drop = [&](const MemoryEntry &entry, const char *stage, double score) {
        if (outcome.dropped.size() < kMaxDropped)
            outcome.dropped.push_back({entry.id, entry.content, stage, score});
    };

    std::lock_guard lock(m_mutex);
    const std::string needle = downcase(query.text);
    std::vector<std::pair<double, Row *>> found;
    std::vector<const Row *> outOfScope;
    for (Row &row : m_rows) {
        if (query.scope && !row.entry.scope.empty() && row.entry.scope != *query.scope) {
            outOfScope.push_back(&row);
            continue;
        }
        ++outcome.scanned;
        if (const double score = jaro(needle, row.lower); score > 0)
            found.emplace_back(score, &row);
        else
            drop(row.entry, "text_cut", 0);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto &a, const auto &b) { return a.first > b.first; });
    const std::size_t cut = std::min(found.size(), 3 * static_cast<std::size_t>(query.limit));
    for (std::size_t i = cut; i < found.size(); ++i)
        drop(found[i].second->entry, "text_cut", found[i].first);
    found.resize(cut);

    std::vector<std::pair<SearchHit, Row *>> hits;
    for (std::size_t i = 0; i < found.size(); ++i) {
        SearchHit hit;
        hit.entry = found[i].second->entry;
        const double hours = hoursSince(hit.entry.accessedMs, query.nowMs);
        hit.textRank = static_cast<int>(i) + 1;
        hit.textScore = found[i].first;
        hit.decay = hit.entry.evergreen ? 1.0 : std::exp(-query.decayLambda * hours);
        hit.relevance = hit.textScore * hit.decay;
        hit.recency = std::exp(-0.01 * hours);
        hit.partRelevance = weights.relevance * hit.relevance;
        hit.partImportance = weights.importance * hit.entry.importance;
        hit.partRecency = weights.recency * hit.recency;
        hit.score = hit.partRelevance + hit.partImportance + hit.partRecency;
        if (query.type && hit.entry.type != *query.type)
            drop(hit.entry, "type", hit.score);
        else if (hit.score < query.minScore)
            drop(hit.entry, "min_score", hit.score);
        else
            hits.emplace_back(std::move(hit), found[i].second);
    }
    std::stable_sort(hits.begin(), hits.end(),
                     [](const auto &a, const auto &b) { return a.first.score > b.first.score; });
    for (std::size_t i = 0; i < hits.size(); ++i) {
        if (i >= static_cast<std::size_t>(query.limit)) {
            drop(hits[i].first.entry, "limit", hits[i].first.score);
            continue;
        }
        hits[i].second->entry.accessedMs = query.nowMs;
        ++hits[i].second->entry.accessCount;
        outcome.hits.push_back(std::move(hits[i].first));
    }
    for (const Row *row : outOfScope)
        drop(row->entry, "scope", 0);
    outcome.elapsedUs = std::chrono::duration_cast<std::chrono::microseconds>(
                            std::chrono::steady_clock::now() - begin)
                            .count();
    return outcome;
}

} // namespace

Result<std::unique_ptr<MemoryStore>> MemoryStore::open(const std::string &path)
{
    std::unique_ptr<store::Database> database;
    if (!path.empty()) {
        auto opened = store::Database::open(path, store::Database::Mode::ReadWrite);
        if (!opened)
            return fail(opened.error());
        database = std::make_unique<store::Database>(std::move(*opened));
    }
    auto memory = std::make_unique<Store>(std::move(database));
    if (const auto loaded = memory->load(); !loaded)
        return fail(loaded.error());
    return memory;
}

Json toJson(const SearchQuery &query, const SearchOutcome &outcome)
{
    Json results = Json::array();
    for (const SearchHit &hit : outcome.hits)
        results.push_back({{"id", hit.entry.id},
                           {"content", hit.entry.content},
                           {"type", hit.entry.type},
                           {"text_rank", hit.textRank},
                           {"text_score", hit.textScore},
                           {"relevance", hit.relevance},
                           {"decay", hit.decay},
                           {"importance", hit.entry.importance},
                           {"recency", hit.recency},
                           {"parts",
                            {{"relevance", hit.partRelevance},
                             {"importance", hit.partImportance},
                             {"recency", hit.partRecency}}},
                           {"score", hit.score}});
    Json dropped = Json::array();
    for (const SearchDrop &drop : outcome.dropped)
        dropped.push_back({{"id", drop.id},
                           {"content", drop.content},
                           {"stage", drop.stage},
                           {"score", drop.score}});
    return {{"query", query.text},
            {"scope", query.scope ? Json(*query.scope) : Json()},
            {"limit", query.limit},
            {"min_score", query.minScore},
            {"elapsed_us", outcome.elapsedUs},
            {"max_score", outcome.maxScore},
            {"weights",
             {{"relevance", query.weights.relevance},
              {"importance", query.weights.importance},
              {"recency", query.weights.recency}}},
            {"results", std::move(results)},
            {"dropped", std::move(dropped)}};
}

} // namespace orrery::memory
