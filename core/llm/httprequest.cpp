// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httprequest.h"

#include "core/llm/providers.h"
#include "core/llm/requestencoder.h"
#include "core/llm/requestfields.h"
#include "core/llm/serveraddress.h"

namespace orrery::llm {
namespace {

constexpr const char *kAnthropicVersion = "2023-06-01";

std::string pathOf(const ModelProfile &profile, const ModelRequest &request)
{
    std::string path = profile.path;
    if (const auto model = path.find("{model}"); model != std::string::npos)
        path.replace(model, 7, request.model);
    switch (profile.form) {
    case WireForm::Anthropic: return path.empty() ? "/v1/messages" : path;
    case WireForm::Gemini:
        return (path.empty() ? "/models/" + request.model : path)
               + (request.stream ? ":streamGenerateContent" : ":generateContent");
    case WireForm::Responses: return path.empty() ? "/responses" : path;
    case WireForm::OpenAi: break;
    }
    return path.empty() ? "/chat/completions" : path;
}

/// An address may have a query (`?api-version=…`), which stays behind the path.
std::string withPath(const std::string &base, const ModelProfile &profile,
                     const ModelRequest &request)
{
    const auto mark = base.find('?');
    std::string url = base.substr(0, mark);
    while (!url.empty() && url.back() == '/')
        url.pop_back();
    url += pathOf(profile, request);
    std::string query = mark == std::string::npos ? std::string() : base.substr(mark + 1);
    if (!profile.query.empty())
        query += (query.empty() ? "" : "&") + profile.query;
    return query.empty() ? url : url + "?" + query;
}

Result<std::string> addressOf(const ModelRequest &request, const ModelProfile &profile)
{
    const Provider *known = findProvider(request.provider, *request.models);
    const std::string base =
        request.baseUrl.empty() && known ? std::string(known->baseUrl) : request.baseUrl;
    if (base.empty()) {
        return fail(ErrorCode::InvalidArgument,
                    known ? "provider " + request.provider + " needs a base_url"
                          : "provider " + request.provider
                                + " is not known; name a base_url or use `custom`");
    }
    if (auto checked =
            checkServerAddress(request.provider, base, request.allowPrivateHosts, *request.models);
        !checked)
        return fail(std::move(checked.error()));
    return withPath(base, profile, request);
}

HttpHeaders headersOf(const ModelRequest &request, const ModelProfile &profile)
{
    using Auth = ModelProfile::Auth;
    const std::string &key = request.apiKey;
    HttpHeaders headers;
    if (request.stream)
        headers.emplace_back("accept", "text/event-stream");
    if (!key.empty() && profile.auth == Auth::XGoogApiKey)
        headers.emplace_back("x-goog-api-key", key);
    headers.emplace_back("content-type", "application/json");
    if (profile.form == WireForm::Anthropic)
        headers.emplace_back("anthropic-version", kAnthropicVersion);
    if (!key.empty())
        switch (profile.auth) {
        case Auth::Bearer: headers.emplace_back("authorization", "Bearer " + key); break;
        case Auth::XApiKey: headers.emplace_back("x-api-key", key); break;
        case Auth::XGoogApiKey: break; // above
        case Auth::ApiKey: headers.emplace_back("api-key", key); break;
        case Auth::None: break;
        }
    const bool isOpenAi = profile.form == WireForm::OpenAi || profile.form == WireForm::Responses;
    if (isOpenAi && !request.organization.empty())
        headers.emplace_back("openai-organization", request.organization);
    return headers;
}

} // namespace

void prepareRequest(ModelRequest &request)
{
    request.baseUrl = resolveBaseUrl(request.provider, request.baseUrl, *request.models);
    const ModelProfile profile = profileOf(request);
    request.stream = request.stream && profile.streams;
    if (request.stream)
        askForStreamUsage(request.settings, profile);
}

Result<HttpRequestSpec> buildRequest(const ModelRequest &request)
{
    const ModelProfile profile = profileOf(request);
    if (request.stream && !profile.streams) {
        return fail(ErrorCode::InvalidArgument,
                    request.model + " is not asked for a stream, expected \"stream\": false",
                    "streaming_not_supported");
    }
    auto url = addressOf(request, profile);
    if (!url)
        return fail(std::move(url.error()));
    HttpRequestSpec spec{std::move(*url), headersOf(request, profile), request.body,
                         request.stream};
    if (!spec.body) {
        auto body = RequestEncoder().encode(request);
        if (!body)
            return fail(std::move(body.error()));
        spec.body = std::move(*body);
    }
    return spec;
}

} // namespace orrery::llm
