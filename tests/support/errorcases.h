// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace orrery::testing {

struct ErrorCase {
    const char *name;
    int status;
    const char *kind; ///< money, too long, passes, other
    const char *body;
};

/// Errors in the words of the providers.
inline std::vector<ErrorCase> errorCases()
{
    return {
        {"openai quota", 429, "money",
         R"({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})"},
        {"openai hard limit", 400, "money",
         R"({"error":{"message":"Billing hard limit has been reached","type":"invalid_request_error","param":null,"code":"billing_hard_limit_reached"}})"},
        {"openai rate", 429, "passes",
         R"({"error":{"message":"Rate limit reached for gpt-4o","type":"tokens","param":null,"code":"rate_limit_exceeded"}})"},
        {"anthropic credit", 400, "money",
         R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}})"},
        {"anthropic rate", 429, "passes",
         R"({"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit"}})"},
        {"anthropic overloaded", 529, "passes",
         R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"},
        {"deepseek balance", 402, "money",
         R"({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}})"},
        {"no body", 402, "money", ""},
        {"gemini day", 429, "money",
         R"({"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}})"},
        {"gemini day in a list", 429, "money",
         R"([{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]}]}}])"},
        {"gemini minute", 429, "passes",
         R"({"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]}]}})"},
        {"openai long", 400, "too long",
         R"({"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}})"},
        {"openai responses long", 400, "too long",
         R"({"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","param":"input"}})"},
        {"anthropic long", 400, "too long",
         R"({"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 213462 tokens > 200000 maximum"}})"},
        {"anthropic bytes", 413, "too long",
         R"({"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}})"},
        {"gemini long", 400, "too long",
         R"({"error":{"code":400,"message":"The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).","status":"INVALID_ARGUMENT"}})"},
        {"xai long", 400, "too long",
         R"({"error":"This model's maximum prompt length is 131072 but the request contains 537812 tokens."})"},
        {"groq long", 400, "too long",
         R"({"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error","code":"context_length_exceeded"}})"},
        {"mistral long", 400, "too long",
         R"({"object":"error","message":"Prompt contains 65673 tokens and 0 draft tokens, too large for model with 32768 maximum context length","type":"invalid_request_prompt","code":"3051"})"},
        {"moonshot long", 400, "too long",
         R"({"error":{"message":"Invalid request: Your request exceeded model token limit: 262144","type":"invalid_request_error"}})"},
        {"llama.cpp long", 400, "too long",
         R"({"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}})"},
        {"vllm long", 400, "too long",
         R"({"object":"error","message":"The decoder prompt (length 9000) is longer than the maximum model length of 8192.","type":"BadRequestError","code":400})"},
        {"bedrock long", 400, "too long",
         R"({"message":"Input is too long for requested model."})"},
        {"another mistake", 400, "other",
         R"({"error":{"message":"Unknown parameter: foo","type":"invalid_request_error"}})"},
        {"no such model", 404, "other",
         R"({"error":{"message":"The model `m` does not exist","code":"model_not_found"}})"},
        {"wrong key", 401, "other",
         R"({"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}})"},
        {"broken", 500, "passes", R"({"error":{"message":"The server had an error"}})"},
        {"a page", 503, "passes", "<html>Service Unavailable</html>"},
    };
}

} // namespace orrery::testing
