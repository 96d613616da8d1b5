// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/message.h"

#include <memory>

namespace orrery::llm {

using MessageList = std::vector<std::shared_ptr<const Message>>;

/// A conversation in a provider's form: OpenAI's list of messages, the others' `{system, messages}`, where
/// `system` is null or the text of all system messages, wherever they stood. Errors name the message's
/// place. O(size of the messages).
Result<Json> encodeMessages(const MessageList &messages, WireForm form);

/// One message in OpenAI's form.
Result<Json> encodeOpenAiMessage(const Message &message);

} // namespace orrery::llm
