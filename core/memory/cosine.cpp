// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/cosine.h"

#include <cmath>

namespace orrery::memory {

double norm(std::span<const float> vector)
{
    double sum = 0;
    for (const float value : vector)
        sum += static_cast<double>(value) * static_cast<double>(value);
    return std::sqrt(sum);
}

double cosine(std::span<const float> a, double normA, std::span<const float> b, double normB)
{
    if (normA == 0 || normB == 0)
        return 0;
    double product = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return product / (normA * normB);
}

} // namespace orrery::memory
