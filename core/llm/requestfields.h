// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
#include "core/llm/modelprofile.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::llm {

/// Everything in the body of a request but the messages and the tools: model and settings in the provider's terms, and
/// where it stands apart the system text. What a model does not take (profileOf) is translated or left out; the keys of
/// `extra_body` go in as they stand, but cannot replace `model`, `messages`, `system`, `tools`, `tool_choice` or `stream`.
Json requestFields(const ModelRequest &request, const std::optional<std::string> &system);

/// A setting that does not go out as it stands.
struct SettingLeftOut {
    std::string setting;
    std::string why; ///< for a person, as in "openai:o3 does not take it; left out"
};
/// What of the settings requestFields() leaves out or changes because the model does not take it. Empty when all of it goes out.
std::vector<SettingLeftOut> settingsLeftOut(const ModelRequest &request);

/// The text of the body's `tools`; empty when it has none.
std::string toolsField(const ModelRequest &request);

/// Asks a server in OpenAI's form to report the usage of a stream, where it leaves it out otherwise. For settings that
/// say nothing about it.
void askForStreamUsage(Json &settings, const ModelProfile &profile);

} // namespace orrery::llm
