// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/context.h"

#include <string_view>

namespace orrery {

/// The saved form, version 1, which Nous reads and writes too. Top-level deps whose name looks like a credential are
/// left out, and so are counts of cached tokens.
Json serializeContext(const Context &context);

/// Reads the saved form; what is missing or null gets its default, an unknown role counts as user. The error's message
/// is `missing or invalid version field`, `unsupported version: N`, `invalid_message` or `invalid_data`; its detail
/// names the place and what was expected there.
Result<Context> deserializeContext(const Json &data);

/// True for names such as api_key, Authorization or db_password.
bool looksLikeCredential(std::string_view key);

} // namespace orrery
