// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/ending.h"

#include <algorithm>
#include <string>
#include <utility>

namespace orrery {
namespace {

// OpenAI: developers.openai.com/api/reference (chat `finish_reason`, response `incomplete_details.reason`). Anthropic:
// docs.claude.com "Handling stop reasons". Gemini: ai.google.dev/api/generate-content#FinishReason, and BlockReason of
// prompts. Mistral: `model_length`; `error`. Others: as these, or what servers were seen to send. As of 2026-11.
constexpr std::pair<std::string_view, Ending> kEndingWords[] = {
    {"stop", Ending::End},
    {"end", Ending::End},
    {"end_turn", Ending::End},
    {"stop_sequence", Ending::End},
    {"eos", Ending::End},
    {"eos_token", Ending::End},
    {"completed", Ending::End},
    {"tool_calls", Ending::ToolCalls},
    {"tool_use", Ending::ToolCalls},
    {"function_call", Ending::ToolCalls},
    {"length", Ending::Length},
    {"max_tokens", Ending::Length},
    {"max_output_tokens", Ending::Length},
    {"model_length", Ending::Length},
    {"model_context_window_exceeded", Ending::Length},
    {"refusal", Ending::Refusal},
    {"content_filter", Ending::ContentFilter},
    {"content_filtered", Ending::ContentFilter},
    {"sensitive", Ending::ContentFilter},
    {"safety", Ending::ContentFilter},
    {"recitation", Ending::ContentFilter},
    {"language", Ending::ContentFilter},
    {"blocklist", Ending::ContentFilter},
    {"prohibited_content", Ending::ContentFilter},
    {"spii", Ending::ContentFilter},
    {"image_safety", Ending::ContentFilter},
    {"image_prohibited_content", Ending::ContentFilter},
    {"image_recitation", Ending::ContentFilter},
    {"model_armor", Ending::ContentFilter},
    {"jailbreak", Ending::ContentFilter},
    {"guardrail_intervened", Ending::ContentFilter},
    {"pause_turn", Ending::Pause},
    {"malformed_function_call", Ending::MalformedCall},
    {"unexpected_tool_call", Ending::MalformedCall},
    {"too_many_tool_calls", Ending::MalformedCall},
    {"missing_thought_signature", Ending::MalformedCall},
    {"malformed_tool_use", Ending::MalformedCall},
    {"malformed_call", Ending::MalformedCall},
};

} // namespace

const char *toString(Ending ending)
{
    switch (ending) {
    case Ending::Unknown: return "unknown";
    case Ending::End: return "end";
    case Ending::ToolCalls: return "tool_calls";
    case Ending::Length: return "length";
    case Ending::Refusal: return "refusal";
    case Ending::ContentFilter: return "content_filter";
    case Ending::Pause: return "pause";
    case Ending::MalformedCall: return "malformed_call";
    }
    return "unknown";
}

Ending endingFromWord(std::string_view word)
{
    std::string lower(word);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    for (const auto &[known, ending] : kEndingWords)
        if (known == lower)
            return ending;
    return Ending::Unknown;
}

} // namespace orrery
