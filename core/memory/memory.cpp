// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/memory.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>

namespace orrery::memory {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kRecentVectors = 16;
/// So many calls may be given up before the next search does not even ask.
constexpr std::size_t kMostLate = 4;
constexpr const char *kBusy = "The embedder is still busy with earlier texts.";
/// Of what a leg has cut, so much of the best is kept to be shown.
constexpr std::size_t kBeyondCut = 20;

std::int64_t microsecondsSince(SteadyClock::time_point begin)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begin)
        .count();
}

std::size_t cutOf(const SearchQuery &query)
{
    return 3 * static_cast<std::size_t>(query.rank.limit);
}

/// Adds what a leg found. What lies beyond the cut is a candidate only if the other leg has it within its own.
void addLeg(std::vector<SearchHit> &hits, Leg leg, std::size_t cut,
            std::optional<LegHit> SearchHit::*side)
{
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < hits.size(); ++i)
        places[hits[i].entry.id] = i;
    int rank = 0;
    for (Found &found : leg.found) {
        ++rank;
        const bool isCut = static_cast<std::size_t>(rank) > cut;
        const auto [place, isNew] = places.try_emplace(found.entry.id, hits.size());
        if (isNew) {
            hits.emplace_back();
            hits.back().entry = std::move(found.entry);
            hits.back().stage = Stage::LegCut;
        }
        SearchHit &hit = hits[place->second];
        if (!isCut) {
            // A rank beyond the cut of the other leg is not fused.
            if (hit.stage == Stage::LegCut)
                hit.text = hit.vector = std::nullopt;
            hit.stage = Stage::Returned;
        }
        if (!isCut || hit.stage == Stage::LegCut)
            hit.*side = LegHit{rank, found.score};
    }
}

std::string anyWordNote(std::size_t withAllWords)
{
    if (withAllWords == 0)
        return "No entry has all the words; those with any of them are given.";
    return (withAllWords == 1 ? std::string("Only one entry has")
                              : "Only " + std::to_string(withAllWords) + " entries have")
           + " all the words; those with any of them are given too.";
}

LegReport reportOf(const Leg &leg, std::size_t cut, std::int64_t elapsedUs)
{
    LegReport report;
    report.ran = true;
    report.found = std::min(leg.found.size(), cut);
    report.best = leg.found.empty() ? 0 : leg.found.front().score;
    report.elapsedUs = elapsedUs;
    return report;
}

} // namespace

Memory::Memory(std::unique_ptr<MemoryStore> store, std::shared_ptr<Embedder> embedder)
    : m_embedder(std::move(embedder)), m_store(std::move(store)),
      m_filler(m_embedder ? std::make_unique<GapFiller>(*m_store, *m_embedder) : nullptr)
{}

Memory::~Memory()
{
    m_filler.reset();
    for (const std::future<Embedding> &late : m_late)
        while (late.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready)
            m_embedder->cancel();
}

Result<std::unique_ptr<Memory>> Memory::open(const std::string &path,
                                             std::shared_ptr<Embedder> embedder)
{
    if (path.empty())
        return std::make_unique<Memory>(makeTransientStore(), std::move(embedder));
    auto store = openSqliteStore(path);
    if (!store)
        return fail(store.error());
    auto memory = std::make_unique<Memory>(std::move(*store), std::move(embedder));
    memory->fillGaps();
    return memory;
}

