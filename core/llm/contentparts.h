// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/message.h"

namespace orrery::llm {

/// A part of a user message in a provider's form; what a provider cannot take becomes a text that names it. Error:
/// InvalidArgument for an image URL without a path (Gemini).
Result<Json> encodePart(const ContentPart &part, WireForm form);

} // namespace orrery::llm
