// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/retryrules.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

constexpr long long kFirstPauseMs = 500;
constexpr int kMostDoublings = 20;
constexpr long long kDayMs = 86400000;

} // namespace

std::string shownDuration(long long ms)
{
    if (ms < 120000)
        return std::to_string((ms + 999) / 1000) + " s";
    if (ms < 7200000)
        return std::to_string((ms + 59999) / 60000) + " min";
    return std::to_string((ms + 3599999) / 3600000) + " h";
}

RetryDecision decideRetry(const Error &error, const AgentSpec &agent, int attempt,
                          long long spentMs, double chance)
{
    RetryDecision decision;
    if (!error.retryable || attempt >= agent.maxAttempts)
        return decision;
    if (error.retryAfterMs > kDayMs) {
        decision.why = "The provider asks to wait for " + shownDuration(error.retryAfterMs)
                       + ", which is more than a day.";
        return decision;
    }
    const RetrySpec &limits = agent.retry;
    if (error.retryAfterMs > limits.maxWaitMs) {
        decision.isLong = true;
        decision.delayMs = error.retryAfterMs;
        return decision;
    }
    long long delay = error.retryAfterMs;
    if (delay < 0) {
        const long long most =
            std::min(limits.maxWaitMs, kFirstPauseMs << std::min(attempt - 1, kMostDoublings));
        delay = static_cast<long long>(static_cast<double>(most) * chance);
    }
    if (spentMs + delay > limits.maxTotalMs) {
        decision.why = "It is not tried again: " + shownDuration(spentMs)
                       + " have gone by, and a retry may take " + shownDuration(limits.maxTotalMs)
                       + " in all.";
        return decision;
    }
    decision.delayMs = delay;
    return decision;
}

} // namespace orrery::runtime
