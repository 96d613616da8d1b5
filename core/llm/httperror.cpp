// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httperror.h"

#include "core/base/utf8.h"
#include "core/model/boundedjson.h"

#include <QString>

#include <algorithm>

namespace orrery::llm {
namespace {

std::string wordsOf(const Json &json)
{
    return json.is_string() ? json.get<std::string>()
                            : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The message in an `error` value, which is an object with a message or the message itself.
std::string messageOf(const Json &error)
{
    if (error.is_object()) {
        const auto message = error.find("message");
        if (message != error.end() && !message->is_null())
            return wordsOf(*message);
    }
    return wordsOf(error);
}

bool containsAny(const std::string &text, std::initializer_list<std::string_view> needles)
{
    return std::any_of(needles.begin(), needles.end(), [&](std::string_view needle) {
        return text.find(needle) != std::string::npos;
    });
}

std::string inLowerCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return text;
}

/// Codes and types of errors that say that money is gone. OpenAI: platform.openai.com/docs/guides/error-codes
/// (insufficient_quota, billing_not_active), help.openai.com (billing_hard_limit_reached); Anthropic: docs.claude.com
/// "Errors" (billing_error, 402); xAI, Together, Fireworks, OpenRouter, DeepSeek: 402, or as seen in issues. As of 2026-11.
constexpr std::string_view kMoneyCodes[] = {"insufficient_quota",
                                            "billing_hard_limit_reached",
                                            "billing_hard_limit",
                                            "billing_not_active",
                                            "billing_error",
                                            "insufficient_balance",
                                            "insufficient_credits",
                                            "insufficient_funds",
                                            "credits_exhausted",
                                            "payment_required",
                                            "account_deactivated",
                                            "access_terminated",
                                            "exceeded_current_quota_error"};
/// Words in messages without such a code.
constexpr std::string_view kMoneyWords[] = {
    "credit balance is too low", // Anthropic, with 400
    "insufficient balance",      // DeepSeek, Moonshot, Z.ai
    "insufficient credit",       // OpenRouter, Together
    "billing hard limit",        // OpenAI, with 400
    "spending limit",            // xAI, Groq
    "no credits",
    "out of credits",
    "reached your specified api usage limits", // Anthropic, with 400
};

bool isOneOf(const std::string &word, const std::string_view *begin, const std::string_view *end)
{
    return std::find(begin, end, word) != end;
}

/// Google's quotas of a day (`GenerateRequestsPerDayPerProjectPerModel-FreeTier`); those of a minute pass. Its message
/// speaks of plan and billing in both cases. ai.google.dev/gemini-api/docs/rate-limits, 2026-11.
bool isDayQuota(const Json &error)
{
    const auto details = error.find("details");
    if (details == error.end() || !details->is_array())
        return false;
    for (const Json &detail : *details) {
        const auto violations = detail.is_object() ? detail.find("violations") : detail.end();
        if (!detail.is_object() || violations == detail.end() || !violations->is_array())
            continue;
        for (const Json &violation : *violations) {
            const auto id = violation.is_object() ? violation.find("quotaId") : violation.end();
            if (violation.is_object() && id != violation.end() && id->is_string()
                && id->get_ref<const std::string &>().find("PerDay") != std::string::npos)
                return true;
        }
    }
    return false;
}

bool isMoneyGone(const Json &body)
{
    const Json &object = body.is_array() && body.size() == 1 ? body[0] : body;
    if (!object.is_object())
        return false;
    const auto nested = object.find("error");
    const Json &error = nested != object.end() && nested->is_object() ? *nested : object;
    for (const char *key : {"code", "type", "status"}) {
        const auto it = error.find(key);
        if (it != error.end() && it->is_string()
            && isOneOf(inLowerCase(it->get<std::string>()), std::begin(kMoneyCodes),
                       std::end(kMoneyCodes)))
            return true;
    }
    if (isDayQuota(error))
        return true;
    const std::string message =
        inLowerCase(nested != object.end() ? messageOf(*nested) : messageOf(error));
    return std::any_of(std::begin(kMoneyWords), std::end(kMoneyWords), [&](std::string_view words) {
        return message.find(words) != std::string::npos;
    });
}

struct TooLongWords {
    std::string_view first;
    std::string_view second = {};
};
/// In lower case. From the providers' references and their users' reports, as of 2026-11.
constexpr TooLongWords kTooLongWords[] = {
    {"context_length_exceeded"},                  // OpenAI, Azure, Groq, Cerebras
    {"maximum context length"},                   // OpenAI, DeepSeek, OpenRouter, vLLM, Mistral
    {"context window", "exceed"},                 // OpenAI Responses, MiniMax
    {"prompt is too long"},                       // Anthropic, Fireworks
    {"exceed context limit"},                     // Anthropic: input and max_tokens together
    {"request_too_large"},                        // Anthropic: 413, in bytes
    {"input is too long for requested model"},    // Bedrock
    {"input token count", "exceeds the maximum"}, // Gemini, Vertex
    {"maximum prompt length"},                    // xAI
    {"reduce the length of the messages"},        // Groq, Cerebras
    {"reduce your message size"},                 // Groq: more than its tokens a minute
    {"too large for model", "context"},           // Mistral
    {"model token limit"},                        // Moonshot
    {"prompt exceeds max length"},                // Z.ai (1261)
    {"range of input length should be"},          // Alibaba
    {"tokens_limit_reached"},                     // GitHub Models
    {"inputs` tokens", "max_new_tokens"},         // Together, Hugging Face
    {"maximum model length"},                     // vLLM
    {"longer than the model's context length"},   // SGLang
    {"exceed_context_size_error"},                // llama.cpp
    {"available context size"},                   // llama.cpp, before it had a type
    {"context the overflows"},                    // LM Studio
    {"greater than the context length"},          // LM Studio
    {"prompt too long"},                          // Ollama
    {"context length exceeded"},
};

void replaceAll(std::string &text, const std::string &what)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 5))
        text.replace(at, what.size(), "[key]");
}

} // namespace

