// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/alignedarray.h"
#include "core/memory/vectorindex.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

/// How a VectorIndex keeps its rows; for its own source files.
namespace orrery::memory {

inline constexpr std::size_t kMaxChunkRows = 1024;
inline constexpr int kMaxCode = 127;

inline float largestOf(std::span<const float> vector)
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

struct VectorIndex::Chunk {
    Chunk(std::size_t rows, std::size_t stride)
        : values(allocate<float>(rows * stride)), codes(allocate<std::int8_t>(rows * stride)),
          factors(rows, std::numeric_limits<float>::quiet_NaN()), errors(rows), lengths(rows),
          orders(rows)
    {}

    AlignedArray<float> values; ///< these two are not touched until a row is written
    AlignedArray<std::int8_t> codes;
    std::vector<float> factors;        ///< step of the codes / length; NaN = nothing is here
    std::vector<float> errors;         ///< length of what the codes leave out / length
    std::vector<double> lengths;       ///< Euclidean
    std::vector<std::uint64_t> orders; ///< smaller = added earlier
};

} // namespace orrery::memory
