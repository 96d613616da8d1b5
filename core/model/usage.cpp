// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/usage.h"
#include "core/model/jsonobject.h"
#include "core/model/jsonwriter.h"

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
    return *this;
}

Json toJson(const Usage &usage)
{
    return jsonObject({{"requests", usage.requests},
                       {"tool_calls", usage.toolCalls},
                       {"input_tokens", usage.inputTokens},
                       {"output_tokens", usage.outputTokens},
                       {"total_tokens", usage.totalTokens},
                       {"cache_creation_input_tokens", usage.cacheCreationInputTokens},
                       {"cache_read_input_tokens", usage.cacheReadInputTokens}});
}

void appendJson(std::string &out, const Usage &usage)
{
    appendJsonObject(out, {{"requests", usage.requests},
                           {"tool_calls", usage.toolCalls},
                           {"input_tokens", usage.inputTokens},
                           {"output_tokens", usage.outputTokens},
                           {"total_tokens", usage.totalTokens},
                           {"cache_creation_input_tokens", usage.cacheCreationInputTokens},
                           {"cache_read_input_tokens", usage.cacheReadInputTokens}});
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
            count("cache_read_input_tokens")};
}

} // namespace orrery
