// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/streamevent.h"

namespace orrery::llm {

Json toJson(const StreamEvent &event)
{
    using Kind = StreamEvent::Kind;
    switch (event.kind) {
    case Kind::TextDelta: return {{"type", "text_delta"}, {"text", event.text}};
    case Kind::ThinkingDelta: return {{"type", "thinking_delta"}, {"text", event.text}};
    case Kind::ToolCallDelta: return {{"type", "tool_call_delta"}, {"call", event.value}};
    case Kind::Usage: return {{"type", "usage"}, {"usage", toJson(event.usage)}};
    case Kind::Finish: return {{"type", "finish"}, {"reason", event.text}};
    case Kind::Error: return {{"type", "error"}, {"reason", event.value}};
    case Kind::Unknown: break;
    }
    return {{"type", "unknown"}};
}

} // namespace orrery::llm
