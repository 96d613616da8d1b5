// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/model/json.h"

#include <string>
#include <string_view>

namespace orrery::llm {

/// The error of an HTTP status: which code, and whether another attempt makes sense (408, 409, 429, 5xx). 402 is about
/// money: Budget, and final.
Error errorForStatus(int status, std::string message, std::string detail = {});

/// The error that an answer with a 4xx or 5xx status stands for. The message says who answered what, in the server's own words.
Error errorFromAnswer(int status, const std::string &who, std::string_view body);

/// The error of an `error` value inside an answer whose status was 200.
Error errorFromErrorObject(const Json &error, const std::string &who);

/// Corrects an error by what the provider says in the body of its answer: a quota, a budget or credit that is used up is
/// Budget and final, whatever the status (providers send 400, 403 and 429 for it). Another model may still do.
void applyErrorBody(Error &error, const Json &body);

/// Whether a provider refused the request because it is too long for the model's context, in the words of any of them.
bool isContextTooLong(const Error &error);
/// Whether a provider gives back a call that the model wrote and it could not read (Groq's `tool_use_failed`,
/// console.groq.com/docs/tool-use, 2026-11): the model is to be asked again, not the request to be given up.
bool isMalformedCall(const Error &error);

/// What the server says went wrong: `error.message`, `message`, `detail` or `error` of a JSON body, else the body's
/// first 300 bytes.
std::string serverMessage(std::string_view body);

/// At most `bytes` bytes of `text`, cut between UTF-8 characters, control characters made visible as spaces.
std::string excerpt(std::string_view text, std::size_t bytes = 300);

/// Replaces every occurrence of the key: servers like to echo it in their complaints.
void redact(Error &error, const std::string &key);

} // namespace orrery::llm
