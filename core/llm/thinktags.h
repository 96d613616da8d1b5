// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace orrery::llm {

/// Tells thinking from what is said where a server leaves it in the text: `<think>…</think>` at the beginning of the answer,
/// as local servers do without a parser for their model. A mark anywhere else is text.
class ThinkTags
{
public:
    struct Pieces {
        std::string thinking;
        std::string text;
    };
    /// A piece may be cut anywhere.
    Pieces feed(std::string_view piece);
    /// What was held back because it might have become a mark.
    Pieces end();

private:
    enum class State { Before, Thinking, Text };

    State m_state = State::Before;
    std::string m_held;
    bool m_trims = false; ///< white space right behind a mark
};

/// Templates that begin the thinking themselves leave only the end mark: what is before it is thinking. For a whole
/// text; true when it was split.
bool splitAtEndMark(std::string &text, std::string &thinking);

} // namespace orrery::llm
