// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/provideroutages.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

constexpr std::int64_t kFirstHoldMs = 2000;
constexpr std::int64_t kLongestHoldMs = 60000;
constexpr int kMostHoldDoublings = 5;

} // namespace

std::optional<std::int64_t> ProviderOutages::failed(const std::string &provider, std::int64_t nowMs,
                                                    std::int64_t hintMs, double chance)
{
    std::lock_guard lock(m_mutex);
    Outage &outage = m_outages[provider];
    if (nowMs < outage.untilMs)
        return std::nullopt;
    const std::int64_t most =
        std::min(kLongestHoldMs, kFirstHoldMs << std::min(outage.failures, kMostHoldDoublings));
    ++outage.failures;
    // Half of it at least: one that is down needs the rest.
    const auto ours = static_cast<std::int64_t>(static_cast<double>(most) * (0.5 + chance / 2));
    const std::int64_t pause = hintMs > 0 ? hintMs : ours;
    outage.untilMs = nowMs + pause;
    return pause;
}

bool ProviderOutages::answered(const std::string &provider)
{
    std::lock_guard lock(m_mutex);
    return m_outages.erase(provider) > 0;
}

} // namespace orrery::runtime
