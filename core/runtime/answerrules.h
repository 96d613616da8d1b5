// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/model/ending.h"
#include "core/model/message.h"

#include <optional>
#include <string>
#include <utility>

namespace orrery::runtime {

/// How often in a row a model is asked again for an answer that is none or not whole.
struct AnswerLimits {
    int continuations = 3; ///< of a text or a call that was cut
    int retries = 2;       ///< of what was empty, or could not be read
    int pauses = 10;       ///< of a provider that interrupts its own tools
};

/// What becomes of an answer.
struct AnswerJudgement {
    enum class Next {
        Take,  ///< as an answer, or for its calls
        Again, ///< the model is asked once more
        Fail   ///< the turn ends with `error`
    };
    Next next = Next::Take;
    bool keeps = true;           ///< it stays in the conversation
    bool wantsRoom = false;      ///< the next answer may be longer
    bool asksOtherModel = false; ///< before it fails: another provider may let it pass
    std::string told;            ///< to the model, before it is asked again; empty = nothing
    std::string code;            ///< of the warning; empty = none
    std::optional<Error>
        error; ///< why, in words for a person; set unless it is taken or only paused
};

/// Decides by how an answer ended and what it holds what is done with it. Only an end with something said, and calls, are
/// a success. A value; no I/O. Sources: docs.claude.com "Handling stop reasons" (an empty answer is not asked for again as
/// it was; a pause is sent back as it is), OpenAI's and Gemini's references as in core/model/ending.cpp; 2026-11.
class AnswerRules
{
public:
    explicit AnswerRules(AnswerLimits limits = {}) : m_limits(limits) {}

    /// Nothing of what was before counts any more.
    void reset();
    /// Whatever `answer` calls has to be seen as a call here, also one that is the answer itself. `hasRoom`: the answer may be
    /// allowed to be longer. `word`: the provider's own for the ending.
    AnswerJudgement judge(Ending ending, const std::string &word, const Message &answer,
                          bool hasRoom);
    /// What was said in pieces before the last one, all of them one answer. Empties it.
    std::string takeEarlierPieces() { return std::exchange(m_pieces, {}); }

private:
    AnswerJudgement judgeCalls(Ending ending, const Message &answer);
    AnswerJudgement cutText(const Message &answer);
    AnswerJudgement cutThoughts(bool hasRoom);
    AnswerJudgement paused(const Message &answer);
    AnswerJudgement again(const char *code, const std::string &what, std::string told);
    void settle(); ///< what came was an answer

    AnswerLimits m_limits;
    std::string m_pieces;
    std::string m_cutTool; ///< of the call that was cut last
    std::string m_cutText;
    int m_cuts = 0;
    int m_retries = 0;
    int m_pauses = 0;
    bool m_hadRoom = false;
};

/// Something besides white space.
bool saysSomething(const Message &answer);

/// Before what a model is told in the place of a user.
inline constexpr const char *kToldMark = "[Note from Orrery, not from a person] ";

} // namespace orrery::runtime
