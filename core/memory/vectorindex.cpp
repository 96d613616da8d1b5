// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/vectorindex.h"

#include "core/memory/norm.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <new>
#include <string>

namespace orrery::memory {

namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kChunkBytes = 4 << 20; ///< of values, about
constexpr std::size_t kMaxChunkRows = 1024;
constexpr int kMaxCode = 127;
constexpr std::size_t kRowsAhead = 3;     ///< that are asked for while one is worked on
constexpr std::size_t kBytesAhead = 1024; ///< of each
/// More than all rounding in the bounds themselves and in the cosines: single-precision factors (6e-8 relative, of
/// values below 4), sums of up to 65,536 products in doubles (1e-12).
constexpr double kSlack = 1e-6;

template <typename T>
struct AlignedDelete {
    void operator()(T *memory) const { ::operator delete[](memory, std::align_val_t(kAlignment)); }
};

/// Memory that is not touched until a row is written, so that a small index costs little.
template <typename T>
using AlignedArray = std::unique_ptr<T[], AlignedDelete<T>>;

template <typename T>
AlignedArray<T> allocate(std::size_t count)
{
    return AlignedArray<T>(
        static_cast<T *>(::operator new[](count * sizeof(T), std::align_val_t(kAlignment))));
}

float largestOf(std::span<const float> vector)
{
    float largest = 0;
    for (const float value : vector)
        largest = std::max(largest, std::fabs(value));
    return largest;
}

/// Writes round(vector / step) to `codes` and returns the length of what that leaves out.
template <typename Code>
double encode(std::span<const float> vector, double step, int largest, Code *codes)
{
    double left = 0;
    for (std::size_t j = 0; j < vector.size(); ++j) {
        // Whether a half goes up or down does not matter: what is left out is measured.
        const double scaled = vector[j] / step;
        const int code =
            std::clamp(static_cast<int>(scaled + (scaled < 0 ? -0.5 : 0.5)), -largest, largest);
        codes[j] = static_cast<Code>(code);
        const double rest = vector[j] - code * step;
        left += rest * rest;
    }
    return std::sqrt(left);
}

} // namespace

struct VectorIndex::Chunk {
    Chunk(std::size_t rows, std::size_t stride)
        : values(allocate<float>(rows * stride)), codes(allocate<std::int8_t>(rows * stride)),
          factors(rows, std::numeric_limits<float>::quiet_NaN()), errors(rows), lengths(rows),
          orders(rows)
    {}

    AlignedArray<float> values;
    AlignedArray<std::int8_t> codes;
    std::vector<float> factors;        ///< step of the codes / length; NaN = nothing is here
    std::vector<float> errors;         ///< length of what the codes leave out / length
    std::vector<double> lengths;       ///< Euclidean
    std::vector<std::uint64_t> orders; ///< smaller = added earlier
};

struct VectorIndex::Query {
    std::vector<double> values;
    std::vector<std::int16_t> codes; ///< by splitPlace()
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
        const double least = cosine - error;
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
    std::size_t m_k;
    std::vector<Candidate> m_list;
    std::vector<double> m_least; ///< heap of the k highest lower bounds
    double m_threshold = -std::numeric_limits<double>::infinity(); ///< k rows reach at least this
};

VectorIndex::VectorIndex(std::size_t dimensions, const VectorKernels &kernels)
    : m_kernels(&kernels), m_dimensions(std::clamp<std::size_t>(dimensions, 1, kMaxDimensions)),
      m_stride((m_dimensions + kVectorPadding - 1) / kVectorPadding * kVectorPadding),
      m_chunkRows(std::clamp<std::size_t>(std::bit_floor(kChunkBytes / (m_stride * sizeof(float))),
                                          16, kMaxChunkRows))
{}

VectorIndex::~VectorIndex() = default;
VectorIndex::VectorIndex(VectorIndex &&) noexcept = default;
VectorIndex &VectorIndex::operator=(VectorIndex &&) noexcept = default;

bool VectorIndex::contains(Row row) const
{
    return row < m_end && !std::isnan(chunkOf(row).factors[row % m_chunkRows]);
}

Result<void> VectorIndex::check(std::span<const float> vector) const
{
    if (vector.size() != m_dimensions)
        return fail(ErrorCode::InvalidArgument, "A vector has " + std::to_string(vector.size())
                                                    + " values, expected "
                                                    + std::to_string(m_dimensions) + ".");
    for (std::size_t j = 0; j < vector.size(); ++j)
        if (!std::isfinite(vector[j]))
            return fail(ErrorCode::InvalidArgument,
                        "Value " + std::to_string(j) + " of a vector is "
                            + std::to_string(vector[j]) + ", expected a finite number.");
    return {};
}

