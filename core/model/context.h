// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/message.h"
#include "core/model/usage.h"

#include <memory>
#include <string>
#include <vector>

namespace orrery {

/// What an agent knows: its conversation, its deps and what it has used. Messages are immutable and shared, so a copy
/// of a context costs one pointer a message.
struct Context {
    std::string agentName;
    std::string systemPrompt;
    std::vector<std::shared_ptr<const Message>> messages;
    std::vector<ToolCall> toolCalls; ///< every call asked for in the run
    Json deps = Json::object();
    Usage usage;
    int iteration = 0;
    int maxIterations = 10;
    bool needsResponse = false;
    std::string startedAt; ///< ISO 8601 UTC; may be empty

    /// Appends and sets needsResponse: assistant = has tool calls, tool and user = true, system = unchanged.
    void add(Message message);
};

/// Nous's version-1 form. Top-level deps whose name looks like a credential are left out.
Json serializeContext(const Context &context);
/// True for names such as api_key, Authorization or db_password.
bool looksLikeCredential(std::string_view key);

} // namespace orrery
