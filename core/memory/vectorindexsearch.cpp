// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/vectorindexchunk.h"

#include "core/memory/norm.h"
#include "core/memory/parts.h"

namespace orrery::memory {

namespace {

constexpr std::size_t kRowsAhead = 3;     ///< that are asked for while one is worked on
constexpr std::size_t kBytesAhead = 1024; ///< of each
/// A search of all takes one thread more for so many bytes of codes, which take some 0.4 ms.
constexpr std::size_t kBytesPerThread = 4'000'000;
/// More than all rounding in the bounds themselves and in the cosines: single-precision factors (6e-8 relative, of
/// values below 4), sums of up to 65,536 products in doubles (1e-12).
constexpr double kSlack = 1e-6;

} // namespace

struct VectorIndex::Query {
    std::vector<double> values;
    CodeQuery codes;
    double length = 0;
    double factor = 0; ///< step of the codes / length
    double error = 0;  ///< length of what the codes leave out / length
};

/// Rows that may be among the best k, with what their cosine is at most.
class VectorIndex::Candidates
{
public:
    struct Candidate {
        double most;
        Row row;
    };

    explicit Candidates(std::size_t k) : m_k(k) {}

    void offer(Row row, double cosine, double error)
    {
        const double most = cosine + error;
        // Written so that NaN, a row that holds nothing, is passed over.
        if (!(most >= m_threshold))
            return;
        m_list.push_back({most, row});
        raise(cosine - error);
    }

    /// Takes what was offered to another, as if it had been offered here.
    void join(const Candidates &other)
    {
        m_list.insert(m_list.end(), other.m_list.begin(), other.m_list.end());
        for (const double least : other.m_least)
            raise(least);
    }

    /// Best first.
    std::vector<Candidate> sorted() const
    {
        std::vector<Candidate> left;
        for (const Candidate &candidate : m_list)
            if (candidate.most >= m_threshold)
                left.push_back(candidate);
        std::sort(left.begin(), left.end(),
                  [](const Candidate &a, const Candidate &b) { return a.most > b.most; });
        return left;
    }

private:
    /// One row more reaches at least this.
    void raise(double least)
    {
        if (m_least.size() == m_k) {
            if (least <= m_threshold)
                return;
            std::pop_heap(m_least.begin(), m_least.end(), std::greater<>());
            m_least.back() = least;
        } else {
            m_least.push_back(least);
        }
        std::push_heap(m_least.begin(), m_least.end(), std::greater<>());
        if (m_least.size() == m_k)
            m_threshold = m_least.front();
    }

