// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/requestfieldsparts.h"
#include "core/llm/schemadialect.h"

/// Rules: https://platform.claude.com/docs/en/api/messages, …/build-with-claude/adaptive-thinking, …/extended-thinking,
/// …/structured-outputs (2026-11).
namespace orrery::llm::fields {
namespace {

/// Of a model whose limit is not known.
constexpr std::int64_t kUnknownLimit = 4096;
constexpr std::int64_t kLeastBudget = 1024;

Json anthropicToolChoice(const Json &choice)
{
    if (choice == "required")
        return {{"type", "any"}};
    if (choice.is_string())
        return {{"type", choice}};
    if (choice.is_object() && memberOf(choice, "type") == "function"
        && memberOf(choice, "function").is_object())
        return {{"type", "tool"}, {"name", memberOf(choice["function"], "name")}};
    return choice;
}

bool isForcedChoice(const Json &choice)
{
    return choice.is_object()
           && (memberOf(choice, "type") == "any" || memberOf(choice, "type") == "tool");
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

void putClaudeLimit(Draft &draft)
{
    const Json &limit = tokenLimitOf(draft.settings());
    const std::int64_t own = draft.profile.outputTokens;
    draft.fields["max_tokens"] = limit.is_null() ? Json(own > 0 ? own : kUnknownLimit) : limit;
}

/// A budget has to leave room for the answer.
void putClaudeBudget(Draft &draft, std::int64_t wanted)
{
    const Json &limit = draft.fields["max_tokens"];
    const std::int64_t most = limit.is_number_integer() ? limit.get<std::int64_t>() : 0;
    if (most <= kLeastBudget) {
        draft.tell("reasoning_effort",
                   "cannot think within max_tokens of " + std::to_string(most) + "; left out");
        return;
    }
    const std::int64_t budget = std::max(kLeastBudget, std::min(wanted, most / 2));
    draft.fields["thinking"] = {{"type", "enabled"}, {"budget_tokens", budget}};
}

void putClaudeThinking(Draft &draft)
{
    using Effort = ModelProfile::Effort;
    const Json &thinking = draft.setting("thinking");
    const bool isAdaptive = draft.profile.effort == Effort::AnthropicAdaptive;
    const bool isAlwaysOn = isAdaptive && !draft.profile.sampling;
    if (thinking.is_object()) {
        const Json &type = memberOf(thinking, "type");
        if (isAlwaysOn && (type == "enabled" || type == "disabled")) {
            draft.tell("thinking", "thinks as much as it needs; sent as adaptive");
            draft.fields["thinking"] = {{"type", "adaptive"}};
        } else {
            draft.fields["thinking"] = thinking;
        }
    }
    const Json &wanted = draft.setting("reasoning_effort");
    if (thinking == true && wanted.is_null()) {
        if (isAdaptive)
            draft.fields["thinking"] = {{"type", "adaptive"}};
        else if (draft.profile.effort == Effort::AnthropicBudget)
            putClaudeBudget(draft, thinkingBudget("medium"));
    }
    if (!wanted.is_string())
        return;
    if (isAdaptive) {
        if (wanted == "none" && !isAlwaysOn)
            return;
        if (const auto word = effortFor(draft)) {
            if (!draft.fields.contains("thinking"))
                draft.fields["thinking"] = {{"type", "adaptive"}};
            draft.fields["output_config"]["effort"] = *word;
        }
    } else if (draft.profile.effort == Effort::AnthropicBudget) {
        if (wanted != "none" && !draft.fields.contains("thinking"))
            putClaudeBudget(draft, thinkingBudget(wanted.get_ref<const std::string &>()));
    } else {
        draft.tell("reasoning_effort", "does not think; left out");
    }
}

bool claudeThinks(const Draft &draft)
{
    const Json &thinking = memberOf(draft.fields, "thinking");
    return thinking.is_object() && memberOf(thinking, "type") != "disabled";
}

void putClaudeSampling(Draft &draft)
{
    const bool refuses =
        !draft.profile.sampling || (draft.profile.samplingNeedsNoThinking && claudeThinks(draft));
    for (const char *name : {"temperature", "top_p", "top_k"}) {
        const Json &value = draft.setting(name);
        if (value.is_null())
            continue;
        if (refuses)
            draft.tell(name, draft.profile.sampling ? "does not take it while it thinks; left out"
                                                    : "does not take it; left out");
        else if (std::string_view(name) == "top_p" && draft.profile.isReasoning
                 && draft.fields.contains("temperature"))
            draft.tell(name, "does not take it beside temperature; left out");
        else
            draft.fields[name] = value;
    }
    for (const char *name : {"seed", "n", "frequency_penalty", "presence_penalty", "logit_bias",
                             "logprobs", "top_logprobs"})
        (void)draft.takes(name);
}

void putClaudeToolChoice(Draft &draft)
{
    Json choice = anthropicToolChoice(toolChoiceFor(draft));
    if (isForcedChoice(choice) && claudeThinks(draft)) {
        draft.tell("tool_choice",
                   "cannot be made to call a tool while it thinks; sent as \"auto\"");
        choice = {{"type", "auto"}};
    }
    if (draft.setting("parallel_tool_calls") == false && draft.request.tools
        && !draft.request.tools->empty() && memberOf(choice, "type") != "none") {
        if (choice.is_null())
            choice = {{"type", "auto"}};
        choice["disable_parallel_tool_use"] = true;
    }
    putMember(draft.fields, "tool_choice", choice);
}

void putClaudeFormat(Draft &draft)
{
    const Json &format = draft.setting("response_format");
    if (format.is_null())
        return;
    const Json &schema = schemaOfFormat(format);
    if (schema.is_null() || draft.profile.output != ModelProfile::Output::AnthropicFormat) {
        draft.tell("response_format", "cannot be held to it; left out, and the answer is checked");
        return;
    }
    std::string why;
    if (auto strict = strictSchema(schema, ModelProfile::Schema::Anthropic, &why))
        draft.fields["output_config"]["format"] = {{"type", "json_schema"},
                                                   {"schema", std::move(*strict)}};
    else
        draft.tell("response_format", "cannot be held to it: " + why);
}

} // namespace

void anthropicFields(Draft &draft, const std::optional<std::string> &system)
{
    draft.fields["model"] = draft.request.model;
    putClaudeLimit(draft);
    putClaudeThinking(draft);
    putClaudeSampling(draft);
    for (const char *name : {"metadata", "service_tier"})
        putMember(draft.fields, name, draft.setting(name));
    if (const Json &stop = stopOf(draft.settings()); !stop.is_null())
        draft.fields["stop_sequences"] = stop.is_array() ? stop : Json::array({stop});
    putClaudeToolChoice(draft);
    putClaudeFormat(draft);
    putMember(draft.fields, "cache_control", cacheControl(draft.setting("prompt_caching")));
    if (system && !system->empty())
        draft.fields["system"] = *system;
    mergeExtraBody(draft);
    if (draft.request.stream)
        draft.fields["stream"] = true;
}

} // namespace orrery::llm::fields
