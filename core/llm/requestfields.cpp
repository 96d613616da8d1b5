// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/requestfields.h"

#include "core/llm/requestfieldsparts.h"
#include "core/llm/schemadialect.h"
#include "core/model/jsonwriter.h"

#include <algorithm>
#include <array>

namespace orrery::llm {
namespace fields {

const Json &memberOf(const Json &object, std::string_view key)
{
    static const Json none;
    const auto it = object.find(key);
    return it == object.end() ? none : *it;
}

void putMember(Json &object, const char *name, const Json &value)
{
    if (!value.is_null())
        object[name] = value;
}

const Json &Draft::setting(std::string_view name) const { return memberOf(settings(), name); }

void Draft::tell(std::string_view setting, std::string_view why)
{
    leftOut.push_back(
        {std::string(setting), profile.provider + ":" + profile.model + " " + std::string(why)});
}

bool Draft::takes(std::string_view name)
{
    if (setting(name).is_null())
        return false;
    const auto &refused = profile.refusedSettings;
    if (std::find(refused.begin(), refused.end(), name) == refused.end())
        return true;
    tell(name, "does not take it; left out");
    return false;
}

bool Draft::takesSampling(std::string_view name)
{
    if (setting(name).is_null())
        return false;
    // A model that is not told how much to think may think.
    if (profile.sampling && profile.samplingNeedsNoThinking
        && setting("reasoning_effort") != "none") {
        tell(name, "does not take it unless reasoning_effort is \"none\"; left out");
        return false;
    }
    if (!profile.sampling) {
        tell(name, "does not take it; left out");
        return false;
    }
    return takes(name);
}

const Json &stopOf(const Json &settings)
{
    const Json &stop = memberOf(settings, "stop_sequences");
    return stop.is_null() ? memberOf(settings, "stop") : stop;
}

const Json &tokenLimitOf(const Json &settings)
{
    const Json &limit = memberOf(settings, "max_completion_tokens");
    return limit.is_null() ? memberOf(settings, "max_tokens") : limit;
}

void mergeExtraBody(Draft &draft)
{
    static constexpr std::array<std::string_view, 6> kOurs = {"model", "messages",    "system",
                                                              "tools", "tool_choice", "stream"};
    const Json &extra = draft.setting("extra_body");
    if (!extra.is_object())
        return;
    for (const auto &[key, value] : extra.items())
        if (std::find(kOurs.begin(), kOurs.end(), key) == kOurs.end())
            draft.fields[key] = value;
}

const Json &schemaOfFormat(const Json &format)
{
    static const Json none;
    if (!format.is_object() || memberOf(format, "type") != "json_schema")
        return none;
    const Json &wrapped = memberOf(format, "json_schema");
    return memberOf(wrapped.is_object() ? wrapped : format, "schema");
}

Json toolChoiceFor(Draft &draft)
{
    const Json &choice = draft.setting("tool_choice");
    if (choice.is_null())
        return {};
    const auto &taken = draft.profile.toolChoices;
    const auto has = [&](std::string_view word) {
        return std::find(taken.begin(), taken.end(), word) != taken.end();
    };
    const bool isForced = choice == "required" || choice == "any" || choice.is_object();
    if (!choice.is_string() && !choice.is_object())
        return choice;
    if (has(choice.is_object() ? "function"
            : choice == "any"  ? "required"
                               : choice.get_ref<const std::string &>()))
        return choice;
    if (choice.is_object() && has("required")) {
        draft.tell("tool_choice", "cannot be held to one tool; sent as \"required\"");
        return "required";
    }
    if (isForced && has("auto")) {
        draft.tell("tool_choice", "cannot be made to call a tool; sent as \"auto\"");
        return "auto";
    }
    draft.tell("tool_choice", "does not take it; left out");
    return {};
}

void putParallelCalls(Draft &draft)
{
    const Json &parallel = draft.setting("parallel_tool_calls");
    if (draft.profile.parallelCallsOption)
        putMember(draft.fields, "parallel_tool_calls", parallel);
    else if (parallel == false)
        draft.tell("parallel_tool_calls", "does not take it; left out");
}

Json responseFormatFor(Draft &draft)
{
    const Json &format = draft.setting("response_format");
    const Json &schema = schemaOfFormat(format);
    if (schema.is_null())
        return format;
    using Output = ModelProfile::Output;
    const Output output = draft.profile.output;
    if (output == Output::JsonObject || output == Output::Tool || output == Output::Prompt) {
        draft.tell("response_format",
                   "cannot be held to a schema; sent as json_object, and the answer is checked");
        return {{"type", "json_object"}};
    }
    Json sent = format;
    Json &place = memberOf(format, "json_schema").is_object() ? sent["json_schema"] : sent;
    const bool wantsStrict = memberOf(place, "strict") == true;
    if (wantsStrict && output == Output::JsonSchemaStrict) {
        std::string why;
        if (auto strict = strictSchema(schema, ModelProfile::Schema::OpenAiStrict, &why)) {
            place["schema"] = std::move(*strict);
        } else {
            draft.tell("response_format", "cannot be strict about it: " + why);
            place["strict"] = false;
        }
    } else if (!suitsDialect(schema, draft.profile.schema)) {
        place["schema"] = inDialect(schema, draft.profile.schema);
    }
    return sent;
}

namespace {

/// vLLM knows them as parts of one object since 0.10.2, and by these names alone since 0.12.
/// https://docs.vllm.ai/en/latest/features/structured_outputs.html (2026-11)
void putGuided(Draft &draft)
{
    static constexpr std::pair<const char *, const char *> kNames[] = {
        {"guided_json", "json"},
        {"guided_regex", "regex"},
        {"guided_grammar", "grammar"},
        {"guided_choice", "choice"}};
    const bool isGuided = draft.profile.output == ModelProfile::Output::Guided;
    const bool hasFormat = !schemaOfFormat(draft.setting("response_format")).is_null();
    for (const auto &[ours, theirs] : kNames) {
        const Json &value = draft.setting(ours);
        if (value.is_null())
            continue;
        if (!isGuided)
            draft.fields[ours] = value;
        else if (!hasFormat || std::string_view(theirs) != "json")
            draft.fields["structured_outputs"][theirs] = value;
    }
}

void putSampling(Draft &draft)
{
    for (const char *name : {"temperature", "top_p", "frequency_penalty", "presence_penalty"})
        if (draft.takesSampling(name))
            draft.fields[name] = draft.setting(name);
}

void putTokenLimit(Draft &draft)
{
    const Json &limit = tokenLimitOf(draft.settings());
    if (limit.is_null())
        return;
    // Whoever uses the newer name with a server that knows the older one has a reason.
    const bool isNewer = !draft.setting("max_completion_tokens").is_null();
    const std::string &name = draft.profile.tokenLimit;
    draft.fields[isNewer && name == "max_tokens" ? "max_completion_tokens" : name] = limit;
}

} // namespace

void openAiFields(Draft &draft)
{
    static constexpr const char *kOthers[] = {
        "seed",        "n",         "logprobs",        "top_logprobs", "logit_bias",
        "user",        "verbosity", "service_tier",    "metadata",     "prompt_cache_key",
        "json_schema", "regex",     "generationConfig"};
    const ModelProfile &profile = draft.profile;
    draft.fields["model"] = draft.request.model;
    putSampling(draft);
    putTokenLimit(draft);
    for (const char *name : kOthers)
        if (draft.takes(name)) {
            const auto renamed = profile.renamedSettings.find(name);
            draft.fields[renamed == profile.renamedSettings.end() ? name : renamed->second] =
                draft.setting(name);
        }
    if (const Json &stop = stopOf(draft.settings()); !stop.is_null()) {
        if (std::find(profile.refusedSettings.begin(), profile.refusedSettings.end(), "stop")
            != profile.refusedSettings.end())
            draft.tell("stop", "does not take it; left out");
        else
            draft.fields["stop"] = stop;
    }
    putMember(draft.fields, "tool_choice", toolChoiceFor(draft));
    putParallelCalls(draft);
    if (profile.streamUsage == "stream_options")
        putMember(draft.fields, "stream_options", draft.setting("stream_options"));
    putReasoning(draft);
    putMember(draft.fields, "response_format", responseFormatFor(draft));
    putGuided(draft);
    mergeExtraBody(draft);
    if (draft.request.stream)
        draft.fields["stream"] = true;
}

} // namespace fields

namespace {

fields::Draft draftOf(const ModelRequest &request, const ModelProfile &profile,
                      const std::optional<std::string> &system)
{
    fields::Draft draft{request, profile, Json::object(), {}};
    switch (profile.form) {
    case WireForm::Anthropic: fields::anthropicFields(draft, system); break;
    case WireForm::Gemini: fields::geminiFields(draft, system); break;
    case WireForm::Responses: fields::responsesFields(draft, system); break;
    case WireForm::OpenAi: fields::openAiFields(draft); break;
    }
    return draft;
}

/// `tools` is an array of JSON; the provider's own tools come behind the functions.
std::string withNativeTools(std::string tools, const Json &native)
{
    if (!native.is_array() || native.empty())
        return tools;
    if (tools.empty())
        tools = "[]";
    tools.pop_back();
    for (const Json &tool : native) {
        tools += tools == "[" ? "" : ",";
        appendJson(tools, tool);
    }
    return tools + "]";
}

} // namespace

Json requestFields(const ModelRequest &request, const std::optional<std::string> &system)
{
    const ModelProfile profile = profileOf(request);
    return std::move(draftOf(request, profile, system).fields);
}

std::vector<SettingLeftOut> settingsLeftOut(const ModelRequest &request)
{
    const ModelProfile profile = profileOf(request);
    return std::move(draftOf(request, profile, std::nullopt).leftOut);
}

std::string toolsField(const ModelRequest &request)
{
    const WireForm form = profileOf(request).form;
    const Json &native = fields::memberOf(request.settings, "native_tools");
    std::string text = request.tools ? request.tools->text() : std::string();
    if (form == WireForm::Responses)
        return withNativeTools(std::move(text), native);
    if (form != WireForm::Gemini)
        return text;
    if (request.tools && !request.tools->empty())
        text = "[{\"functionDeclarations\":" + text + "}]";
    else
        text.clear();
    return withNativeTools(std::move(text), native);
}

void askForStreamUsage(Json &settings, const ModelProfile &profile)
{
    if (profile.streamUsage == "stream_options" && !settings.contains("stream_options"))
        settings["stream_options"] = {{"include_usage", true}};
}

} // namespace orrery::llm
