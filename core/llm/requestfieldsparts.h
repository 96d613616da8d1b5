// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/requestfields.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The fields of a request, form by form; part of requestfields.h.
namespace orrery::llm::fields {

/// What is being written, and what could not be.
struct Draft {
    const ModelRequest &request;
    const ModelProfile &profile;
    Json fields = Json::object();
    std::vector<SettingLeftOut> leftOut = {};

    const Json &settings() const { return request.settings; }
    /// Null when it is not there.
    const Json &setting(std::string_view name) const;
    void tell(std::string_view setting, std::string_view why);
    /// Whether a setting that is there may go out; tells it when not.
    bool takes(std::string_view name);
    /// The same for temperature, top_p and penalties in OpenAI's two forms.
    bool takesSampling(std::string_view name);
};

/// Null when it is not there.
const Json &memberOf(const Json &object, std::string_view key);
void putMember(Json &object, const char *name, const Json &value);
const Json &stopOf(const Json &settings);
/// `max_tokens` or `max_completion_tokens` of the settings; null = neither.
const Json &tokenLimitOf(const Json &settings);
void mergeExtraBody(Draft &draft);
/// The schema of a `response_format` of type `json_schema`; null when it is another one.
const Json &schemaOfFormat(const Json &format);
/// `auto`, `none`, `required`, or an object that names a function, as far as the model takes it; null = nothing.
Json toolChoiceFor(Draft &draft);
/// `response_format` as the server can be held to it, its schema in the server's dialect; null when the settings have none.
Json responseFormatFor(Draft &draft);
/// What of the words that the model takes comes nearest to `reasoning_effort`; nothing when there is none.
std::optional<std::string> effortFor(Draft &draft);
/// So many tokens of thinking for a word, for models that want a number.
std::int64_t thinkingBudget(std::string_view effort);
/// `reasoning_effort` and `thinking` in the words of a model of OpenAI's form.
void putReasoning(Draft &draft);

void putParallelCalls(Draft &draft);

void openAiFields(Draft &draft);
void anthropicFields(Draft &draft, const std::optional<std::string> &system);
void geminiFields(Draft &draft, const std::optional<std::string> &system);
/// OpenAI's Responses API. Nothing is kept at the provider (`store` is false), so reasoning is asked for in its encrypted form.
/// The chat names of settings are put into the terms of this form; objects in `extra_body` (`reasoning`, `text`, …) go into
/// those that are there; it cannot replace `input` and `instructions` either.
void responsesFields(Draft &draft, const std::optional<std::string> &system);

} // namespace orrery::llm::fields
