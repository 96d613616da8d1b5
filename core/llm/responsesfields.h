// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"

#include <optional>
#include <string>

namespace orrery::llm {

/// requestFields() for OpenAI's Responses API. Nothing is kept at the provider (`store` is false), so reasoning is asked
/// for in its encrypted form. The chat names of settings are put into the terms of this form; `extra_body` goes in as it
/// stands, its objects (`reasoning`, `text`, …) into those that are there, and cannot replace `model`, `input`,
/// `instructions`, `tools`, `tool_choice` or `stream`.
Json responsesFields(const ModelRequest &request, const std::optional<std::string> &system);

/// toolsField() for it: the functions, then the provider's own tools that the setting `native_tools` names.
std::string responsesTools(const ModelRequest &request);

} // namespace orrery::llm
