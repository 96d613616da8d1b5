// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/usagedecode.h"

namespace orrery::llm {
namespace {

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
    Value total;
    switch (form) {
    case WireForm::OpenAi:
        usage.inputTokens = json.at("prompt_tokens").count();
        usage.outputTokens = json.at("completion_tokens").count();
        total = json.at("total_tokens");
        break;
    case WireForm::Anthropic:
        for (const char *key : {"input_tokens", "output_tokens"})
            if (const Value count = json.at(key); count.exists() && count.isNull())
                return fail(ErrorCode::BadResponse,
                            std::string("usage/") + key + ": found null, expected a number");
        usage.inputTokens = json.at("input_tokens").count();
        usage.outputTokens = json.at("output_tokens").count();
        usage.cacheCreationInputTokens = json.at("cache_creation_input_tokens").count();
        usage.cacheReadInputTokens = json.at("cache_read_input_tokens").count();
        break;
    case WireForm::Gemini:
        usage.inputTokens = json.at("promptTokenCount").count();
        usage.outputTokens = json.at("candidatesTokenCount").count();
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
