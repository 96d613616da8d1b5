// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/ending.h"
#include "core/model/message.h"
#include "core/model/usage.h"

#include <map>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::llm {

/// One answer of a script (docs/SCRIPTED_MODEL.md).
struct ScriptStep {
    struct Until {
        std::string pattern;
        std::regex lastResultMatches;
        int max = 20; ///< the step is given at most so many times
    };

    std::string text;
    std::string thinking;
    std::vector<ToolCall> toolCalls; ///< without ids
    std::string finishReason;        ///< in a provider's word; empty = stop or tool_calls
    Ending ending = Ending::Unknown; ///< Unknown = of the finish reason
    int delayMs = 0;
    double charsPerSecond = 400;
    std::optional<Usage> usage; ///< none = estimated
    std::optional<Error> error; ///< comes after what there is of text
    std::optional<Until> until;
};

/// A parsed script file: for each agent the answers that it gives, in order.
struct Script {
    std::string file;
    std::map<std::string, std::vector<ScriptStep>> agents;
};

/// Reads a script file. An error's message is `FILE: /json/pointer: what was found, what was expected`.
Result<Script> loadScript(const std::string &file);
/// The same for text already read; `file` is used in messages only.
Result<Script> parseScript(std::string_view text, const std::string &file);

} // namespace orrery::llm
