// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <string>
#include <string_view>

namespace orrery {

/// The one text of a JSON value where text is what counts: what a model is shown, call arguments on the wire, prompts.
/// No white space; keys in byte order; nothing escaped but `"`, `\` and control characters; integers exact; a float with
/// its shortest digits that read back to it, always with a fraction (`100.0`, `1.0e3`). What is not UTF-8 becomes U+FFFD.
std::string toCanonicalJson(const Json &value);

/// What a model is shown for a value: a string as it is, anything else as its JSON.
std::string shownText(const Json &value);

/// Parses strictly (no comments, nothing after the value) and keeps integers beyond 64 bits exact. Errors: BadResponse.
Result<Json> parseExactJson(std::string_view text);

/// True for an integer beyond 64 bits, as parseExactJson() gives it: a binary value of its digits. Only
/// toCanonicalJson() writes such a value as a number.
bool isLargeInteger(const Json &value);

} // namespace orrery
