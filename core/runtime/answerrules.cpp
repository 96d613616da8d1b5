// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/answerrules.h"

#include "core/base/utf8.h"
#include "core/llm/httperror.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

using Next = AnswerJudgement::Next;

constexpr std::size_t kShownWords = 1000;

AnswerJudgement failed(const char *code, ErrorCode error, std::string message)
{
    AnswerJudgement judgement;
    judgement.next = Next::Fail;
    judgement.code = code;
    judgement.error = makeError(error, std::move(message));
    return judgement;
}

AnswerJudgement refused(const Message &answer)
{
    const std::string words = llm::excerpt(answer.content.value_or(""), kShownWords);
    return failed("refusal", ErrorCode::Denied,
                  saysSomething(answer)
                      ? "The model refused to answer: " + words
                      : std::string("The model refused to answer, and did not say why."));
}

AnswerJudgement filtered(const std::string &word, const Message &answer)
{
    std::string message = "The provider's filter took the answer away";
    if (!word.empty())
        message += " (" + word + ")";
    message += saysSomething(answer) ? " after it had begun." : ".";
    AnswerJudgement judgement = failed("content_filter", ErrorCode::Denied, std::move(message));
    judgement.asksOtherModel = !saysSomething(answer);
    if (judgement.asksOtherModel)
        judgement.error->fromProvider = true;
    return judgement;
}

/// The text of a call's arguments that breaks off; nothing when they are whole.
std::optional<std::string> cutArguments(const ToolCall &call)
{
    if (call.invalidArguments)
        return call.invalidArguments;
    return call.arguments.empty() ? std::optional<std::string>("") : std::nullopt;
}

/// Whether two texts break off at about the same place of the same thing.
bool isSameCut(const std::string &a, const std::string &b)
{
    const std::size_t shorter = std::min(a.size(), b.size());
    const std::size_t longer = std::max(a.size(), b.size());
    if (longer - shorter > std::max<std::size_t>(32, longer / 10))
        return false;
    const auto [end, unused] = std::mismatch(a.begin(), a.begin() + long(shorter), b.begin());
    return std::size_t(end - a.begin()) * 10 >= shorter * 9;
}

} // namespace

bool saysSomething(const Message &answer)
{
    return answer.content && !trimmed(*answer.content).empty();
}

void AnswerRules::reset()
{
    m_pieces.clear();
    m_hadRoom = false;
    settle();
}

void AnswerRules::settle()
{
    m_cutTool.clear();
    m_cutText.clear();
    m_cuts = 0;
    m_retries = 0;
    m_pauses = 0;
}

AnswerJudgement AnswerRules::judge(Ending ending, const std::string &word, const Message &answer,
                                   bool hasRoom)
{
    if (ending == Ending::Refusal)
        return refused(answer);
    if (ending == Ending::ContentFilter)
        return filtered(word, answer);
    if (ending == Ending::MalformedCall)
        return again("malformed_call", "The model made a call that could not be read",
                     "Your last answer was dropped: it held a call of a tool that could not be "
                     "read. Nothing was run. Call one of the tools that you have, by its name, "
                     "with one JSON object of arguments, or answer in plain text.");
    if (!answer.toolCalls.empty())
        return judgeCalls(ending, answer);
    const bool isText = saysSomething(answer);
    if (ending == Ending::Length)
        return isText ? cutText(answer) : cutThoughts(hasRoom);
    if (ending == Ending::Pause && (isText || answer.blocks))
        return paused(answer);
    if (isText) {
        settle();
        return {};
    }
    const bool hasThought = answer.reasoningContent && !answer.reasoningContent->empty();
    return again("no_answer", hasThought ? "The model only thought" : "The answer was empty",
                 std::string("Your last answer ")
                     + (hasThought ? "held thoughts only, which nobody sees" : "was empty")
                     + ". Go on with the task: call a tool, or say in plain text what you have "
                       "to say.");
}

