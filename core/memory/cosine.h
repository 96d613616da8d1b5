// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace orrery::memory {

/// Euclidean length, summed in double precision.
double norm(std::span<const float> vector);

/// Cosine of the angle between two vectors of equal length whose norms are known; 0 when either norm is 0. The scalar
/// product is summed in double precision, in the order of the values, so that the same vectors always give the same bits.
double cosine(std::span<const float> a, double normA, std::span<const float> b, double normB);

} // namespace orrery::memory
