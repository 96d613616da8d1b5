// SPDX-License-Identifier: GPL-3.0-or-later
// What the streams of strict servers are written with.
#pragma once

#include "tests/support/strictanswers.h"
#include "tests/support/strictwalk.h"

namespace orrery::testing {

QByteArray chatStream(const StrictRequest &request, const StrictAnswer &answer, int turn);
QByteArray anthropicStream(const StrictRequest &request, const StrictAnswer &answer, int turn);
QByteArray geminiStream(const StrictRequest &request, const StrictAnswer &answer, bool asSse);
QByteArray responsesStream(const StrictRequest &request, const StrictAnswer &answer, int turn);

inline QByteArray sseData(const Json &event)
{
    return "data: " + QByteArray::fromStdString(event.dump()) + "\n\n";
}

inline QByteArray sseNamed(const Json &event)
{
    return "event: " + QByteArray::fromStdString(textOf(event, "type")) + "\n" + sseData(event);
}

/// As a model writes it, piece by piece; without its end when the answer is cut there.
inline std::vector<std::string> argumentPieces(const Json &arguments, bool isCut)
{
    const std::string text = arguments.dump();
    const std::size_t half = text.size() / 2;
    if (isCut)
        return {text.substr(0, half)};
    return {text.substr(0, half), text.substr(half)};
}

inline bool isCutCall(const StrictAnswer &answer, std::size_t i)
{
    return (answer.ending == StrictAnswer::Ending::Length
            || answer.ending == StrictAnswer::Ending::Malformed)
           && i + 1 == answer.pieces.size();
}

} // namespace orrery::testing
