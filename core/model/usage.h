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
    std::int64_t reasoningTokens = 0; ///< of outputTokens, those that were only thought

    Usage &operator+=(const Usage &other);
    bool operator==(const Usage &) const = default;
};

/// The same in five parts that do not overlap. They sum up to all tokens of the call.
struct TokenBuckets {
    std::int64_t freshInput = 0;
    std::int64_t cacheRead = 0;
    std::int64_t cacheWrite = 0;
    std::int64_t output = 0; ///< without reasoning
    std::int64_t reasoning = 0;

    bool operator==(const TokenBuckets &) const = default;
};
/// `inputHasCache`: whether the provider counts what came from its cache or went there among the input (all but Anthropic do).
TokenBuckets bucketsOf(const Usage &usage, bool inputHasCache);

/// `reasoning_tokens` only when there are any.
Json toJson(const Usage &usage);
void appendJson(std::string &out, const Usage &usage); ///< the same as text
Usage usageFromJson(const Json &json);

} // namespace orrery
