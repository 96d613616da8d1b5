// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace orrery::runtime {

/// What of a request is text, and what is not.
struct RequestSize {
    std::size_t textBytes = 0;
    std::int64_t attachedTokens = 0; ///< of pictures and documents, whose bytes are no text

    bool operator==(const RequestSize &) const = default;
};

/// How many bytes of a request are a token for each model: four, until its answers tell. An exponential mean, since a
/// conversation may turn from prose to code. Thread-safe.
class TokenScale
{
public:
    /// `model`: `provider:model`. At least 1.
    std::int64_t tokensOf(const std::string &model, RequestSize size) const;
    /// The provider counted so many tokens for a request of that size, those from a cache among them.
    void learn(const std::string &model, RequestSize size, std::int64_t inputTokens);

private:
    mutable std::mutex m_mutex;
    std::map<std::string, double> m_bytesPerToken; ///< guarded by m_mutex
};

} // namespace orrery::runtime
