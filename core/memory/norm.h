// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace orrery::memory {

/// Euclidean length, summed in double precision.
double norm(std::span<const float> vector);

} // namespace orrery::memory
