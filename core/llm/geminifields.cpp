// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/requestfieldsparts.h"
#include "core/llm/schemadialect.h"

/// Rules: https://ai.google.dev/api/generate-content, …/gemini-api/docs/thinking, …/structured-output (2026-11).
namespace orrery::llm::fields {
namespace {

/// The answer's form, however it was asked for. A schema of Gemini's own kind goes as it stands.
void putGeminiFormat(Draft &draft, Json &config)
{
    const Json &format = draft.setting("response_format");
    const Json &own = draft.setting("json_schema");
    const Json &schema = schemaOfFormat(format);
    if (!own.is_null()) {
        config["responseSchema"] = own;
    } else if (!schema.is_null()) {
        if (draft.profile.output == ModelProfile::Output::GeminiSchema)
            config["responseJsonSchema"] = inDialect(schema, ModelProfile::Schema::GeminiJson);
        else
            draft.tell("response_format",
                       "cannot be held to a schema; sent as JSON, and the answer is checked");
    }
    const bool isJson = format.is_object() && memberOf(format, "type") == "json_object";
    if (!own.is_null() || !schema.is_null() || isJson || draft.setting("json_response") == true)
        config["responseMimeType"] = "application/json";
}

void putGeminiThinking(Draft &draft, Json &config)
{
    using Effort = ModelProfile::Effort;
    if (const Json &given = draft.setting("thinking_config"); !given.is_null()) {
        config["thinkingConfig"] = given;
        return;
    }
    const Json &wanted = draft.setting("reasoning_effort");
    if (!wanted.is_string())
        return;
    if (draft.profile.effort == Effort::GeminiLevel) {
        if (const auto word = effortFor(draft))
            config["thinkingConfig"] = {{"thinkingLevel", *word}};
    } else if (draft.profile.effort == Effort::GeminiBudget) {
        // 2.5 Pro cannot do without; the others of its line end at 24,576.
        constexpr std::int64_t kMost = 24576;
        const bool isPro = draft.request.model.find("pro") != std::string::npos;
        const std::int64_t budget =
            std::min(kMost, thinkingBudget(wanted.get_ref<const std::string &>()));
        config["thinkingConfig"] = {
            {"thinkingBudget", isPro ? std::max<std::int64_t>(budget, 128) : budget}};
    } else {
        draft.tell("reasoning_effort", "cannot be told how much to think; left out");
    }
}

Json geminiConfig(Draft &draft)
{
    static constexpr std::pair<const char *, const char *> kNames[] = {
        {"temperature", "temperature"},
        {"top_p", "topP"},
        {"top_k", "topK"},
        {"seed", "seed"},
        {"frequency_penalty", "frequencyPenalty"},
        {"presence_penalty", "presencePenalty"},
        {"candidate_count", "candidateCount"},
        {"response_modalities", "responseModalities"}};
    Json config = Json::object();
    for (const auto &[ours, theirs] : kNames)
        if (draft.takes(ours))
            config[theirs] = draft.setting(ours);
    putMember(config, "maxOutputTokens", tokenLimitOf(draft.settings()));
    putGeminiThinking(draft, config);
    if (const Json &stop = stopOf(draft.settings()); !stop.is_null())
        config["stopSequences"] = stop.is_array() ? stop : Json::array({stop});
    putGeminiFormat(draft, config);
    if (const Json &given = draft.setting("generationConfig"); given.is_object())
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
    if (choice.is_object() && memberOf(choice, "function").is_object()) {
        Json config = mode("ANY");
        config["functionCallingConfig"]["allowedFunctionNames"] =
            Json::array({memberOf(choice["function"], "name")});
        return config;
    }
    return {};
}

} // namespace

void geminiFields(Draft &draft, const std::optional<std::string> &system)
{
    if (system && !system->empty())
        draft.fields["systemInstruction"] = {{"parts", Json::array({{{"text", *system}}})}};
    if (Json config = geminiConfig(draft); !config.empty())
        draft.fields["generationConfig"] = std::move(config);
    const Json &given = draft.setting("tool_config");
    putMember(draft.fields, "toolConfig",
              given.is_null() ? geminiToolChoice(toolChoiceFor(draft)) : given);
    putMember(draft.fields, "safetySettings", draft.setting("safety_settings"));
    putMember(draft.fields, "cachedContent", draft.setting("cached_content"));
    for (const char *name : {"n", "logit_bias", "user"})
        (void)draft.takes(name);
    mergeExtraBody(draft);
}

} // namespace orrery::llm::fields
