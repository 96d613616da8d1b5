// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace orrery::runtime {

/// How long the whole team leaves a provider alone that cannot be reached or is overloaded: 2 s, doubled up to 60 s as long
/// as it goes on, each with jitter. Calls that were under way together count as one failure. Thread-safe.
class ProviderOutages
{
public:
    /// A call has failed. For how many ms it is left alone; nothing = it is left alone already. `hintMs`: what the provider asks
    /// for, which goes before what we think; not positive = nothing. `chance`: from 0 up to 1.
    std::optional<std::int64_t> failed(const std::string &provider, std::int64_t nowMs,
                                       std::int64_t hintMs, double chance);
    /// A call was answered. True when that ends an outage.
    bool answered(const std::string &provider);

private:
    struct Outage {
        int failures = 0;
        std::int64_t untilMs = 0;
    };
    std::mutex m_mutex;
    std::map<std::string, Outage> m_outages; ///< guarded by m_mutex
};

} // namespace orrery::runtime
