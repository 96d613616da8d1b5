// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"

namespace orrery::llm {

/// Reads `{messages, settings, tools, stream}` for a provider: neutral messages, neutral tools `{name, description,
/// parameters}`, settings as in a team file. `messages` is required; without `tools` (or with null) none are offered.
/// Thinking goes out as it stands, signed or not. Errors: InvalidArgument with the JSON pointer of what is wrong.
Result<ModelRequest> requestFromJson(const Json &json, std::string provider, std::string model);

} // namespace orrery::llm
