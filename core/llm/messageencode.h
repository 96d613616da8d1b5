// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/messagelog.h"

#include <string>

namespace orrery::llm {

using MessageList = MessageLog;

/// What happens to thinking that an Anthropic request cannot prove with a signature. Anthropic itself refuses it, for
/// example after a fallback from another provider.
enum class UnsignedThinking { Send, LeaveOut };

/// Adds a system message to the one text that Anthropic and Gemini take, after an empty line.
void addSystemText(std::optional<std::string> &system, const Message &message);

/// A conversation in a wire form, for a server that takes everything: OpenAI's list of messages, the others'
/// `{system, messages}`, where `system` is null or the text of all system messages, wherever they stood. Errors name the
/// message's place. O(size of the messages). For looking at; requests are written by RequestEncoder.
Result<Json> encodeMessages(const MessageList &messages, WireForm form);

} // namespace orrery::llm
