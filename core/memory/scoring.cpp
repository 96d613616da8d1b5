// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/scoring.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace orrery::memory {

double hoursSince(std::int64_t thenMs, std::int64_t nowMs)
{
    const auto seconds = [](std::int64_t ms) { return std::floor(static_cast<double>(ms) / 1000); };
    return std::max(0.0, (seconds(nowMs) - seconds(thenMs)) / 3600);
}

double decayFactor(bool evergreen, double hours, double lambda)
{
    return evergreen ? 1.0 : std::exp(-lambda * hours);
}

double recencyOf(double hours) { return std::exp(-0.01 * hours); }

std::vector<std::pair<std::string, double>>
reciprocalRankFusion(const std::vector<std::string> &a, const std::vector<std::string> &b, double k)
{
    std::map<std::string, double> sums;
    for (const auto *list : {&a, &b})
        for (std::size_t i = 0; i < list->size(); ++i)
            sums[(*list)[i]] += 1.0 / (k + static_cast<double>(i + 1));
    std::vector<std::pair<std::string, double>> fused(sums.begin(), sums.end());
    std::stable_sort(fused.begin(), fused.end(),
                     [](const auto &x, const auto &y) { return x.second > y.second; });
    return fused;
}

} // namespace orrery::memory
