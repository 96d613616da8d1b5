// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"

#include <string>

namespace orrery::llm {

/// The body of a POST to /chat/completions. Settings are taken over as they are, but cannot replace `model`,
/// `messages`, `tools` or `stream`. Errors name a message that cannot be sent.
Result<std::string> chatRequestBody(const ModelRequest &request);

} // namespace orrery::llm
