// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/strictrules.h"

#include <QByteArray>

namespace orrery::testing {

/// What a model says in one answer, whoever's it is.
struct StrictAnswer {
    struct Piece {
        enum class Kind { Thinking, Text, Call } kind = Kind::Text;
        std::string text; ///< of a call: the tool's name
        Json arguments;
    };
    enum class Ending { Stop, Calls, Length, Refused, Malformed };
    std::vector<Piece> pieces;
    Ending ending = Ending::Stop; ///< Length, Malformed: the arguments of the last call are cut
};

/// What happens in a conversation.
enum class StrictPlot {
    Loop,     ///< ten answers, calls side by side among them, the last one is kLastWords
    Empty,    ///< an answer without anything, and after it the loop goes on
    Refused,  ///< the model will not
    Cut,      ///< an answer ends in the midst of a call, and after it the loop goes on
    Malformed ///< the model writes a call whose arguments are no JSON, and after it the loop goes on
};
inline constexpr const char *kLastWords = "All is done.";

/// Answer `turn` of it, from 0.
StrictAnswer answerOf(StrictPlot plot, int turn);

/// The stream in which the provider sends it. Gemini: events, or one list without `alt=sse`.
QByteArray streamOf(const StrictRequest &request, const StrictAnswer &answer, int turn,
                    bool asSse = true);

/// How the provider names the n-th call of an answer; empty where calls have no ids.
std::string strictCallId(const std::string &provider, const std::string &tool, int turn, int n);

} // namespace orrery::testing
