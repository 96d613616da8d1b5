// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/requestfieldsparts.h"
#include "core/model/jsonfields.h"

#include <algorithm>
#include <array>

// Source of the names: developers.openai.com/api/reference/resources/responses/methods/create, 2026-11.
namespace orrery::llm::fields {
namespace {

// "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16", 2026-11.
constexpr std::int64_t kLeastOutputTokens = 16;

/// `{"type":"json_schema","json_schema":{"name":…}}` → `{"type":"json_schema","name":…}`.
Json textFormat(const Json &format)
{
    const Json &schema = field::at(format, "json_schema");
    if (!schema.is_object())
        return format;
    Json flat = {{"type", "json_schema"}, {"name", "answer"}};
    for (const char *key : {"name", "description", "schema", "strict"})
        putMember(flat, key, field::at(schema, key));
    return flat;
}

Json responsesToolChoice(const Json &choice)
{
    if (choice == "any")
        return "required";
    const Json &name = field::at(field::at(choice, "function"), "name");
    return name.is_string() ? Json{{"type", "function"}, {"name", name}} : choice;
}

/// What a request of this form has no place for.
constexpr std::array<const char *, 6> kOfChatOnly = {
    "frequency_penalty", "presence_penalty", "seed", "n", "logit_bias", "stop"};

void addInclude(Json &fields, const Json &value)
{
    Json &list = fields["include"];
    if (!list.is_array())
        list = Json::array();
    for (const Json &item : value)
        if (std::find(list.begin(), list.end(), item) == list.end())
            list.push_back(item);
}

void mergeExtra(Json &fields, const Json &extra)
{
    static constexpr std::array<std::string_view, 6> kOwn = {"model", "input",       "instructions",
                                                             "tools", "tool_choice", "stream"};
    if (!extra.is_object())
        return;
    for (const auto &[key, value] : extra.items()) {
        if (std::find(kOwn.begin(), kOwn.end(), key) != kOwn.end())
            continue;
        if (key == "include" && value.is_array())
            addInclude(fields, value);
        else if (value.is_object() && fields.contains(key) && fields[key].is_object())
            fields[key].update(value);
        else
            fields[key] = value;
    }
}

void putEffort(Draft &draft)
{
    const Json &effort = draft.setting("reasoning_effort");
    if (effort.is_null())
        return;
    if (draft.profile.effort == ModelProfile::Effort::None)
        draft.tell("reasoning_effort", "cannot be told how much to think; left out");
    else if (const auto word = effortFor(draft))
        draft.fields["reasoning"] = {{"effort", *word}};
}

void putText(Draft &draft)
{
    Json text = Json::object();
    putMember(text, "format", textFormat(responseFormatFor(draft)));
    if (draft.takes("verbosity"))
        text["verbosity"] = draft.setting("verbosity");
    if (!text.empty())
        draft.fields["text"] = std::move(text);
}

} // namespace

void responsesFields(Draft &draft, const std::optional<std::string> &system)
{
    Json &fields = draft.fields;
    fields = {{"model", draft.request.model}, {"store", false}};
    if (system && !system->empty())
        fields["instructions"] = *system;
    if (draft.profile.encryptedReasoning)
        fields["include"] = Json::array({"reasoning.encrypted_content"});
    putEffort(draft);
    if (draft.setting("logprobs") == true && draft.takes("logprobs"))
        addInclude(fields, Json::array({"message.output_text.logprobs"}));
    for (const char *name : {"temperature", "top_p"})
        if (draft.takesSampling(name))
            fields[name] = draft.setting(name);
    for (const char *name :
         {"metadata", "prompt_cache_key", "service_tier", "top_logprobs", "user"})
        if (draft.takes(name))
            fields[name] = draft.setting(name);
    putParallelCalls(draft);
    for (const char *name : kOfChatOnly)
        if (!draft.setting(name).is_null())
            draft.tell(name, "has no place for it in this form of request; left out");
    if (const Json &limit = tokenLimitOf(draft.settings()); limit.is_number_integer())
        fields["max_output_tokens"] = std::max(limit.get<std::int64_t>(), kLeastOutputTokens);
    putMember(fields, "tool_choice", responsesToolChoice(toolChoiceFor(draft)));
    putText(draft);
    mergeExtra(fields, draft.setting("extra_body"));
    if (draft.request.stream)
        fields["stream"] = true;
}

} // namespace orrery::llm::fields
