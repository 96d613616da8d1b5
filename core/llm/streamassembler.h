// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/llm/streamevent.h"
#include "core/model/message.h"

#include <map>
#include <optional>

namespace orrery::llm {

/// Puts a message together from the events of a stream. O(1) for each event.
class StreamAssembler
{
public:
    explicit StreamAssembler(WireForm form) : m_form(form) {}

    void add(const StreamEvent &event);
    /// The message with `finish_reason` and `usage` in its metadata, or the last error of the stream.
    Result<Message> take();
    /// The reason of the last error as the stream gave it; null when there was none.
    const Json &error() const { return m_error; }

private:
    struct Parts {
        Json id, name, input;
        std::string arguments;
        bool isStarted = false;
    };
    void addCall(const Json &piece);
    void addOpenAiCalls(const Json &pieces);
    void addUsage(const Usage &usage);

    WireForm m_form;
    std::string m_text, m_thinking, m_finish;
    std::map<std::int64_t, Parts> m_openAi;
    std::map<std::int64_t, Parts> m_anthropic;
    std::vector<ToolCall> m_whole;
    std::optional<Usage> m_usage;
    Json m_error;
};

} // namespace orrery::llm
