// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/requestfields.h"

#include "core/llm/providers.h"
#include "core/model/jsonwriter.h"

#include <algorithm>
#include <array>

namespace orrery::llm {
namespace {

constexpr int kAnthropicMaxTokens = 4096;

/// Null when it is not there.
const Json &at(const Json &object, std::string_view key)
{
    static const Json none;
    const auto it = object.find(key);
    return it == object.end() ? none : *it;
}

void put(Json &fields, const char *name, const Json &value)
{
    if (!value.is_null())
        fields[name] = value;
}

const Json &stopOf(const Json &settings)
{
    const Json &stop = at(settings, "stop_sequences");
    return stop.is_null() ? at(settings, "stop") : stop;
}

void mergeExtraBody(Json &fields, const Json &settings)
{
    static constexpr std::array<std::string_view, 6> kOurs = {"model", "messages",    "system",
                                                              "tools", "tool_choice", "stream"};
    const Json &extra = at(settings, "extra_body");
    if (!extra.is_object())
        return;
    for (const auto &[key, value] : extra.items())
        if (std::find(kOurs.begin(), kOurs.end(), key) == kOurs.end())
            fields[key] = value;
}

Json openAiFields(const ModelRequest &request)
{
    static constexpr const char *kSampling[] = {"temperature", "top_p", "frequency_penalty",
                                                "presence_penalty"};
    static constexpr const char *kOthers[] = {"max_tokens",
                                              "max_completion_tokens",
                                              "seed",
                                              "tool_choice",
                                              "n",
                                              "logprobs",
                                              "top_logprobs",
                                              "logit_bias",
                                              "parallel_tool_calls",
                                              "stream_options",
                                              "response_format",
                                              "user",
                                              "reasoning_effort",
                                              "verbosity",
                                              "service_tier",
                                              "metadata",
                                              "prompt_cache_key",
                                              "guided_json",
                                              "guided_regex",
                                              "guided_grammar",
                                              "guided_choice",
                                              "json_schema",
                                              "regex",
                                              "generationConfig"};
    const Json &settings = request.settings;
    Json fields = {{"model", request.model}};
    if (!isReasoningModel(request.provider, request.model))
        for (const char *name : kSampling)
            put(fields, name, at(settings, name));
    for (const char *name : kOthers)
        put(fields, name, at(settings, name));
    put(fields, "stop", stopOf(settings));
    mergeExtraBody(fields, settings);
    if (request.stream)
        fields["stream"] = true;
    return fields;
}

Json anthropicToolChoice(const Json &choice)
{
    if (choice == "required")
        return {{"type", "any"}};
    if (choice.is_string())
        return {{"type", choice}};
    if (choice.is_object() && at(choice, "type") == "function"
        && at(choice, "function").is_object())
        return {{"type", "tool"}, {"name", at(choice["function"], "name")}};
    return choice;
}

/// `true`, or how long the provider is to keep it: `5m`, `1h`.
Json cacheControl(const Json &promptCaching)
{
    if (promptCaching == true)
        return {{"type", "ephemeral"}};
    if (promptCaching.is_string())
        return {{"type", "ephemeral"}, {"ttl", promptCaching}};
    return {};
}

Json anthropicFields(const ModelRequest &request, const std::optional<std::string> &system)
{
    const Json &settings = request.settings;
    Json fields = {{"model", request.model}, {"max_tokens", kAnthropicMaxTokens}};
    for (const char *name :
         {"max_tokens", "temperature", "top_p", "top_k", "thinking", "metadata", "service_tier"})
        put(fields, name, at(settings, name));
    if (const Json &stop = stopOf(settings); !stop.is_null())
        fields["stop_sequences"] = stop.is_array() ? stop : Json::array({stop});
    put(fields, "tool_choice", anthropicToolChoice(at(settings, "tool_choice")));
    put(fields, "cache_control", cacheControl(at(settings, "prompt_caching")));
    if (system && !system->empty())
        fields["system"] = *system;
    mergeExtraBody(fields, settings);
    if (request.stream)
        fields["stream"] = true;
    return fields;
}

/// The answer's form, however it was asked for.
void putGeminiFormat(Json &config, const Json &settings)
{
    const Json &format = at(settings, "response_format");
    const Json kind = format.is_object() ? at(format, "type") : Json();
    Json schema = at(settings, "json_schema");
    if (schema.is_null() && kind == "json_schema")
        schema = at(format, "schema");
    if (!schema.is_null() || kind == "json_object" || at(settings, "json_response") == true)
        config["responseMimeType"] = "application/json";
    put(config, "responseSchema", schema);
}

Json geminiConfig(const Json &settings)
{
    static constexpr std::pair<const char *, const char *> kNames[] = {
        {"temperature", "temperature"},
        {"top_p", "topP"},
        {"top_k", "topK"},
        {"max_tokens", "maxOutputTokens"},
        {"seed", "seed"},
        {"frequency_penalty", "frequencyPenalty"},
        {"presence_penalty", "presencePenalty"},
        {"candidate_count", "candidateCount"},
        {"response_modalities", "responseModalities"},
        {"thinking_config", "thinkingConfig"}};
    Json config = Json::object();
    for (const auto &[ours, theirs] : kNames)
        put(config, theirs, at(settings, ours));
    if (const Json &stop = stopOf(settings); !stop.is_null())
        config["stopSequences"] = stop.is_array() ? stop : Json::array({stop});
    putGeminiFormat(config, settings);
    if (const Json &given = at(settings, "generationConfig"); given.is_object())
        config.update(given);
    return config;
}

Json geminiToolChoice(const Json &choice)
{
    const auto mode = [](const char *name) {
        return Json{{"functionCallingConfig", {{"mode", name}}}};
    };
    if (choice == "auto")
        return mode("AUTO");
    if (choice == "required" || choice == "any")
        return mode("ANY");
    if (choice == "none")
        return mode("NONE");
    if (choice.is_object() && at(choice, "function").is_object()) {
        Json config = mode("ANY");
        config["functionCallingConfig"]["allowedFunctionNames"] =
            Json::array({at(choice["function"], "name")});
        return config;
    }
    return {};
}

Json geminiFields(const ModelRequest &request, const std::optional<std::string> &system)
{
    const Json &settings = request.settings;
    Json fields = Json::object();
    if (system && !system->empty())
        fields["systemInstruction"] = {{"parts", Json::array({{{"text", *system}}})}};
    if (Json config = geminiConfig(settings); !config.empty())
        fields["generationConfig"] = std::move(config);
    const Json &given = at(settings, "tool_config");
    put(fields, "toolConfig",
        given.is_null() ? geminiToolChoice(at(settings, "tool_choice")) : given);
    put(fields, "safetySettings", at(settings, "safety_settings"));
    put(fields, "cachedContent", at(settings, "cached_content"));
    mergeExtraBody(fields, settings);
    return fields;
}

} // namespace

Json requestFields(const ModelRequest &request, const std::optional<std::string> &system)
{
    switch (wireFormOf(request.provider)) {
    case WireForm::Anthropic: return anthropicFields(request, system);
    case WireForm::Gemini: return geminiFields(request, system);
    case WireForm::OpenAi: break;
    }
    return openAiFields(request);
}

std::string toolsField(const ModelRequest &request)
{
    if (wireFormOf(request.provider) != WireForm::Gemini)
        return request.tools ? request.tools->text() : std::string();
    std::string text;
    if (request.tools && !request.tools->empty())
        text = "[{\"functionDeclarations\":" + request.tools->text() + "}";
    if (const Json &native = at(request.settings, "native_tools"); native.is_array())
        for (const Json &tool : native) {
            text += text.empty() ? '[' : ',';
            appendJson(text, tool);
        }
    if (!text.empty())
        text += ']';
    return text;
}

bool isReasoningModel(std::string_view provider, std::string_view model)
{
    if (provider != "openai")
        return false;
    model.remove_prefix(model.rfind('/') + 1); // npos + 1 is 0
    if (model.size() < 2 || model[0] != 'o' || model[1] < '1' || model[1] > '9')
        return false;
    return model.size() == 2 || (model.size() > 3 && model[2] == '-');
}

void askForStreamUsage(Json &settings, std::string_view provider)
{
    if (wireFormOf(provider) == WireForm::OpenAi && !settings.contains("stream_options"))
        settings["stream_options"] = {{"include_usage", true}};
}

} // namespace orrery::llm
