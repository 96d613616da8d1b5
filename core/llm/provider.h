// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

namespace orrery::llm {

/// The forms in which providers speak. Named OpenAI-compatible services use OpenAi.
enum class WireForm { OpenAi, Anthropic, Gemini };

/// `openai`, `anthropic`, `gemini`.
inline std::optional<WireForm> wireFormFromString(std::string_view name)
{
    if (name == "openai")
        return WireForm::OpenAi;
    if (name == "anthropic")
        return WireForm::Anthropic;
    if (name == "gemini")
        return WireForm::Gemini;
    return std::nullopt;
}

} // namespace orrery::llm
