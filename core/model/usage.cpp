// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/usage.h"
#include "core/model/jsonobject.h"
#include "core/model/jsonwriter.h"

#include <algorithm>

namespace orrery {

Usage &Usage::operator+=(const Usage &other)
{
    requests += other.requests;
    toolCalls += other.toolCalls;
    inputTokens += other.inputTokens;
    outputTokens += other.outputTokens;
    totalTokens += other.totalTokens;
    cacheCreationInputTokens += other.cacheCreationInputTokens;
    cacheReadInputTokens += other.cacheReadInputTokens;
    reasoningTokens += other.reasoningTokens;
    return *this;
}

TokenBuckets bucketsOf(const Usage &usage, bool inputHasCache)
{
    TokenBuckets buckets;
    buckets.cacheRead = usage.cacheReadInputTokens;
    buckets.cacheWrite = usage.cacheCreationInputTokens;
    const std::int64_t cached = inputHasCache ? buckets.cacheRead + buckets.cacheWrite : 0;
    buckets.freshInput = std::max<std::int64_t>(0, usage.inputTokens - cached);
    buckets.reasoning = std::min(usage.reasoningTokens, usage.outputTokens);
    buckets.output = usage.outputTokens - buckets.reasoning;
    return buckets;
}

Json toJson(const Usage &usage)
{
    Json json = jsonObject({{"requests", usage.requests},
                            {"tool_calls", usage.toolCalls},
                            {"input_tokens", usage.inputTokens},
                            {"output_tokens", usage.outputTokens},
                            {"total_tokens", usage.totalTokens},
                            {"cache_creation_input_tokens", usage.cacheCreationInputTokens},
                            {"cache_read_input_tokens", usage.cacheReadInputTokens}});
    if (usage.reasoningTokens > 0)
        json["reasoning_tokens"] = usage.reasoningTokens;
    return json;
}

void appendJson(std::string &out, const Usage &usage)
{
    appendJsonObject(
        out, {{"requests", usage.requests},
              {"tool_calls", usage.toolCalls},
              {"input_tokens", usage.inputTokens},
              {"output_tokens", usage.outputTokens},
              {"total_tokens", usage.totalTokens},
              {"cache_creation_input_tokens", usage.cacheCreationInputTokens},
              {"cache_read_input_tokens", usage.cacheReadInputTokens},
              {"reasoning_tokens",
               usage.reasoningTokens > 0 ? JsonItem(usage.reasoningTokens) : JsonItem::absent()}});
}

Usage usageFromJson(const Json &json)
{
    const auto count = [&](const char *key) -> std::int64_t {
        if (!json.is_object())
            return 0;
        const auto it = json.find(key);
        return it != json.end() && it->is_number() ? it->get<std::int64_t>() : 0;
    };
    return {count("requests"),
            count("tool_calls"),
            count("input_tokens"),
            count("output_tokens"),
            count("total_tokens"),
            count("cache_creation_input_tokens"),
            count("cache_read_input_tokens"),
            count("reasoning_tokens")};
}

} // namespace orrery
