// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/messagelog.h"
#include "core/model/usage.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace orrery {

/// A yes or no that a saved context may hold as any JSON value: null and false mean no, all else means yes. It is
/// written back as it was read, so that loading and saving a context of another program changes nothing.
class SavedFlag
{
public:
    SavedFlag(bool value = false) : m_json(value) {}
    static SavedFlag fromJson(const Json &json)
    {
        SavedFlag flag;
        if (!json.is_null())
            flag.m_json = json;
        return flag;
    }

    operator bool() const { return m_json != false; }
    const Json &toJson() const { return m_json; }

private:
    Json m_json;
};

/// What an agent knows: its conversation, its deps and what it has used. A copy shares the messages, so it costs no
/// more when the conversation is long.
struct Context {
    std::string agentName;
    /// Goes before the messages of a request when none of them is a system message; it may be empty, which is not nothing.
    std::optional<std::string> systemPrompt;
    MessageLog messages;
    ToolCallLog toolCalls; ///< every call asked for in the run
    Json deps = Json::object();
    Usage usage;
    int iteration = 0;
    int maxIterations = 10;
    SavedFlag needsResponse;
    std::string startedAt; ///< ISO 8601 UTC; may be empty

    /// Appends and sets needsResponse: assistant = has tool calls, tool and user = true, system = unchanged.
    void add(Message message);
    bool maxIterationsReached() const { return iteration >= maxIterations; }
};

/// Answers each tool call that no tool message in the whole history answers (of several calls with the same id, so many
/// as there are messages for are answered, the first ones), since providers refuse a history with an
/// open call: a message that the call was interrupted goes behind the assistant's message and the results that follow
/// it, in call order. Calls without an id stay as they are, and so does needsResponse. O(messages).
/// `answer` may give another text for a call that has a better one; empty = that it was not executed.
void patchDanglingToolCalls(Context &context,
                            const std::function<std::string(const ToolCall &)> &answer = {});

} // namespace orrery
