// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace orrery::memory {

/// Rows of vectors are padded with zeros to a multiple of this many values.
constexpr std::size_t kVectorPadding = 32;

/// Where the value of code `j` stands in the query of codeDots(): of each 32 the even ones first, then the odd ones, as
/// the codes of a row fall apart into two registers.
constexpr std::size_t splitPlace(std::size_t j) { return j / 32 * 32 + j % 2 * 16 + j % 32 / 2; }

/// The two sums that a vector search consists of. Every set of kernels gives the same results bit by bit: codes are
/// integers, and `dot` adds the exact products in the same order everywhere. `stride` is the padded number of values of
/// a row; rows start at multiples of 16 bytes. Stateless, any thread.
struct VectorKernels {
    const char *name;
    /// dots[i] = Σ codes[i·stride + j] · query[splitPlace(j)] for i < rows. The caller sees to it that it stays within 32 bits.
    void (*codeDots)(const std::int8_t *codes, std::size_t rows, std::size_t stride,
                     const std::int16_t *query, std::int32_t *dots);
    /// Σ row[j] · query[j] in 16 lanes, lane j % 16, which are then added in halves: j and j + 8, j + 4, j + 2, j + 1.
    /// The values of `query` must be those of floats, so that a product of 24 by 24 bits is exact in a double, and fused
    /// and separate multiplication and addition are the same.
    double (*dot)(const float *row, const double *query, std::size_t stride);
};

/// Plain C++, on every machine.
const VectorKernels &scalarKernels();
/// AVX2 and FMA where the processor that we run on has both, else the scalar ones.
const VectorKernels &bestKernels();

} // namespace orrery::memory
