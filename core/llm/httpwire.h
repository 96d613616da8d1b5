// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/llm/httptransfer.h"

#include <string>
#include <string_view>

namespace orrery::llm {

/// How errors name the server at an address: without user and password, which may stand there.
std::string hostOf(const std::string &url);

/// What an end that is a fault means for a person; `host` is the server's name.
Error errorOfEnd(const HttpEnd &end, const std::string &host);

/// What an answer that is not a 200 says, in the server's own words and with its hint when to come back. `body` is what
/// was read of the answer. It may hold the key: see redact().
Error errorOfAnswer(const HttpHead &head, const std::string &url, std::string_view body);

/// Whether an answer is a page for people: its type says so, and it begins as one.
bool isWebPage(const HttpHead &head, std::string_view body);

/// The error of a 200 that is such a page.
Error errorOfWebPage(const std::string &url, std::string_view body);

} // namespace orrery::llm
