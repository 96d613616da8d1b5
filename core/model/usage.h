// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <cstdint>
#include <string>

namespace orrery {

/// What model calls consumed. Counts are tokens, except `requests` and `toolCalls`.
struct Usage {
    std::int64_t requests = 0;
    std::int64_t toolCalls = 0;
    std::int64_t inputTokens = 0;
    std::int64_t outputTokens = 0;
    std::int64_t totalTokens = 0;
    std::int64_t cacheCreationInputTokens = 0;
    std::int64_t cacheReadInputTokens = 0;

    Usage &operator+=(const Usage &other);
    bool operator==(const Usage &) const = default;
};

Json toJson(const Usage &usage);
void appendJson(std::string &out, const Usage &usage); ///< the same as text
Usage usageFromJson(const Json &json);

} // namespace orrery
