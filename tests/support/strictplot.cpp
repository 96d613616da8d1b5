// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/strictanswers.h"

namespace orrery::testing {

namespace {

using Piece = StrictAnswer::Piece;
using Kind = Piece::Kind;
using Ending = StrictAnswer::Ending;

Piece think(const char *text) { return {Kind::Thinking, text, {}}; }
Piece say(const char *text) { return {Kind::Text, text, {}}; }
Piece call(const char *tool, Json arguments) { return {Kind::Call, tool, std::move(arguments)}; }
Piece read(const char *path) { return call("read_file", {{"path", path}}); }

StrictAnswer calls(std::vector<Piece> pieces) { return {std::move(pieces), Ending::Calls}; }

StrictAnswer loopAnswer(int turn)
{
    switch (turn) {
    case 0:
        return calls({think("Two files first."), say("I look."), read("one.txt"), read("two.txt")});
    case 1: return calls({call("bash", {{"command", "printf '[1, 2]'"}})});
    case 2:
        return calls(
            {think("Then a third."), say("On I go."), think("Yes, that one."), read("three.txt")});
    case 3:
        return calls({think("All at once."), call("glob", {{"pattern", "*.txt"}}),
                      call("grep", {{"pattern", "nothing like it"}}), read("empty.txt")});
    case 4: return calls({say("Is there a fifth?"), read("missing.txt")});
    case 5: return calls({call("read_file", {{"path", "one.txt"}, {"limit", 1}})});
    case 6:
        return calls({think("Both again."), call("read_file", {{"path", "two.txt"}, {"limit", 1}}),
                      call("read_file", {{"path", "two.txt"}, {"offset", 2}})});
    case 7: return calls({say(" "), call("glob", {{"pattern", "t*"}})});
    case 8: return calls({think("Last of all."), call("grep", {{"pattern", "line"}})});
    default: return {{think("That is all."), say(kLastWords)}, Ending::Stop};
    }
}

} // namespace

StrictAnswer answerOf(StrictPlot plot, int turn)
{
    if (plot == StrictPlot::Loop || turn == 0)
        return loopAnswer(turn);
    if (turn == 1) {
        switch (plot) {
        case StrictPlot::Empty: return {};
        case StrictPlot::Refused: return {{say("I would rather not.")}, Ending::Refused};
        case StrictPlot::Malformed: return {{read("a-very-long-name.txt")}, Ending::Malformed};
        default:
            return {{think("A long call."), say("Now"), read("a-very-long-name.txt")},
                    Ending::Length};
        }
    }
    return loopAnswer(turn == 2 ? 3 : 9);
}

} // namespace orrery::testing