Result<std::string> Memory::store(MemoryEntry entry, int embedTimeoutMs)
{
    if (const auto good = checkEntry(entry); !good)
        return fail(good.error());
    std::string reason;
    bool isEmbedderAway = false;
    if (m_embedder && entry.embedding.empty()) {
        auto running = beginEmbedding(entry.content);
        auto vector = running ? awaitEmbedding(std::move(*running), embedTimeoutMs)
                              : Embedding(fail(ErrorCode::Timeout, kBusy));
        if (vector) {
            m_filler->embedderWorked();
            entry.embedding = std::move(vector->values);
            entry.embedder = std::move(vector->embedder);
            const auto stored = m_store->put(entry);
            if (stored)
                return reason;
            // The entry is good, so this is about the vector, as when the model behind the name has changed.
            if (stored.error().code != ErrorCode::InvalidArgument)
                return fail(stored.error());
            reason = stored.error().message;
        } else {
            isEmbedderAway = true;
            reason = vector.error().message;
        }
        entry.embedding.clear();
        entry.embedder.clear();
    }
    if (const auto stored = m_store->put(entry); !stored)
        return fail(stored.error());
    // Only now can the gap be found.
    if (isEmbedderAway)
        m_filler->embedderFailed();
    return reason;
}

Result<std::size_t> Memory::embedMissing(std::size_t limit)
{
    return m_filler ? m_filler->fill(limit) : Result<std::size_t>(0);
}

void Memory::fillGaps()
{
    if (m_filler)
        m_filler->begin();
}

std::optional<NamedVector> Memory::recentVector(const std::string &text)
{
    const std::string embedder = m_embedder->name();
    std::lock_guard lock(m_mutex);
    for (auto known = m_recent.begin(); known != m_recent.end(); ++known)
        if (known->text == text && known->vector.embedder == embedder) {
            m_recent.splice(m_recent.begin(), m_recent, known);
            return known->vector;
        }
    return std::nullopt;
}

std::optional<std::future<Memory::Embedding>> Memory::beginEmbedding(const std::string &text)
{
    std::lock_guard lock(m_mutex);
    std::erase_if(m_late, [](const std::future<Embedding> &late) {
        return late.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    });
    if (m_late.size() >= kMostLate)
        return std::nullopt;
    return std::async(std::launch::async, [embedder = m_embedder, text]() -> Embedding {
        auto made = embedNamed(*embedder, text);
        if (!made)
            return fail(std::move(made.error()));
        return NamedVector{std::move(made->vectors.front()), std::move(made->embedder)};
    });
}

Memory::Embedding Memory::awaitEmbedding(std::future<Embedding> future, int timeoutMs)
{
    if (future.wait_for(std::chrono::milliseconds(timeoutMs)) != std::future_status::ready) {
        std::lock_guard lock(m_mutex);
        m_late.push_back(std::move(future));
        return fail(ErrorCode::Timeout,
                    "The embedding took longer than " + std::to_string(timeoutMs) + " ms.");
    }
    Embedding vector = future.get();
    if (!vector)
        return vector;
    if (const auto good = checkVector(vector->values); !good)
        return fail(good.error());
    return vector;
}

void Memory::keepVector(const std::string &text, const NamedVector &vector)
{
    std::lock_guard lock(m_mutex);
    m_recent.push_front({text, vector});
    if (m_recent.size() > kRecentVectors)
        m_recent.pop_back();
}

Result<SearchOutcome> Memory::search(const SearchQuery &query)
{
    if (!m_embedder || query.rank.limit < 1)
        return searchWith(query, {});
    const auto begin = SteadyClock::now();
    const std::string text = validUtf8(query.text);
    NamedVector vector{{}, m_embedder->name()};
    std::string reason;
    std::int64_t embedUs = 0;
    std::optional<std::future<Embedding>> running;
    if (auto known = recentVector(text))
        vector = std::move(*known);
    else if (isBlank(text))
        reason = "There is no text to embed.";
    else if (!(running = beginEmbedding(text)))
        reason = kBusy;

    // The text leg runs meanwhile.
    auto leg = m_store->searchText(text, query.filter, cutOf(query) + kBeyondCut);
    const std::int64_t textUs = microsecondsSince(begin);
    if (!leg) {
        std::lock_guard lock(m_mutex);
        if (running)
            m_late.push_back(std::move(*running));
        return fail(leg.error());
    }
    if (running) {
        auto embedding = awaitEmbedding(std::move(*running), query.embedTimeoutMs);
        embedUs = microsecondsSince(begin);
        if (embedding) {
            m_filler->embedderWorked();
            keepVector(text, *embedding);
            vector = std::move(*embedding);
        } else {
            reason = embedding.error().message;
        }
    }
    auto outcome = assemble(query, std::move(*leg), textUs, vector, reason);
    if (outcome) {
        outcome->embedUs = embedUs;
        outcome->elapsedUs = microsecondsSince(begin);
    }
    return outcome;
}

