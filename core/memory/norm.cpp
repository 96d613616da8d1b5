// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/norm.h"

#include <cmath>

namespace orrery::memory {

double norm(std::span<const float> vector)
{
    double sum = 0;
    for (const float value : vector)
        sum += static_cast<double>(value) * static_cast<double>(value);
    return std::sqrt(sum);
}

} // namespace orrery::memory
