// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/llm/messageencode.h"
#include "core/llm/responsedecode.h"
#include "core/llm/toolschema.h"
#include "core/model/contextupdate.h"

namespace orrery::conformance {
namespace {

constexpr std::pair<const char *, llm::WireForm> forms[] = {
    {"openai", llm::WireForm::OpenAi},
    {"anthropic", llm::WireForm::Anthropic},
    {"gemini", llm::WireForm::Gemini},
};

Json convertTool(const Json &input)
{
    Json result;
    for (const auto &[name, form] : forms)
        result[name] = llm::toolSchema(input, form);
    return result;
}

Json encode(const Json &input)
{
    llm::MessageList messages;
    for (const Json &item : input.at("messages")) {
        auto message = messageFromJson(item);
        if (!message)
            return raised(message.error().message);
        messages.push_back(std::make_shared<const Message>(std::move(*message)));
    }
    Json result;
    for (const auto &[name, form] : forms) {
        auto encoded = llm::encodeMessages(messages, form);
        result[name] = encoded ? std::move(*encoded) : raised(encoded.error().message);
    }
    return result;
}

Json decode(const Json &input)
{
    const auto form = llm::wireFormFromString(input.at("provider").get<std::string>());
    if (!form)
        return raised("unknown provider");
    auto message = llm::decodeResponse(input.at("response"), *form);
    if (!message)
        return raised(message.error().message);
    return {{"message", toJson(*message)}};
}

Json applyUpdate(const Json &input)
{
    const auto update = ContextUpdate::fromJson(input.at("ops"));
    if (!update)
        return {{"apply", raised(update.error().message)}};
    Json deps = input.at("deps");
    if (auto applied = update->applyTo(deps); !applied)
        return {{"apply", raised(applied.error().message)}};
    return {{"apply", {{"deps", std::move(deps)}}}};
}

} // namespace

Json raised(const std::string &message) { return {{"raises", message}}; }

void addModelSuites(Runners &runners)
{
    runners[{"tool_schema", "convert"}] = convertTool;
    runners[{"message_encode", "to_format"}] = encode;
    runners[{"response_decode", "from_response"}] = decode;
    runners[{"context_update", "apply"}] = applyUpdate;
}

} // namespace orrery::conformance