Result<SearchOutcome> Memory::searchWith(const SearchQuery &query, const NamedVector &vector,
                                         const std::string &reason)
{
    if (query.rank.limit < 1)
        return fail(ErrorCode::InvalidArgument,
                    "limit must be at least 1, not " + std::to_string(query.rank.limit) + ".");
    const auto begin = SteadyClock::now();
    auto leg = m_store->searchText(validUtf8(query.text), query.filter, cutOf(query) + kBeyondCut);
    if (!leg)
        return fail(leg.error());
    const std::int64_t textUs = microsecondsSince(begin);
    auto outcome = assemble(query, std::move(*leg), textUs, vector, reason);
    if (outcome)
        outcome->elapsedUs = microsecondsSince(begin);
    return outcome;
}

Result<SearchOutcome> Memory::assemble(const SearchQuery &query, Leg text, std::int64_t textUs,
                                       const NamedVector &vector, const std::string &reason)
{
    SearchOutcome outcome;
    outcome.rank = query.rank;
    outcome.typeAfterCut = query.typeAfterCut;
    outcome.textMethod = m_store->textMethod();
    outcome.embedder = vector.embedder;
    outcome.words = text.words;
    const std::size_t cut = cutOf(query);
    outcome.text = reportOf(text, cut, textUs);
    if (query.filter.unknownField)
        outcome.notes.push_back("No entry has a field \"" + *query.filter.unknownField
                                + "\", so the scope selects nothing.");
    if (text.withAllWords)
        outcome.notes.push_back(anyWordNote(*text.withAllWords));

    std::vector<SearchHit> candidates;
    addLeg(candidates, std::move(text), cut, &SearchHit::text);
    outcome.vector.skipped = reason;
    if (!vector.values.empty()) {
        const auto begin = SteadyClock::now();
        Result<Leg> leg;
        if (const auto good = checkVector(vector.values); good)
            leg = m_store->searchVector(vector, query.filter, cut + kBeyondCut);
        else
            leg = fail(good.error());
        if (!leg) {
            outcome.vector.skipped = leg.error().message;
        } else {
            outcome.vector = reportOf(*leg, cut, microsecondsSince(begin));
            if (leg->found.empty())
                outcome.vector.skipped = "No entry in reach has a vector of this embedder.";
            if (leg->otherEmbeddings > 0)
                outcome.notes.push_back(std::to_string(leg->otherEmbeddings)
                                        + " vectors of other embedders were not compared.");
            addLeg(candidates, std::move(*leg), cut, &SearchHit::vector);
        }
    }
    if (!outcome.vector.skipped.empty())
        outcome.notes.push_back("By text alone: " + outcome.vector.skipped);
    rankCandidates(std::move(candidates), outcome);
    // Of what the legs have cut, only the nearest are worth showing.
    while (outcome.dropped.size() > cut + kBeyondCut
           && outcome.dropped.back().stage == Stage::LegCut)
        outcome.dropped.pop_back();

    if (query.countsAccess) {
        std::vector<std::string> ids;
        for (const SearchHit &hit : outcome.hits)
            ids.push_back(hit.entry.id);
        if (const auto counted = m_store->touch(ids, query.rank.nowMs); !counted)
            outcome.notes.push_back("The access was not counted: " + counted.error().message);
    }
    if (query.whyNot) {
        auto answer = explain(query, outcome, *query.whyNot);
        if (!answer)
            return fail(answer.error());
        outcome.whyNot = std::move(*answer);
    }
    return outcome;
}

} // namespace orrery::memory
