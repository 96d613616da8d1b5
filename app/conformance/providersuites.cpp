// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/llm/fallback.h"
#include "core/llm/httperror.h"
#include "core/llm/httprequest.h"
#include "core/llm/modelname.h"
#include "core/llm/neutralrequest.h"
#include "core/llm/providers.h"
#include "core/llm/responsedecode.h"

namespace orrery::conformance {
namespace {

Json orNull(const std::optional<std::string> &text) { return text ? Json(*text) : Json(); }

llm::HttpHeaders headersFrom(const Json &list)
{
    llm::HttpHeaders headers;
    for (const Json &pair : list)
        headers.emplace_back(pair[0].get<std::string>(), pair[1].get<std::string>());
    return headers;
}

Result<llm::ModelRequest> requestFrom(const Json &input)
{
    const Json options = input.value("model_opts", Json::object());
    auto name = llm::parseModelName(input.at("model").get<std::string>(), options);
    if (!name)
        return fail(name.error());
    auto request = llm::requestFromJson(input, name->provider, name->model);
    if (!request)
        return request;
    request->baseUrl = name->baseUrl.value_or("");
    request->apiKey = name->apiKey.value_or("");
    request->organization = name->organization.value_or("");
    Json settings = options.value("default_settings", Json::object());
    settings.update(request->settings);
    request->settings = std::move(settings);
    request->allowPrivateHosts = false;
    return request;
}

Json providerError(const std::string &provider, const Json &status, const Json &retry,
                   const Json &details)
{
    return {{"error",
             {{"type", "ProviderError"},
              {"provider", provider},
              {"status_code", status},
              {"retry_after_ms", retry},
              {"details", details}}}};
}

Json answerOf(const Json &response, const std::string &provider)
{
    const int status = response.value("status", 200);
    const Json body = response.value("body", Json::object());
    if (status >= 400) {
        const auto wait =
            llm::retryInfoMs(body, headersFrom(response.value("headers", Json::array())));
        const Error error = llm::errorForStatus(status, {});
        return providerError(provider, error.httpStatus, wait ? Json(*wait) : Json(), Json());
    }
    const auto message = llm::decodeResponse(body, llm::wireFormOf(provider));
    return message ? Json{{"message", toJson(*message)}} : raised(message.error().message);
}

Json request(const Json &input)
{
    const auto neutral = requestFrom(input);
    if (!neutral)
        return raised(neutral.error().message);
    const auto spec = llm::buildRequest(*neutral);
    if (!spec) {
        return {
            {"request", nullptr},
            {"result", providerError(neutral->provider, nullptr, nullptr, spec.error().detail)}};
    }
    Json headers = Json::array();
    for (const auto &[name, value] : spec->headers)
        headers.push_back({name, value});
    const Json result = spec->stream
                            ? Json{{"stream", true}}
                            : answerOf(input.value("response", Json::object()), neutral->provider);
    return {{"request",
             {{"url", spec->url},
              {"headers", std::move(headers)},
              {"body", Json::parse(spec->body->toString())},
              {"stream", spec->stream}}},
            {"result", result}};
}

Json parseModel(const Json &input)
{
    const auto name = llm::parseModelName(input.at("model").get<std::string>(),
                                          input.value("opts", Json::object()));
    if (!name)
        return raised(name.error().message);
    return {{"provider", name->provider},
            {"model", name->model},
            {"base_url", orNull(name->baseUrl)},
            {"api_key", orNull(name->apiKey)},
            {"organization", orNull(name->organization)},
            {"receive_timeout", name->receiveTimeoutMs}};
}

Json retryInfo(const Json &input)
{
    const Json headers = input.value("headers", Json());
    const auto ms =
        llm::retryInfoMs(input.value("body", Json()),
                         headers.is_array() ? headersFrom(headers) : llm::HttpHeaders());
    return {{"retry_after_ms", ms ? Json(*ms) : Json()}};
}

/// An error as the cases describe it, as the runtime has it.
Error errorFrom(const Json &json)
{
    const std::string type = json.at("type");
    if (type == "cancelled")
        return makeError(ErrorCode::Cancelled, json.value("reason", std::string()));
    if (type != "provider_error" && type != "model_error")
        return makeError(ErrorCode::Internal, json.value("value", std::string()));
    Error error = llm::errorForStatus(json.at("status_code").get<int>(), {});
    error.fromProvider = true;
    return error;
}

/// The same error in the words of the cases.
Json expectedError(const Json &json)
{
    const std::string type = json.at("type");
    if (type == "cancelled")
        return {{"type", "ExecutionCancelled"},
                {"message", "Execution cancelled: " + json.at("reason").get<std::string>()}};
    if (type == "string")
        return {{"type", "term"}, {"value", json.at("value")}};
    if (type != "provider_error")
        return json;
    return {
        {"type", "ProviderError"},
        {"message", "Provider request failed (openai) [" + json.at("status_code").dump() + "]"}};
}

Json fallbackEligible(const Json &input)
{
    return {{"eligible", llm::FallbackChain::isEligible(errorFrom(input.at("error")))}};
}

Json fallbackChain(const Json &input)
{
    Json attempted = Json::array();
    std::vector<ModelRef> models;
    for (const Json &model : input.at("models"))
        models.push_back({model, "", ""});
    auto chain = llm::FallbackChain::create(std::move(models));
    if (!chain) {
        return {{"attempted", attempted},
                {"error", {{"type", "ConfigurationError"}, {"message", chain.error().message}}}};
    }
    for (const Json &outcome : input.at("outcomes")) {
        attempted.push_back(chain->current().model);
        if (outcome.contains("ok"))
            return {{"attempted", attempted}, {"ok", outcome["ok"]}};
        if (!chain->next(errorFrom(outcome["error"])))
            return {{"attempted", attempted}, {"error", expectedError(outcome["error"])}};
    }
    return raised("more models than outcomes");
}

} // namespace

void addProviderSuites(Runners &runners)
{
    runners[{"provider_request", "request"}] = request;
    runners[{"guards", "model_parse"}] = parseModel;
    runners[{"guards", "retry_info"}] = retryInfo;
    runners[{"guards", "fallback_eligible"}] = fallbackEligible;
    runners[{"guards", "fallback_chain"}] = fallbackChain;
}

} // namespace orrery::conformance
