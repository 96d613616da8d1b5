// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
#include "core/llm/provider.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery::llm {

/// Everything in the body of a request but the messages and the tools: model and settings in the provider's terms, and
/// where it stands apart the system text. Settings that the provider does not know are left out; the keys of `extra_body` go
/// in as they stand, but cannot replace `model`, `messages`, `system`, `tools`, `tool_choice` or `stream`.
Json requestFields(const ModelRequest &request, const std::optional<std::string> &system);

/// The text of the body's `tools`; empty when it has none.
std::string toolsField(const ModelRequest &request);

/// True for OpenAI's o1, o3, o4 and their variants: they take no sampling settings, and are not asked for a stream.
bool isReasoningModel(std::string_view provider, std::string_view model);

/// Asks a server in OpenAI's form to report the usage of a stream, which it leaves out otherwise. For settings that
/// say nothing about it.
void askForStreamUsage(Json &settings, std::string_view provider);

} // namespace orrery::llm
