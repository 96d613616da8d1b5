// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/usagedecode.h"

namespace orrery::llm {
namespace {

/// The first of these that is a number; 0 when none is.
template <typename Value>
std::int64_t firstCount(std::initializer_list<Value> values)
{
    for (const Value &value : values)
        if (value.isNumber())
            return value.count();
    return 0;
}

/// Chat completions. OpenAI and most others: `*_details`; DeepSeek: `prompt_cache_hit_tokens`; Moonshot: `cached_tokens`;
/// OpenRouter: `cache_write_tokens`; gateways to Anthropic: its own names.
template <typename Value>
void readChatUsage(Value json, Usage &usage)
{
    const Value prompt = json.at("prompt_tokens_details");
    const Value completion = json.at("completion_tokens_details");
    usage.inputTokens = json.at("prompt_tokens").count();
    usage.outputTokens = json.at("completion_tokens").count();
    usage.cacheReadInputTokens =
        firstCount({prompt.at("cached_tokens"), json.at("prompt_cache_hit_tokens"),
                    json.at("cached_tokens"), json.at("cache_read_input_tokens")});
    usage.cacheCreationInputTokens =
        firstCount({prompt.at("cache_write_tokens"), prompt.at("cache_creation_tokens"),
                    json.at("cache_creation_input_tokens")});
    usage.reasoningTokens =
        firstCount({completion.at("reasoning_tokens"), json.at("reasoning_tokens")});
    // xAI counts reasoning beside the answer, which only the total shows.
    const std::int64_t total = json.at("total_tokens").count();
    if (usage.reasoningTokens > 0
        && total == usage.inputTokens + usage.outputTokens + usage.reasoningTokens)
        usage.outputTokens += usage.reasoningTokens;
}

template <typename Value>
Result<Usage> decode(Value json, WireForm form)
{
    Usage usage;
    usage.requests = 1;
    if (json.isNull())
        return usage;
    if (!json.isObject())
        return fail(ErrorCode::BadResponse, std::string("usage: found ") + json.toJson().type_name()
                                                + ", expected an object");
    Value total = json.at("total_tokens");
    switch (form) {
    case WireForm::OpenAi: readChatUsage(json, usage); break;
    case WireForm::Responses:
        usage.inputTokens = json.at("input_tokens").count();
        usage.outputTokens = json.at("output_tokens").count();
        usage.cacheReadInputTokens = json.at("input_tokens_details").at("cached_tokens").count();
        usage.cacheCreationInputTokens =
            json.at("input_tokens_details").at("cache_write_tokens").count();
        usage.reasoningTokens = json.at("output_tokens_details").at("reasoning_tokens").count();
        break;
    case WireForm::Anthropic:
        usage.inputTokens = json.at("input_tokens").count();
        usage.outputTokens = json.at("output_tokens").count();
        usage.cacheCreationInputTokens = json.at("cache_creation_input_tokens").count();
        usage.cacheReadInputTokens = json.at("cache_read_input_tokens").count();
        usage.reasoningTokens = json.at("output_tokens_details").at("thinking_tokens").count();
        total = {};
        break;
    case WireForm::Gemini:
        usage.inputTokens =
            json.at("promptTokenCount").count() + json.at("toolUsePromptTokenCount").count();
        usage.reasoningTokens = json.at("thoughtsTokenCount").count();
        usage.outputTokens = json.at("candidatesTokenCount").count() + usage.reasoningTokens;
        usage.cacheReadInputTokens = json.at("cachedContentTokenCount").count();
        total = json.at("totalTokenCount");
        break;
    }
    usage.totalTokens = total.isNumber() ? total.count() : usage.inputTokens + usage.outputTokens;
    return usage;
}

} // namespace

Result<Usage> decodeUsage(TreeValue usage, WireForm form) { return decode(usage, form); }

Result<Usage> decodeUsage(FlatValue usage, WireForm form) { return decode(usage, form); }

} // namespace orrery::llm
