// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/encode.h"

#include "app/cli/standardinput.h"
#include "core/llm/httprequest.h"
#include "core/llm/neutralrequest.h"
#include "core/llm/providers.h"
#include "core/llm/requestfields.h"

#include <cstdio>
#include <string>

using namespace orrery;

namespace {

int refuseRequest(const std::string &why)
{
    std::fprintf(stderr, "orrery-cli: encode: %s\n", why.c_str());
    return 1;
}

std::string providerOf(llm::WireForm form)
{
    return form == llm::WireForm::Anthropic ? "anthropic"
           : form == llm::WireForm::Gemini  ? "gemini"
                                            : "openai";
}

/// `provider:model` of a provider with that form is the model; what else has a colon is a name with one.
std::string modelName(const std::string &given, llm::WireForm form)
{
    const auto colon = given.find(':');
    const llm::Provider *known = llm::findProvider(given.substr(0, colon));
    return known && colon != std::string::npos && known->form == form ? given.substr(colon + 1)
                                                                      : given;
}

} // namespace

int encodeStandardInput(llm::WireForm form)
{
    const Json json = Json::parse(readStandardInput(), nullptr, false);
    if (!json.is_object())
        return refuseRequest("the input is not a JSON object");
    const Json model = json.value("model", Json());
    if (!model.is_string())
        return refuseRequest("/model: expected the name of a model");
    const auto request = llm::requestFromJson(json, providerOf(form), modelName(model, form));
    if (!request)
        return refuseRequest(request.error().message);
    const auto spec = llm::buildRequest(*request);
    if (!spec)
        return refuseRequest(spec.error().message);
    for (const auto &[setting, why] : llm::settingsLeftOut(*request))
        std::fprintf(stderr, "orrery-cli: encode: %s: %s\n", setting.c_str(), why.c_str());
    std::puts(spec->body->toString().c_str());
    return 0;
}
