// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/model/json.h"

#include <string>
#include <string_view>

namespace orrery::llm {

/// The error of an HTTP status: which code, and whether another attempt makes sense (408, 409, 429, 5xx).
Error errorForStatus(int status, std::string message, std::string detail = {});

/// The error that an answer with a 4xx or 5xx status stands for. The message says who answered what, in the server's own words.
Error errorFromAnswer(int status, const std::string &who, std::string_view body);

/// The error of an `error` value inside an answer whose status was 200.
Error errorFromErrorObject(const Json &error, const std::string &who);

/// What the server says went wrong: `error.message`, `message`, `detail` or `error` of a JSON body, else the body's
/// first 300 bytes.
std::string serverMessage(std::string_view body);

/// At most `bytes` bytes of `text`, cut between UTF-8 characters, control characters made visible as spaces.
std::string excerpt(std::string_view text, std::size_t bytes = 300);

/// Replaces every occurrence of the key: servers like to echo it in their complaints.
void redact(Error &error, const std::string &key);

} // namespace orrery::llm
