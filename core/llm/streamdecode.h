// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"
#include "core/model/message.h"
#include "core/model/usage.h"

#include <map>

namespace orrery::llm {

/// What one piece of a stream says, the same for all providers.
struct StreamEvent {
    enum class Kind { TextDelta, ThinkingDelta, ToolCallDelta, Usage, Finish, Error, Unknown };
    Kind kind = Kind::Unknown;
    std::string text; ///< of a delta; reason of Finish
    Json value;       ///< the provider's piece of a call, or the reason of an Error
    orrery::Usage usage;
};
/// `{"type":"text_delta","text":…}`, …
Json toJson(const StreamEvent &event);

/// The events of one chunk, in the order in which they count. A chunk that says nothing is Unknown.
/// `{"$stream_done":R}` and `{"$stream_error":X}` stand for the ends of a stream.
std::vector<StreamEvent> decodeChunk(const Json &chunk, WireForm form);

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
        Json id, name;
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
