// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/retrieval.h"

#include "app/cli/testcollection.h"
#include "core/memory/lsaembedder.h"
#include "core/memory/memory.h"

#include <QTemporaryDir>

#include <chrono>
#include <cstdio>

using namespace orrery;

namespace {

using Clock = std::chrono::steady_clock;
using Ranking = std::vector<std::string>;

double millisecondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

int refuse(const Error &error)
{
    std::fprintf(stderr, "orrery-cli: retrieval: %s\n", error.message.c_str());
    return 1;
}

Ranking rankingOf(const memory::Leg &leg)
{
    Ranking ranking;
    for (const memory::Found &found : leg.found)
        ranking.push_back(found.entry.id);
    return ranking;
}

/// Asks every question and prints the line of a way to search.
template <typename Search>
Result<void> measure(const char *name, const TestCollection &collection, Search search)
{
    RankingQuality sum;
    const auto begin = Clock::now();
    for (const TestCollection::Query &query : collection.queries) {
        const Result<Ranking> ranking = search(query.text);
        if (!ranking)
            return fail(ranking.error());
        const RankingQuality quality = qualityOf(*ranking, query);
        sum.ndcg += quality.ndcg;
        sum.recall += quality.recall;
    }
    const auto count = static_cast<double>(collection.queries.size());
    std::printf("%-32s  %7.3f  %9.3f  %10.2f\n", name, sum.ndcg / count, sum.recall / count,
                millisecondsSince(begin) / count);
    return {};
}

Result<void> fill(memory::MemoryStore &store, const TestCollection &collection,
                  memory::LsaEmbedder &embedder)
{
    for (const TestCollection::Text &text : collection.texts) {
        auto vector = embedder.embed(text.content);
        if (!vector)
            return fail(std::move(vector.error()));
        memory::MemoryEntry entry;
        entry.id = text.id;
        entry.content = text.content;
        entry.embedding = std::move(*vector);
        entry.embedder = embedder.name();
        if (auto stored = store.put(entry); !stored)
            return stored;
    }
    return {};
}

Result<void> measureAll(const TestCollection &collection)
{
    std::vector<std::string> contents;
    for (const TestCollection::Text &text : collection.texts)
        contents.push_back(text.content);
    const auto embedder = std::make_shared<memory::LsaEmbedder>();
    auto begin = Clock::now();
    if (auto fitted = embedder->fit(contents); !fitted)
        return fitted;
    std::printf("%zu texts, %zu questions with an answer among them\n", collection.texts.size(),
                collection.queries.size());
    std::printf("learnt from the texts in %.0f ms: %zu terms, %d dimensions\n",
                millisecondsSince(begin), embedder->model()->terms(), embedder->dimension());

    const QTemporaryDir folder;
    auto store = memory::openSqliteStore(folder.filePath("retrieval.db").toStdString());
    if (!store)
        return fail(store.error());
    begin = Clock::now();
    if (auto filled = fill(**store, collection, *embedder); !filled)
        return filled;
    std::printf("stored in %.0f ms\n\n", millisecondsSince(begin));

    memory::MemoryStore &legs = **store;
    memory::Memory memory(std::move(*store), embedder);
    std::printf("%-32s  %7s  %9s  %10s\n", "", "nDCG@10", "recall@10", "ms a query");
    auto done = measure("text (bm25 of stems)", collection,
                        [&](const std::string &text) -> Result<Ranking> {
                            const auto leg = legs.searchText(text, {}, kJudgedRanks);
                            if (!leg)
                                return fail(leg.error());
                            return rankingOf(*leg);
                        });
    if (!done)
        return done;
    done = measure("vector (latent semantic analysis)", collection,
                   [&](const std::string &text) -> Result<Ranking> {
                       auto vector = embedder->embed(text);
                       if (!vector && vector.error().code == ErrorCode::NotFound)
                           return Ranking(); // no word of it is known
                       if (!vector)
                           return fail(std::move(vector.error()));
                       const auto leg = legs.searchVector({std::move(*vector), embedder->name()},
                                                          {}, kJudgedRanks);
                       if (!leg)
                           return fail(leg.error());
                       return rankingOf(*leg);
                   });
    if (!done)
        return done;
    return measure("both, fused by rank", collection,
                   [&](const std::string &text) -> Result<Ranking> {
                       memory::SearchQuery query;
                       query.text = text;
                       query.rank.limit = static_cast<int>(kJudgedRanks);
                       query.rank.weights = {1, 0, 0};
                       query.rank.decayLambda = 0;
                       const auto outcome = memory.search(query);
                       if (!outcome)
                           return fail(outcome.error());
                       Ranking ranking;
                       for (const memory::SearchHit &hit : outcome->hits)
                           ranking.push_back(hit.entry.id);
                       return ranking;
                   });
}

} // namespace

int measureRetrieval(const std::string &folder)
{
    const auto collection = readTestCollection(folder);
    if (!collection)
        return refuse(collection.error());
    const auto measured = measureAll(*collection);
    return measured ? 0 : refuse(measured.error());
}
