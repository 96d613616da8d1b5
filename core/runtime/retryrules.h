// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/model/spec.h"

#include <optional>
#include <string>

namespace orrery::runtime {

/// Whether and when a failed request is made again.
struct RetryDecision {
    std::optional<long long> delayMs; ///< nothing = not at all
    /// The provider asks for more than a retry may wait; it is waited for all the same, and a person is told.
    bool isLong = false;
    std::string why; ///< why not, where it is worth a word
};

/// `attempt`: how many there were, from 1. `spentMs`: what they and the pauses between them have taken. `chance`: from 0 up to
/// 1, evenly spread: pauses of our own have full jitter (aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter),
/// so that those that failed together do not come back together.
RetryDecision decideRetry(const Error &error, const AgentSpec &agent, int attempt,
                          long long spentMs, double chance);

/// `3 s`, `12 min`, `2 h`.
std::string shownDuration(long long ms);

} // namespace orrery::runtime
