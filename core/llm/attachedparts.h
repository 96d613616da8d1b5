// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/llm/modelprofile.h"
#include "core/model/messagelog.h"

#include <string>
#include <vector>

namespace orrery::llm {

/// Parts as the items of a list, without its brackets.
Result<void> appendParts(std::string &out, const std::vector<ContentPart> &parts,
                         const ModelProfile &profile);

/// True of a tool's result that is more than its text.
bool hasAttachments(const Message &message);

/// The text of a result with, for each picture or document that the model does not get, what was left out and why.
std::string resultText(const Message &message, const ModelProfile &profile);

/// The value of a result's `content` (Anthropic) or of its `output` (Responses): its text or, when it holds pictures or
/// documents, a list of blocks. In OpenAI's chat form always the text. Null when there is none.
Result<void> appendResultContent(std::string &out, const Message &message,
                                 const ModelProfile &profile);

/// Gemini: the pictures and documents of a result as further parts behind its `functionResponse`, each with a comma in
/// front; nothing when it has none. Before Gemini 3 a functionResponse holds JSON alone, and all take these parts beside it
/// (ai.google.dev/gemini-api/docs/function-calling, 2026-11).
Result<void> appendBesideResult(std::string &out, const Message &message,
                                const ModelProfile &profile);

/// OpenAI's chat form takes only text in results (developers.openai.com/api/reference, chat completions, tool message, 2026-11), so
/// pictures and documents follow in a user message behind all results of an answer. Appends those of one result to the
/// items of that message's `content`, behind a text with the id of its call; `callId` as the server knows it. Nothing when there
/// are none, and in other forms.
Result<void> appendBehindResults(std::string &items, const Message &message,
                                 const ModelProfile &profile, const std::string &callId);

} // namespace orrery::llm
