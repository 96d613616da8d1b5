// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"
#include "core/model/usage.h"

#include <string>

namespace orrery::llm {

/// What one piece of a stream says, the same for all providers.
struct StreamEvent {
    enum class Kind { TextDelta, ThinkingDelta, ToolCallDelta, Usage, Finish, Error, Unknown };
    Kind kind = Kind::Unknown;
    std::string text; ///< of a delta; reason of Finish
    Json value;       ///< the provider's piece of a call, or the reason of an Error
    orrery::Usage usage;

    bool operator==(const StreamEvent &) const = default;
};
/// `{"type":"text_delta","text":…}`, …
Json toJson(const StreamEvent &event);

} // namespace orrery::llm