    std::size_t m_k;
    std::vector<Candidate> m_list;
    std::vector<double> m_least; ///< heap of the k highest lower bounds
    double m_threshold = -std::numeric_limits<double>::infinity(); ///< k rows reach at least this
};

Result<VectorIndex::Query> VectorIndex::prepare(std::span<const float> vector) const
{
    if (auto checked = check(vector); !checked)
        return fail(std::move(checked.error()));
    Query query;
    query.values.assign(m_stride, 0);
    std::copy(vector.begin(), vector.end(), query.values.begin());
    std::vector<std::int16_t> codes(m_dimensions);
    query.length = norm(vector);
    if (query.length > 0) {
        // As fine as sums of all products may be without leaving 32 bits.
        const int largest = static_cast<int>(std::min<std::size_t>(
            std::numeric_limits<std::int16_t>::max(),
            std::numeric_limits<std::int32_t>::max() / (kMaxCode * m_stride)));
        const double step = double(largestOf(vector)) / largest;
        query.error = encode(vector, step, largest, codes.data()) / query.length;
        query.factor = step / query.length;
    }
    query.codes = CodeQuery(codes, m_stride);
    return query;
}

// With x, y the vectors and x', y' what their codes stand for, x·y = x'·y' + (x − x')·y + x'·(y − y'), and |x'| is at
// most |x| + |x − x'|. Divided by both lengths that gives the error of a cosine from the two errors.
void VectorIndex::scanChunk(const Query &query, std::size_t number, Candidates &candidates) const
{
    const Chunk &chunk = *m_chunks[number];
    const std::size_t first = number * m_chunkRows;
    const std::size_t rows = std::min(m_chunkRows, m_end - first);
    std::int32_t dots[kMaxChunkRows];
    m_kernels->codeDots(chunk.codes.get(), rows, m_stride, query.codes, dots);
    for (std::size_t i = 0; i < rows; ++i)
        candidates.offer(static_cast<Row>(first + i), dots[i] * (chunk.factors[i] * query.factor),
                         chunk.errors[i] * (1 + query.error) + (query.error + kSlack));
}

void VectorIndex::scanRow(const Query &query, Row row, Candidates &candidates) const
{
    const Chunk &chunk = chunkOf(row);
    const std::size_t at = row % m_chunkRows;
    std::int32_t dot = 0;
    m_kernels->codeDots(&chunk.codes[at * m_stride], 1, m_stride, query.codes, &dot);
    candidates.offer(row, dot * (chunk.factors[at] * query.factor),
                     chunk.errors[at] * (1 + query.error) + (query.error + kSlack));
}

// Rows that lie apart are not read ahead by the processor itself.
void VectorIndex::fetch(Row row) const
{
#ifdef __GNUC__
    if (row >= m_end)
        return;
    const std::int8_t *codes = &chunkOf(row).codes[row % m_chunkRows * m_stride];
    for (std::size_t j = 0; j < std::min(m_stride, kBytesAhead); j += kAlignment)
        __builtin_prefetch(codes + j);
#else
    static_cast<void>(row);
#endif
}

std::vector<VectorHit> VectorIndex::rescore(const Query &query, std::size_t k,
                                            const Candidates &candidates, VectorScan *scan) const
{
    struct Scored {
        double score;
        std::uint64_t order;
        Row row;
    };
    const auto better = [](const Scored &a, const Scored &b) {
        return a.score != b.score ? a.score > b.score : a.order < b.order;
    };
    std::vector<Scored> best; // a heap, the worst in front
    for (const auto &candidate : candidates.sorted()) {
        if (best.size() == k && candidate.most < best.front().score)
            break;
        const Chunk &chunk = chunkOf(candidate.row);
        const std::size_t at = candidate.row % m_chunkRows;
        const double lengths = chunk.lengths[at] * query.length;
        Scored scored{0, chunk.orders[at], candidate.row};
        if (lengths > 0)
            scored.score =
                m_kernels->dot(&chunk.values[at * m_stride], query.values.data(), m_stride)
                / lengths;
        if (scan)
            ++scan->rescored;
        if (best.size() == k) {
            if (!better(scored, best.front()))
                continue;
            std::pop_heap(best.begin(), best.end(), better);
            best.back() = scored;
        } else {
            best.push_back(scored);
        }
        std::push_heap(best.begin(), best.end(), better);
    }
    std::sort_heap(best.begin(), best.end(), better);
    std::vector<VectorHit> hits;
    hits.reserve(best.size());
    for (const Scored &scored : best)
        hits.push_back({scored.row, scored.score});
    return hits;
}

Result<std::vector<VectorHit>> VectorIndex::search(std::span<const float> vector, std::size_t k,
                                                   VectorScan *scan) const
{
    const auto query = prepare(vector);
    if (!query)
        return fail(query.error());
    if (k == 0)
        return {};
    const std::size_t chunkBytes = m_chunkRows * m_stride;
    auto parts = inParts(m_chunks.size(), kBytesPerThread / chunkBytes,
                         [&](std::size_t from, std::size_t to) {
                             Candidates candidates(k);
                             for (std::size_t number = from; number < to; ++number)
                                 scanChunk(*query, number, candidates);
                             return candidates;
                         });
    Candidates &candidates = parts.front();
    for (std::size_t other = 1; other < parts.size(); ++other)
        candidates.join(parts[other]);
    if (scan)
        *scan = {m_size, 0};
    return rescore(*query, k, candidates, scan);
}

Result<std::vector<VectorHit>> VectorIndex::search(std::span<const float> vector, std::size_t k,
                                                   std::span<const Row> rows,
                                                   VectorScan *scan) const
{
    const auto query = prepare(vector);
    if (!query)
        return fail(query.error());
    if (k == 0)
        return {};
    if (scan)
        *scan = {};
    Candidates candidates(k);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i + kRowsAhead < rows.size())
            fetch(rows[i + kRowsAhead]);
        const Row row = rows[i];
        if (!contains(row))
            continue;
        scanRow(*query, row, candidates);
        if (scan)
            ++scan->scanned;
    }
    return rescore(*query, k, candidates, scan);
}

} // namespace orrery::memory
