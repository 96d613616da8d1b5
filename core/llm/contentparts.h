// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/llm/modelprofile.h"
#include "core/model/message.h"

#include <optional>
#include <string>

namespace orrery::llm {

/// A part that is no text: a picture or a document, as base64 or as an address.
bool isAttachment(const ContentPart &part);

/// Where a part stands: not every server takes in a tool's result what it takes in a user's message.
enum class PartPlace { UserMessage, ToolResult };

/// Why a model does not get a part, as in "the model does not take pictures"; nothing when it gets it.
std::optional<std::string> whyLeftOut(const ContentPart &part, const ModelProfile &profile,
                                      PartPlace place = PartPlace::UserMessage);

/// What an attachment is, as in "the picture shot.png (image/png, 640 × 480 pixels, 1234 bytes)".
std::string describePart(const ContentPart &part);

/// A part in the form of a model's provider; what it does not take becomes a text that says what was left out and why.
/// `image` and `file` (application/pdf) hold base64, `image_url` an address or a `data:` URL, `file_url` the address of a
/// PDF. Options: media_type, name, detail (OpenAI), width, height, pages. Error: InvalidArgument for an image URL without a
/// path (Gemini).
Result<Json> encodePart(const ContentPart &part, const ModelProfile &profile,
                        PartPlace place = PartPlace::UserMessage);

} // namespace orrery::llm
