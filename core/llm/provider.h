// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

namespace orrery::llm {

/// The forms in which providers speak. Named OpenAI-compatible services use OpenAi (chat completions); Responses is OpenAI's
/// newer one.
enum class WireForm { OpenAi, Anthropic, Gemini, Responses };

/// `openai`, `anthropic`, `gemini`, `openai-responses`.
inline std::optional<WireForm> wireFormFromString(std::string_view name)
{
    if (name == "openai")
        return WireForm::OpenAi;
    if (name == "anthropic")
        return WireForm::Anthropic;
    if (name == "gemini")
        return WireForm::Gemini;
    if (name == "openai-responses")
        return WireForm::Responses;
    return std::nullopt;
}
inline const char *toString(WireForm form)
{
    switch (form) {
    case WireForm::OpenAi: return "openai";
    case WireForm::Anthropic: return "anthropic";
    case WireForm::Gemini: return "gemini";
    case WireForm::Responses: return "openai-responses";
    }
    return "openai";
}

} // namespace orrery::llm
