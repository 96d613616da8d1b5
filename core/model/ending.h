// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace orrery {

/// Why an answer ended, the same for all providers. Only End with something said, and ToolCalls, are success.
enum class Ending {
    Unknown,       ///< the provider did not say, or in a word that is not known
    End,           ///< the model was done
    ToolCalls,     ///< it waits for the results of its calls
    Length,        ///< cut: the limit of the answer, or the context, is full
    Refusal,       ///< the model would not
    ContentFilter, ///< the provider took the answer or the prompt away
    Pause,         ///< the provider interrupts its own tools; sent back as it is, it goes on
    MalformedCall  ///< the model wrote a call that the provider could not read
};

/// end, tool_calls, length, refusal, content_filter, pause, malformed_call, unknown.
const char *toString(Ending ending);
/// Of the word of any provider (`stop`, `end_turn`, `MAX_TOKENS`, `SAFETY`, …); case does not matter. Unknown for what is
/// not known, and for nothing.
Ending endingFromWord(std::string_view word);

} // namespace orrery
