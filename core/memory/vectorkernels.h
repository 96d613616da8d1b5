// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/alignedarray.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace orrery::memory {

/// Rows of vectors are padded with zeros to a multiple of this many values.
constexpr std::size_t kVectorPadding = 32;

/// The codes of a query, in the orders in which the kernels want them.
struct CodeQuery {
    CodeQuery() = default;
    /// `stride` is the padded number of values of a row.
    CodeQuery(std::span<const std::int16_t> codes, std::size_t stride);

    /// Of each 32 the even ones first, then the odd ones, as the codes of a row fall apart into two registers.
    AlignedArray<std::int16_t> split;
    // code = 256·high + low
    AlignedArray<std::int8_t> high;
    AlignedArray<std::uint8_t> low;
    std::int32_t highSum = 0; ///< of all `high`
};

/// The two sums that a vector search consists of. Every set of kernels gives the same results bit by bit: codes are
/// integers, and `dot` adds the exact products in the same order everywhere. `stride` is the padded number of values of
/// a row; rows start at multiples of 16 bytes. Stateless, any thread.
struct VectorKernels {
    const char *name;
    /// dots[i] = Σ codes[i·stride + j] · query[j] for i < rows. The caller sees to it that it stays within 32 bits.
    void (*codeDots)(const std::int8_t *codes, std::size_t rows, std::size_t stride,
                     const CodeQuery &query, std::int32_t *dots);
    /// Σ row[j] · query[j] in 16 lanes, lane j % 16, which are then added in halves: j and j + 8, j + 4, j + 2, j + 1.
    /// The values of `query` must be those of floats, so that a product of 24 by 24 bits is exact in a double, and fused
    /// and separate multiplication and addition are the same.
    double (*dot)(const float *row, const double *query, std::size_t stride);
};

/// Plain C++, on every machine.
const VectorKernels &scalarKernels();
/// The fastest that the processor we run on has: AVX2 and FMA, with VNNI of 256 or 512 bits if there is;
/// else the scalar ones.
const VectorKernels &bestKernels();
/// All that run here, the scalar ones first; for tests.
std::vector<const VectorKernels *> allKernels();

} // namespace orrery::memory