Error errorForStatus(int status, std::string message, std::string detail)
{
    Error error = makeError(ErrorCode::InvalidArgument, std::move(message), std::move(detail));
    error.httpStatus = status;
    if (status == 402) {
        error.code = ErrorCode::Budget;
    } else if (status == 401 || status == 403) {
        error.code = ErrorCode::Auth;
    } else if (status == 404) {
        error.code = ErrorCode::NotFound;
    } else if (status == 408) {
        error.code = ErrorCode::Timeout;
        error.retryable = true;
    } else if (status == 409) {
        error.code = ErrorCode::Conflict;
        error.retryable = true;
    } else if (status == 429) {
        error.code = ErrorCode::RateLimited;
        error.retryable = true;
    } else if (status >= 500) {
        error.code = ErrorCode::Server;
        error.retryable = true;
    } else if (status < 400) {
        error.code = ErrorCode::BadResponse;
    }
    return error;
}

Error errorFromAnswer(int status, const std::string &who, std::string_view body)
{
    std::string message = who + " answered " + std::to_string(status);
    const std::string said = serverMessage(body);
    if (!said.empty())
        message += ": " + said;
    Error error = errorForStatus(status, std::move(message), excerpt(body, 4000));
    applyErrorBody(error, parseBounded(body));
    return error;
}

Error errorFromErrorObject(const Json &error, const std::string &who)
{
    int status = 0;
    std::string kind;
    if (error.is_object()) {
        for (const char *key : {"code", "status"}) {
            const auto it = error.find(key);
            if (it != error.end() && it->is_number_integer() && it->get<int>() >= 400
                && it->get<int>() < 600)
                status = it->get<int>();
            else if (it != error.end() && it->is_string())
                kind += it->get<std::string>() + " ";
        }
        const auto type = error.find("type");
        if (type != error.end() && type->is_string())
            kind += type->get<std::string>();
    }
    if (status == 0 && containsAny(kind, {"rate_limit", "RESOURCE_EXHAUSTED"}))
        status = 429;
    else if (status == 0 && containsAny(kind, {"authentication", "permission", "invalid_api_key"}))
        status = 401;
    else if (status == 0 && containsAny(kind, {"invalid_request"}))
        status = 400;
    else if (status == 0)
        status = 500;
    Error result = errorForStatus(status, who + " reported an error: " + excerpt(messageOf(error)),
                                  excerpt(wordsOf(error), 4000));
    result.httpStatus = 200;
    applyErrorBody(result, {{"error", error}});
    return result;
}

void applyErrorBody(Error &error, const Json &body)
{
    if (!isMoneyGone(body))
        return;
    error.code = ErrorCode::Budget;
    error.retryable = false;
}

bool isContextTooLong(const Error &error)
{
    // A status of its own kind says what else it is; what stands in a stream has 200.
    const int status = error.httpStatus;
    if (error.code == ErrorCode::Cancelled || error.code == ErrorCode::Auth || status == 404)
        return false;
    const std::string text = inLowerCase(error.message + "\n" + error.detail);
    return std::any_of(std::begin(kTooLongWords), std::end(kTooLongWords),
                       [&](const TooLongWords &words) {
                           return text.find(words.first) != std::string::npos
                                  && text.find(words.second) != std::string::npos;
                       });
}

bool isMalformedCall(const Error &error)
{
    return error.code == ErrorCode::InvalidArgument
           && error.detail.find("\"tool_use_failed\"") != std::string::npos;
}

std::string serverMessage(std::string_view body)
{
    const Json json = parseBounded(body);
    // Google wraps its error object in a list.
    const Json &object = json.is_array() && json.size() == 1 ? json[0] : json;
    if (object.is_object()) {
        for (const char *key : {"error", "message", "detail"}) {
            const auto it = object.find(key);
            if (it != object.end() && !it->is_null())
                return excerpt(messageOf(*it), 1000);
        }
    }
    return excerpt(trimmed(body));
}

std::string excerpt(std::string_view text, std::size_t bytes)
{
    const bool cut = text.size() > bytes;
    std::size_t end = std::min(bytes, text.size());
    while (cut && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    // Through QString, since journals are JSON and must be UTF-8 whatever the server sent.
    std::string out = QString::fromUtf8(text.data(), qsizetype(end)).toStdString();
    for (char &c : out) {
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
            c = ' ';
    }
    return cut ? out + "…" : out;
}

void redact(Error &error, const std::string &key)
{
    if (key.size() < 4)
        return;
    replaceAll(error.message, key);
    replaceAll(error.detail, key);
}

} // namespace orrery::llm
