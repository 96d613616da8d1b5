// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/usagedecode.h"
#include "core/model/message.h"

#include <string_view>

namespace orrery::llm {

/// A complete answer, as a provider sends it when it does not stream. The message's metadata hold
/// `model_name` and `usage` (and Gemini's `finish_reason`, `prompt_feedback`). BadResponse when it cannot be
/// understood. O(size).
Result<Message> decodeResponse(const Json &response, WireForm form);
/// Whether this is an answer at all; decodeResponse() is content with any object.
bool isAnswer(const Json &response, WireForm form);
/// Why the model stopped, in the provider's word; empty when it does not say.
std::string finishReasonOf(const Json &response, WireForm form);

/// Arguments of a call as the model wrote them: empty = `{}`; what is no JSON object is kept as
/// `invalidArguments`.
void readArguments(ToolCall &call, std::string_view text);
/// An id for a call of Gemini's, which gives none: `gemini_` and 11 random characters.
std::string makeGeminiCallId();
/// A text as a message keeps it: nothing when it is blank.
std::optional<std::string> keptText(std::string text);

} // namespace orrery::llm
