// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/responsesfields.h"

#include "core/model/jsonfields.h"
#include "core/model/jsonwriter.h"

#include <algorithm>
#include <array>
#include <charconv>

// Source of the names: developers.openai.com/api/reference/resources/responses/methods/create, 2026-11.
namespace orrery::llm {
namespace {

// "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16", 2026-11.
constexpr std::int64_t kLeastOutputTokens = 16;

std::string_view plainModelName(std::string_view model)
{
    model.remove_prefix(model.rfind('/') + 1); // npos + 1 is 0
    if (model.starts_with("ft:"))
        model.remove_prefix(3);
    return model;
}

/// The number behind `gpt-`; 0 when there is none.
int gptNumber(std::string_view model)
{
    int number = 0;
    if (model.starts_with("gpt-"))
        std::from_chars(model.data() + 4, model.data() + model.size(), number);
    return number;
}

/// Whether it can be asked for encrypted reasoning: "Encrypted content is not supported with this model" is what
/// OpenAI's older models answer; all others ignore it where they have none. 2026-11.
bool mayReason(std::string_view model)
{
    const int number = gptNumber(model);
    return !model.starts_with("chatgpt") && !model.starts_with("gpt-5-chat")
           && (number == 0 || number > 4);
}

/// OpenAI's reasoning models refuse temperature and top_p ("Unsupported parameter"), unless they are told not to reason.
/// Source: developers.openai.com/api/docs/guides/latest-model, 2026-11.
bool takesSampling(std::string_view model, const Json &effort)
{
    const bool isSeries = model.size() > 1 && model[0] == 'o' && model[1] >= '1' && model[1] <= '9';
    const bool reasons = isSeries || model.starts_with("codex")
                         || (gptNumber(model) > 4 && model.find("-chat") == std::string_view::npos);
    return !reasons || effort == "none";
}

void putSetting(Json &fields, const char *name, const Json &value)
{
    if (!value.is_null())
        fields[name] = value;
}

/// `{"type":"json_schema","json_schema":{"name":…}}` → `{"type":"json_schema","name":…}`.
Json textFormat(const Json &format)
{
    const Json &schema = field::at(format, "json_schema");
    if (!schema.is_object())
        return format;
    Json flat = {{"type", "json_schema"}, {"name", "answer"}};
    for (const char *key : {"name", "description", "schema", "strict"})
        putSetting(flat, key, field::at(schema, key));
    return flat;
}

Json responsesToolChoice(const Json &choice)
{
    if (choice == "any")
        return "required";
    const Json &name = field::at(field::at(choice, "function"), "name");
    return name.is_string() ? Json{{"type", "function"}, {"name", name}} : choice;
}

Json outputLimit(const Json &settings)
{
    for (const char *key : {"max_completion_tokens", "max_tokens"})
        if (const Json &limit = field::at(settings, key); limit.is_number_integer())
            return std::max(limit.get<std::int64_t>(), kLeastOutputTokens);
    return {};
}

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

} // namespace

Json responsesFields(const ModelRequest &request, const std::optional<std::string> &system)
{
    const Json &settings = request.settings;
    const std::string_view model = plainModelName(request.model);
    const Json &effort = field::at(settings, "reasoning_effort");
    Json fields = {{"model", request.model}, {"store", false}};
    if (system && !system->empty())
        fields["instructions"] = *system;
    if (mayReason(model)) {
        fields["include"] = Json::array({"reasoning.encrypted_content"});
        if (!effort.is_null())
            fields["reasoning"] = {{"effort", effort}};
    }
    if (field::at(settings, "logprobs") == true)
        addInclude(fields, Json::array({"message.output_text.logprobs"}));
    if (takesSampling(model, effort))
        for (const char *name : {"temperature", "top_p"})
            putSetting(fields, name, field::at(settings, name));
    for (const char *name : {"metadata", "parallel_tool_calls", "prompt_cache_key", "service_tier",
                             "top_logprobs", "user"})
        putSetting(fields, name, field::at(settings, name));
    putSetting(fields, "max_output_tokens", outputLimit(settings));
    putSetting(fields, "tool_choice", responsesToolChoice(field::at(settings, "tool_choice")));
    Json text = Json::object();
    putSetting(text, "format", textFormat(field::at(settings, "response_format")));
    putSetting(text, "verbosity", field::at(settings, "verbosity"));
    if (!text.empty())
        fields["text"] = std::move(text);
    mergeExtra(fields, field::at(settings, "extra_body"));
    if (request.stream)
        fields["stream"] = true;
    return fields;
}

std::string responsesTools(const ModelRequest &request)
{
    std::string text = request.tools ? request.tools->text() : std::string();
    const Json &native = field::at(request.settings, "native_tools");
    if (!native.is_array() || native.empty())
        return text;
    if (text.empty())
        text = "[]";
    text.pop_back();
    for (const Json &tool : native) {
        text += text == "[" ? "" : ",";
        appendJson(text, tool);
    }
    return text + "]";
}

} // namespace orrery::llm
