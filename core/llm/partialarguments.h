// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

namespace orrery::llm {

/// Puts one of Gemini's `partialArgs` into the arguments of its call: `{"jsonPath":"$.a.b[0]","stringValue":"…"}`. Texts of the
/// same place are appended to each other (ai.google.dev/gemini-api/docs/function-calling, "streaming function call
/// arguments"; 2026-11). What cannot be placed is passed over.
void addPartialArgument(Json &arguments, const Json &partial);

} // namespace orrery::llm
