// SPDX-License-Identifier: GPL-3.0-or-later
// Nearest vectors by cosine, beside the textbook's way and beside nothing but reading the matrix once.
#include "core/memory/vectorindex.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <random>

using namespace orrery::memory;

namespace {

constexpr std::size_t kVectorDimensions = 768;
constexpr std::size_t kBest = 10;

/// Like embeddings: each belongs to one of a few hundred topics and has a word of its own to say.
class Vectors
{
public:
    std::vector<float> next()
    {
        if (m_topics.empty())
            for (int i = 0; i < 300; ++i)
                m_topics.push_back(normal());
        std::vector<float> vector = normal();
        const std::vector<float> &topic = m_topics[m_engine() % m_topics.size()];
        for (std::size_t j = 0; j < kVectorDimensions; ++j)
            vector[j] += topic[j];
        return vector;
    }

private:
    std::vector<float> normal()
    {
        std::vector<float> vector(kVectorDimensions);
        for (float &value : vector)
            value = m_normal(m_engine);
        return vector;
    }

    std::mt19937 m_engine{7};
    std::normal_distribution<float> m_normal;
    std::vector<std::vector<float>> m_topics;
};

struct Collection {
    VectorIndex index{kVectorDimensions};
    std::vector<float> matrix;
    std::vector<std::vector<float>> queries;
};

Collection &collection(std::int64_t rows)
{
    static std::map<std::int64_t, Collection> all;
    Collection &held = all[rows];
    if (held.queries.empty()) {
        Vectors vectors;
        held.matrix.reserve(static_cast<std::size_t>(rows) * kVectorDimensions);
        for (std::int64_t i = 0; i < rows; ++i) {
            const auto vector = vectors.next();
            if (!held.index.add(vector))
                std::abort();
            held.matrix.insert(held.matrix.end(), vector.begin(), vector.end());
        }
        for (int i = 0; i < 16; ++i)
            held.queries.push_back(vectors.next());
    }
    return held;
}

/// A million rows take 7 GB here and a while to make, so they have to be asked for.
bool isTooLarge(benchmark::State &state)
{
    if (state.range(0) < 1'000'000 || std::getenv("ORRERY_BENCH_MILLION"))
        return false;
    state.SkipWithError("needs 8 GB; set ORRERY_BENCH_MILLION=1");
    return true;
}

std::size_t rowsOf(const Collection &held) { return held.matrix.size() / kVectorDimensions; }

void finish(benchmark::State &state)
{
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetComplexityN(state.range(0));
}

/// Every byte of the matrix once, as fast as it can be read: what no scan of the values can beat.
void vectorsPureRead(benchmark::State &state)
{
    if (isTooLarge(state))
        return;
    const Collection &held = collection(state.range(0));
    const auto *words = reinterpret_cast<const std::uint64_t *>(held.matrix.data());
    const std::size_t count = held.matrix.size() / 2;
    for (auto _ : state) {
        std::uint64_t sums[16] = {};
        for (std::size_t i = 0; i + 16 <= count; i += 16)
            for (std::size_t lane = 0; lane < 16; ++lane)
                sums[lane] ^= words[i + lane];
        benchmark::DoNotOptimize(std::accumulate(sums, sums + 16, std::uint64_t(0)));
    }
    finish(state);
    state.SetBytesProcessed(state.iterations() * state.range(0)
                            * std::int64_t(kVectorDimensions * sizeof(float)));
}

void search(benchmark::State &state, const Collection &held, const VectorIndex &index,
            std::span<const VectorIndex::Row> rows = {})
{
    std::size_t at = 0;
    std::size_t rescored = 0;
    VectorScan scan;
    for (auto _ : state) {
        const auto &query = held.queries[at++ % held.queries.size()];
        benchmark::DoNotOptimize(rows.empty() ? index.search(query, kBest, &scan)
                                              : index.search(query, kBest, rows, &scan));
        rescored += scan.rescored;
    }
    state.counters["rescored"] =
        benchmark::Counter(static_cast<double>(rescored), benchmark::Counter::kAvgIterations);
    finish(state);
}

void vectorsTop10(benchmark::State &state)
{
    if (isTooLarge(state))
        return;
    const Collection &held = collection(state.range(0));
    search(state, held, held.index);
}

/// One row in ten, spread over the index.
void vectorsTop10Scoped(benchmark::State &state)
{
    const Collection &held = collection(state.range(0));
    std::vector<VectorIndex::Row> rows;
    for (std::int64_t row = 0; row < state.range(0); row += 10)
        rows.push_back(static_cast<VectorIndex::Row>(row));
    search(state, held, held.index, rows);
}

/// The same index without vector instructions.
void vectorsTop10Scalar(benchmark::State &state)
{
    const Collection &held = collection(state.range(0));
    VectorIndex index(kVectorDimensions, scalarKernels());
    for (std::size_t i = 0; i < rowsOf(held); ++i)
        if (!index.add({&held.matrix[i * kVectorDimensions], kVectorDimensions}))
            std::abort();
    search(state, held, index);
}

/// Both lengths anew for each pair, and all scores sorted.
void vectorsTextbook(benchmark::State &state)
{
    const Collection &held = collection(state.range(0));
    std::size_t at = 0;
    for (auto _ : state) {
        const auto &query = held.queries[at++ % held.queries.size()];
        std::vector<std::pair<double, std::size_t>> scores;
        for (std::size_t i = 0; i < rowsOf(held); ++i) {
            const float *row = &held.matrix[i * kVectorDimensions];
            double dot = 0, a = 0, b = 0;
            for (std::size_t j = 0; j < kVectorDimensions; ++j) {
                dot += double(row[j]) * query[j];
                a += double(row[j]) * row[j];
                b += double(query[j]) * query[j];
            }
            scores.emplace_back(-dot / (std::sqrt(a) * std::sqrt(b)), i);
        }
        std::stable_sort(scores.begin(), scores.end());
        benchmark::DoNotOptimize(scores[0]);
    }
    finish(state);
}

void vectorsUpdate(benchmark::State &state)
{
    Collection &held = collection(state.range(0));
    std::size_t at = 0;
    for (auto _ : state) {
        const std::size_t row = at++ * 7919 % rowsOf(held);
        benchmark::DoNotOptimize(
            held.index.update(static_cast<VectorIndex::Row>(row),
                              {&held.matrix[row * kVectorDimensions], kVectorDimensions}));
    }
    state.SetItemsProcessed(state.iterations());
    state.SetComplexityN(state.range(0));
}

void sizes(benchmark::internal::Benchmark *benchmark)
{
    benchmark->Arg(1000)->Arg(2000)->Arg(10'000)->Arg(100'000)->Complexity();
    benchmark->Unit(benchmark::kMicrosecond);
}
BENCHMARK(vectorsPureRead)->Apply(sizes);
BENCHMARK(vectorsTop10)->Apply(sizes);
BENCHMARK(vectorsTop10Scoped)->Apply(sizes);
BENCHMARK(vectorsTop10Scalar)->Apply(sizes);
BENCHMARK(vectorsTextbook)->Apply(sizes);
BENCHMARK(vectorsUpdate)->Apply(sizes);
BENCHMARK(vectorsPureRead)
    ->Name("vectorsMillionPureRead")
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(vectorsTop10)->Name("vectorsMillionTop10")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

} // namespace