AnswerJudgement AnswerRules::judgeCalls(Ending ending, const Message &answer)
{
    m_pieces.clear();
    const ToolCall &last = answer.toolCalls.back();
    const auto text = ending == Ending::Length ? cutArguments(last) : std::nullopt;
    if (!text) {
        settle();
        return {};
    }
    const std::string tool = last.name.value_or("");
    const bool isSame = m_cuts > 0 && tool == m_cutTool && isSameCut(*text, m_cutText);
    m_cutTool = tool;
    m_cutText = *text;
    if (!isSame && ++m_cuts <= m_limits.continuations)
        return {}; // told as the result of the call
    return failed("answer_cut", ErrorCode::NoOutput,
                  "The model's call of " + (tool.empty() ? std::string("a tool") : tool)
                      + " was cut off by the limit of its answer, after "
                      + std::to_string(text->size()) + " bytes of arguments, "
                      + (isSame ? "at the same place as before."
                                : std::to_string(m_cuts) + " times in a row.")
                      + " Nothing of it was run. A higher max_tokens would let it be longer.");
}

AnswerJudgement AnswerRules::cutText(const Message &answer)
{
    m_pieces += *answer.content;
    if (m_cuts++ >= m_limits.continuations)
        return failed("answer_cut", ErrorCode::NoOutput,
                      "The answer was cut off by its limit of length "
                          + std::to_string(m_limits.continuations + 1)
                          + " times in a row; its pieces stand in the conversation.");
    AnswerJudgement judgement;
    judgement.next = Next::Again;
    judgement.code = "answer_cut";
    judgement.error =
        makeError(ErrorCode::NoOutput, "The answer was cut off by its limit of length after "
                                           + std::to_string(answer.content->size())
                                           + " bytes; the model is asked to go on.");
    judgement.told = "Your answer reached its limit of length and was cut off after "
                     + std::to_string(answer.content->size())
                     + " bytes. Go on exactly where it breaks off, in the middle of the word if "
                       "need be. Repeat nothing and say nothing about the cut: the pieces are "
                       "put together as one answer.";
    return judgement;
}

AnswerJudgement AnswerRules::cutThoughts(bool hasRoom)
{
    const std::string why = "The model used all the room of its answer to think and said nothing";
    if (!hasRoom || m_hadRoom)
        return failed("answer_cut", ErrorCode::NoOutput,
                      why + (m_hadRoom ? ", with more room as well." : ".")
                          + " A higher max_tokens, or less reasoning_effort, may help.");
    m_hadRoom = true;
    AnswerJudgement judgement;
    judgement.next = Next::Again;
    judgement.keeps = false;
    judgement.wantsRoom = true;
    judgement.code = "answer_cut";
    judgement.error = makeError(ErrorCode::NoOutput, why + "; it is asked again with more room.");
    judgement.told = "Your last answer reached its limit of length while you were still thinking, "
                     "so nothing was said. You have more room now: think shorter, then answer "
                     "or call a tool.";
    return judgement;
}

AnswerJudgement AnswerRules::paused(const Message &answer)
{
    m_pieces += answer.content.value_or("");
    if (m_pauses++ >= m_limits.pauses)
        return failed("pause", ErrorCode::NoOutput,
                      "The provider interrupted the answer " + std::to_string(m_limits.pauses + 1)
                          + " times in a row.");
    AnswerJudgement judgement;
    judgement.next = Next::Again;
    return judgement;
}

AnswerJudgement AnswerRules::again(const char *code, const std::string &what, std::string told)
{
    if (m_retries++ >= m_limits.retries)
        return failed(code, ErrorCode::NoOutput,
                      "The model gave no answer. " + what + ", "
                          + std::to_string(m_limits.retries + 1) + " times in a row.");
    AnswerJudgement judgement;
    judgement.next = Next::Again;
    judgement.keeps = false;
    judgement.code = code;
    judgement.error = makeError(ErrorCode::NoOutput, what + "; it is asked again.");
    judgement.told = std::move(told);
    return judgement;
}

} // namespace orrery::runtime
