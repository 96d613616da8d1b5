// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace orrery::memory {

/// How much each part of a score counts.
struct Weights {
    double relevance = 0.5;
    double importance = 0.3;
    /// Not set: 0 while relevance decays (age would count twice), else 0.2.
    std::optional<double> recency;

    double recencyWeight(double decayLambda) const
    {
        return recency.value_or(decayLambda > 0 ? 0.0 : 0.2);
    }
};

/// Hours from one time stamp to another, never negative. Each is cut to whole seconds by itself.
double hoursSince(std::int64_t thenMs, std::int64_t nowMs);

/// exp(−λ·hours); 1 for what is evergreen.
double decayFactor(bool evergreen, double hours, double lambda);

/// exp(−0.01·hours): 1 = just now. Evergreen entries grow old here too.
double recencyOf(double hours);

/// Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): each id gets Σ 1/(k + rank) over the lists that hold it, ranks
/// from 1. Highest first, equal scores in the byte order of the ids.
std::vector<std::pair<std::string, double>> reciprocalRankFusion(const std::vector<std::string> &a,
                                                                 const std::vector<std::string> &b,
                                                                 double k);

} // namespace orrery::memory
