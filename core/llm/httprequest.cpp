// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httprequest.h"

#include "core/llm/providers.h"
#include "core/llm/requestencoder.h"
#include "core/llm/requestfields.h"
#include "core/llm/serveraddress.h"

namespace orrery::llm {
namespace {

constexpr const char *kAnthropicVersion = "2023-06-01";

Result<std::string> addressOf(const ModelRequest &request)
{
    const Provider *known = findProvider(request.provider);
    const std::string base =
        request.baseUrl.empty() && known ? std::string(known->baseUrl) : request.baseUrl;
    if (base.empty()) {
        return fail(ErrorCode::InvalidArgument,
                    known ? "provider " + request.provider + " needs a base_url"
                          : "provider " + request.provider
                                + " is not known; name a base_url or use `custom`");
    }
    if (auto checked = checkServerAddress(request.provider, base, request.allowPrivateHosts);
        !checked)
        return fail(std::move(checked.error()));
    switch (wireFormOf(request.provider)) {
    case WireForm::Anthropic: return base + "/v1/messages";
    case WireForm::Gemini:
        return base + "/models/" + request.model
               + (request.stream ? ":streamGenerateContent" : ":generateContent");
    case WireForm::OpenAi: break;
    }
    return base + "/chat/completions";
}

HttpHeaders headersOf(const ModelRequest &request)
{
    const std::pair<std::string, std::string> contentType{"content-type", "application/json"};
    const std::string &key = request.apiKey;
    HttpHeaders headers;
    if (request.stream)
        headers.emplace_back("accept", "text/event-stream");
    switch (wireFormOf(request.provider)) {
    case WireForm::Gemini:
        if (!key.empty())
            headers.emplace_back("x-goog-api-key", key);
        headers.push_back(contentType);
        break;
    case WireForm::Anthropic:
        headers.push_back(contentType);
        headers.emplace_back("anthropic-version", kAnthropicVersion);
        if (!key.empty())
            headers.emplace_back("x-api-key", key);
        break;
    case WireForm::OpenAi:
        headers.push_back(contentType);
        if (!key.empty())
            headers.emplace_back("authorization", "Bearer " + key);
        if (!request.organization.empty())
            headers.emplace_back("openai-organization", request.organization);
        break;
    }
    return headers;
}

} // namespace

void prepareRequest(ModelRequest &request)
{
    request.baseUrl = resolveBaseUrl(request.provider, request.baseUrl);
    if (isReasoningModel(request.provider, request.model))
        request.stream = false;
    if (request.stream)
        askForStreamUsage(request.settings, request.provider);
}

Result<HttpRequestSpec> buildRequest(const ModelRequest &request)
{
    if (request.stream && isReasoningModel(request.provider, request.model)) {
        return fail(ErrorCode::InvalidArgument,
                    request.model + " is not asked for a stream, expected \"stream\": false",
                    "streaming_not_supported");
    }
    auto url = addressOf(request);
    if (!url)
        return fail(std::move(url.error()));
    HttpRequestSpec spec{std::move(*url), headersOf(request), request.body, request.stream};
    if (!spec.body) {
        auto body = RequestEncoder().encode(request);
        if (!body)
            return fail(std::move(body.error()));
        spec.body = std::move(*body);
    }
    return spec;
}

} // namespace orrery::llm
