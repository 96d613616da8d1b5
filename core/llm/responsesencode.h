// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/message.h"
#include "core/model/modeltable.h"

#include <string>

namespace orrery::llm {

/// Who a request goes to. A message whose blocks come from there goes back as it came.
struct ResponsesTarget {
    std::string provider;
    std::string model;
    const ModelTable *models = &ModelTable::own(); ///< what is known of them
};

/// Appends a message as items of the `input` of OpenAI's Responses API, separated by commas; nothing for an assistant's
/// message that says nothing. A system message becomes one of the developer's.
///
/// The items of an answer go back in their order as they came, but for what a server that keeps nothing (`store` is
/// always false) refuses: the ids of encrypted reasoning, which it would look up in vain; ids of more than 64
/// characters; reasoning that is neither encrypted nor in words, and then the ids of what came with it; reasoning that
/// nothing follows. Errors: InvalidArgument for what cannot be sent; `out` is then as it was.
Result<void> appendResponsesItems(std::string &out, const Message &message,
                                  const ResponsesTarget &target);

/// The id of a call as OpenAI takes it, the same for a call and its result: itself, or when it is longer than 64
/// characters, one made of its SHA-256.
std::string responsesCallId(const std::string &id);

} // namespace orrery::llm
