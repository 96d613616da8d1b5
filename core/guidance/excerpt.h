// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/message.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace orrery::guidance {

/// How much longer than head and tail a text has to be before something is left out of it: what is said of that has room.
inline constexpr std::size_t kExcerptNote = 256;

/// Beginning and end of a text, in whole characters, with a line between them that says how much is left out and how to
/// get it. All of the text when it is not longer than both and kExcerptNote.
struct Excerpt {
    std::size_t head = 0; ///< bytes
    std::size_t tail = 0;
    std::string how = {}; ///< a sentence; may be empty
    std::size_t whole =
        0; ///< bytes of the text that `text` itself is an excerpt of; 0 = it is none

    bool shortens(std::size_t bytes) const { return bytes > head + tail + kExcerptNote; }
    std::string of(std::string_view text) const;
};

/// Where a tool's result is kept as a whole, and how long that is. Stands in the metadata of its message.
struct KeptResult {
    std::string handle;    ///< for read_result; empty = nowhere
    std::size_t whole = 0; ///< bytes, when the message has less of it; else 0

    static KeptResult of(const Message &message);
    void into(Message &message) const;
};

/// What a model is told about a part that was left out. `canRead`: it has read_result.
std::string howToRead(const std::string &handle, bool canRead);

} // namespace orrery::guidance