void VectorIndex::write(Row row, std::span<const float> vector)
{
    Chunk &chunk = chunkOf(row);
    const std::size_t at = row % m_chunkRows;
    float *values = &chunk.values[at * m_stride];
    std::int8_t *codes = &chunk.codes[at * m_stride];
    std::copy(vector.begin(), vector.end(), values);
    std::fill(values + m_dimensions, values + m_stride, 0.0F);
    std::fill(codes, codes + m_stride, std::int8_t(0));
    const double length = norm(vector);
    const double step = double(largestOf(vector)) / kMaxCode;
    chunk.lengths[at] = length;
    chunk.errors[at] = 0;
    chunk.factors[at] = 0;
    if (length > 0) {
        chunk.errors[at] = static_cast<float>(encode(vector, step, kMaxCode, codes) / length);
        chunk.factors[at] = static_cast<float>(step / length);
    }
}

Result<VectorIndex::Row> VectorIndex::add(std::span<const float> vector)
{
    const auto row = add(vector, m_nextOrder);
    if (row)
        ++m_nextOrder;
    return row;
}

Result<VectorIndex::Row> VectorIndex::add(std::span<const float> vector, std::uint64_t order)
{
    if (auto checked = check(vector); !checked)
        return fail(std::move(checked.error()));
    Row row = 0;
    if (!m_free.empty()) {
        row = m_free.back();
        m_free.pop_back();
    } else {
        if (m_end > std::numeric_limits<Row>::max())
            return fail(ErrorCode::InvalidArgument, "The vector index is full.");
        row = static_cast<Row>(m_end);
        if (row / m_chunkRows == m_chunks.size())
            m_chunks.push_back(std::make_unique<Chunk>(m_chunkRows, m_stride));
        ++m_end;
    }
    write(row, vector);
    chunkOf(row).orders[row % m_chunkRows] = order;
    ++m_size;
    return row;
}

Result<void> VectorIndex::update(Row row, std::span<const float> vector)
{
    if (!contains(row))
        return fail(ErrorCode::NotFound, "There is no vector in row " + std::to_string(row) + ".");
    if (auto checked = check(vector); !checked)
        return checked;
    write(row, vector);
    return {};
}

bool VectorIndex::remove(Row row)
{
    if (!contains(row))
        return false;
    chunkOf(row).factors[row % m_chunkRows] = std::numeric_limits<float>::quiet_NaN();
    m_free.push_back(row);
    --m_size;
    return true;
}

std::span<const float> VectorIndex::at(Row row) const
{
    if (!contains(row))
        return {};
    return {&chunkOf(row).values[row % m_chunkRows * m_stride], m_dimensions};
}

void VectorIndex::clear()
{
    m_chunks.clear();
    m_free.clear();
    m_size = 0;
    m_end = 0;
}

Result<VectorIndex::Query> VectorIndex::prepare(std::span<const float> vector) const
{
    if (auto checked = check(vector); !checked)
        return fail(std::move(checked.error()));
    Query query;
    query.values.assign(m_stride, 0);
    std::copy(vector.begin(), vector.end(), query.values.begin());
    query.codes.assign(m_stride, 0);
    query.length = norm(vector);
    if (query.length > 0) {
        // As fine as sums of all products may be without leaving 32 bits.
        const int largest = static_cast<int>(std::min<std::size_t>(
            std::numeric_limits<std::int16_t>::max(),
            std::numeric_limits<std::int32_t>::max() / (kMaxCode * m_stride)));
        const double step = double(largestOf(vector)) / largest;
        std::vector<std::int16_t> codes(m_dimensions);
        query.error = encode(vector, step, largest, codes.data()) / query.length;
        for (std::size_t j = 0; j < m_dimensions; ++j)
            query.codes[splitPlace(j)] = codes[j];
        query.factor = step / query.length;
    }
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
    m_kernels->codeDots(chunk.codes.get(), rows, m_stride, query.codes.data(), dots);
    for (std::size_t i = 0; i < rows; ++i)
        candidates.offer(static_cast<Row>(first + i), dots[i] * (chunk.factors[i] * query.factor),
                         chunk.errors[i] * (1 + query.error) + (query.error + kSlack));
}

void VectorIndex::scanRow(const Query &query, Row row, Candidates &candidates) const
{
    const Chunk &chunk = chunkOf(row);
    const std::size_t at = row % m_chunkRows;
    std::int32_t dot = 0;
    m_kernels->codeDots(&chunk.codes[at * m_stride], 1, m_stride, query.codes.data(), &dot);
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
    Candidates candidates(k);
    for (std::size_t number = 0; number < m_chunks.size(); ++number)
        scanChunk(*query, number, candidates);
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
