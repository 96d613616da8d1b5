// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/memory/vectorkernels.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace orrery::memory {

struct VectorHit {
    std::uint32_t row = 0;
    double score = 0; ///< cosine, −1…1; 0 when either vector has length 0
};

/// What a search did, for its explanation.
struct VectorScan {
    std::size_t scanned = 0;  ///< rows whose codes were read
    std::size_t rescored = 0; ///< rows whose values were read as well
};

/// The nearest of many vectors of one length by cosine. The result is exact: the best k by the cosine of the 32-bit
/// values, computed in doubles; of equal scores the lower order comes first, which is that of adding unless it is given.
///
/// Beside its values each row keeps 8-bit codes of them, scaled by its largest value, and the length of what the codes
/// leave out. A search reads the codes alone, which bounds each cosine from both sides (Cauchy-Schwarz), and then
/// computes the cosines of those rows that the bounds do not rule out: a quarter of the memory is read.
///
/// Searches may run at the same time; whoever changes the index keeps others out of it.
class VectorIndex
{
public:
    using Row = std::uint32_t;
    static constexpr std::size_t kMaxDimensions = 65536;

    /// `dimensions` is 1…kMaxDimensions.
    explicit VectorIndex(std::size_t dimensions, const VectorKernels &kernels = bestKernels());
    ~VectorIndex();
    VectorIndex(VectorIndex &&) noexcept;
    VectorIndex &operator=(VectorIndex &&) noexcept;

    std::size_t dimensions() const { return m_dimensions; }
    std::size_t size() const { return m_size; } ///< vectors held
    bool contains(Row row) const;

    /// The row that the vector is now found under. Rows of removed vectors are used again. Errors: a wrong number of
    /// values, or one that is not finite.
    Result<Row> add(std::span<const float> vector);
    /// With a place among equals of the caller's own; do not mix the two.
    Result<Row> add(std::span<const float> vector, std::uint64_t order);
    /// Keeps its place among equals.
    Result<void> update(Row row, std::span<const float> vector);
    /// False when there is no such row.
    bool remove(Row row);
    void clear();
    /// What was added; empty when there is no such row. Valid until the row is changed.
    std::span<const float> at(Row row) const;

    /// The best `k` of all, or fewer if there are fewer. O(n) in memory read.
    Result<std::vector<VectorHit>> search(std::span<const float> query, std::size_t k,
                                          VectorScan *scan = nullptr) const;
    /// The best `k` of `rows`, each of which stands there once; rows that hold nothing are passed over. No other row is
    /// touched.
    Result<std::vector<VectorHit>> search(std::span<const float> query, std::size_t k,
                                          std::span<const Row> rows,
                                          VectorScan *scan = nullptr) const;

private:
    struct Chunk;
    struct Query;
    class Candidates;

    Result<void> check(std::span<const float> vector) const;
    Result<Query> prepare(std::span<const float> query) const;
    void write(Row row, std::span<const float> vector);
    void scanChunk(const Query &query, std::size_t chunk, Candidates &candidates) const;
    void scanRow(const Query &query, Row row, Candidates &candidates) const;
    void fetch(Row row) const;
    std::vector<VectorHit> rescore(const Query &query, std::size_t k, const Candidates &candidates,
                                   VectorScan *scan) const;
    Chunk &chunkOf(Row row) const { return *m_chunks[row / m_chunkRows]; }

    const VectorKernels *m_kernels;
    std::size_t m_dimensions;
    std::size_t m_stride;    ///< dimensions, padded
    std::size_t m_chunkRows; ///< rows of a chunk
    std::size_t m_size = 0;
    std::size_t m_end = 0; ///< rows ever used lie below
    std::uint64_t m_nextOrder = 0;
    std::vector<std::unique_ptr<Chunk>> m_chunks;
    std::vector<Row> m_free;
};

} // namespace orrery::memory
