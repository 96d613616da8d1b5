// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/requestfieldsparts.h"

#include <algorithm>
#include <array>

namespace orrery::llm::fields {
namespace {

/// From the least. `default` of some servers stands in the middle.
constexpr std::array<std::string_view, 8> kEfforts = {"none",    "minimal", "low",   "medium",
                                                      "default", "high",    "xhigh", "max"};

std::ptrdiff_t rankOf(std::string_view word)
{
    const auto it = std::find(kEfforts.begin(), kEfforts.end(), word);
    return it == kEfforts.end() ? -1 : it - kEfforts.begin();
}

/// Whether the settings want the model to think: nothing when they do not say.
std::optional<bool> wantsThinking(const Draft &draft)
{
    const Json &thinking = draft.setting("thinking");
    if (thinking.is_boolean())
        return thinking == true;
    if (thinking.is_object())
        return memberOf(thinking, "type") != "disabled";
    const Json &effort = draft.setting("reasoning_effort");
    if (effort.is_string())
        return effort != "none";
    return std::nullopt;
}

} // namespace

std::optional<std::string> effortFor(Draft &draft)
{
    const Json &wanted = draft.setting("reasoning_effort");
    if (!wanted.is_string())
        return std::nullopt;
    const auto &words = draft.profile.efforts;
    const std::string &word = wanted.get_ref<const std::string &>();
    if (words.empty() || std::find(words.begin(), words.end(), word) != words.end())
        return word;
    const std::ptrdiff_t rank = rankOf(word);
    if (rank < 0) {
        draft.tell("reasoning_effort", "does not know \"" + word + "\"; left out");
        return std::nullopt;
    }
    const auto nearest =
        std::min_element(words.begin(), words.end(), [&](const auto &a, const auto &b) {
            return std::abs(rankOf(a) - rank) < std::abs(rankOf(b) - rank);
        });
    draft.tell("reasoning_effort", "does not know \"" + word + "\"; sent as \"" + *nearest + "\"");
    return *nearest;
}

std::int64_t thinkingBudget(std::string_view effort)
{
    static constexpr std::array<std::int64_t, 8> kBudgets = {0,    1024,  2048,  8192,
                                                             8192, 16384, 24576, 32000};
    const std::ptrdiff_t rank = rankOf(effort);
    return rank < 0 ? kBudgets[3] : kBudgets[static_cast<std::size_t>(rank)];
}

void putReasoning(Draft &draft)
{
    using Effort = ModelProfile::Effort;
    const std::optional<bool> thinks = wantsThinking(draft);
    if (!thinks)
        return;
    switch (draft.profile.effort) {
    case Effort::ReasoningEffort:
        if (const auto word = effortFor(draft))
            draft.fields["reasoning_effort"] = *word;
        return;
    case Effort::ReasoningObject:
        if (const auto word = effortFor(draft))
            draft.fields["reasoning"] = {{"effort", *word}};
        else
            draft.fields["reasoning"] = {{"enabled", *thinks}};
        return;
    case Effort::ThinkingType:
        draft.fields["thinking"] = {{"type", *thinks ? "enabled" : "disabled"}};
        if (*thinks && !draft.profile.efforts.empty())
            if (const auto word = effortFor(draft))
                draft.fields["reasoning_effort"] = *word;
        return;
    case Effort::EnableThinking: draft.fields["enable_thinking"] = *thinks; return;
    case Effort::ChatTemplate:
        draft.fields["chat_template_kwargs"] = {{"enable_thinking", *thinks}};
        putMember(draft.fields, "reasoning_effort", draft.setting("reasoning_effort"));
        return;
    case Effort::None:
    case Effort::AnthropicAdaptive:
    case Effort::AnthropicBudget:
    case Effort::GeminiLevel:
    case Effort::GeminiBudget: break;
    }
    draft.tell(draft.setting("reasoning_effort").is_null() ? "thinking" : "reasoning_effort",
               "cannot be told how much to think; left out");
}

} // namespace orrery::llm::fields
