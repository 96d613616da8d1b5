// SPDX-License-Identifier: GPL-3.0-or-later
// The part of AgentMachine that finds out what an answer is worth.
#include "core/llm/structuredoutput.h"
#include "core/model/jsonobject.h"
#include "core/runtime/agentmachine.h"

namespace orrery::runtime {

void AgentMachine::on(input::Reply &in, Effects &out)
{
    if (m_phase != Phase::Requesting)
        return;
    llm::ModelReply &reply = in.reply;
    out.push_back(effect::Settle{reply.usage});
    m_budget.answered(m_context.messages, window(), reply.usage);
    m_wasRefusedAsTooLong = false;
    ++m_context.iteration;
    ++m_iterations;
    Usage used = reply.usage;
    used.toolCalls = 0; // counted where they are taken
    m_context.usage += used;
    m_answerWasCut = reply.ending == Ending::Length;
    const bool hasRoom =
        m_answerWasCut && !m_wantsRoom && m_rules.hasMoreRoom && m_rules.hasMoreRoom();
    AnswerJudgement judged =
        m_answers.judge(reply.ending, reply.finishReason, reply.message, hasRoom);
    if (judged.asksOtherModel && askOtherModel(judged, out))
        return;
    promote(out);
    if (judged.next == AnswerJudgement::Next::Take)
        take(std::move(reply.message), out);
    else
        notTaken(std::move(reply.message), judged, reply.ending, out);
}

void AgentMachine::take(Message answer, Effects &out)
{
    m_calls.clear();
    for (const ToolCall &call : answer.toolCalls) {
        if (m_rules.output && llm::isSyntheticTool(call.name.value_or("")))
            continue;
        m_calls.push_back({call, cleanToolName(call.name.value_or(""))});
        m_context.toolCalls.push_back(std::make_shared<const ToolCall>(call));
    }
    m_context.usage.toolCalls += static_cast<std::int64_t>(m_calls.size());
    addMessage(std::move(answer), out);
    // A call that is the answer itself asks for nothing more.
    m_context.needsResponse = !m_calls.empty();
    out.push_back(effect::Save{});
    std::vector<const ToolCall *> calls;
    for (const OpenCall &call : m_calls)
        calls.push_back(&call.call);
    LoopGuard::Notice notice = m_loop.answered(calls);
    if (notice.repeats > 0 && endsLoop(notice, out))
        return;
    if (!hasHooks(HookPoint::PostResponse)) {
        afterResponse(out);
        return;
    }
    m_phase = Phase::PostResponse;
    askHooks(HookPoint::PostResponse, jsonObject({{"iteration", m_context.iteration}}), out);
}

void AgentMachine::afterResponse(Effects &out)
{
    if (m_calls.empty())
        nextIteration(out); // Prepare finds out whether mail has come in the meantime.
    else
        startCalls(out);
}

/// The request goes to the next model, if there is one: what this provider's filter took away another one may let pass.
bool AgentMachine::askOtherModel(const AnswerJudgement &judged, Effects &out)
{
    const std::string before = target().model;
    if (!m_models.next(*judged.error, now()))
        return false;
    out.push_back(effect::Publish{
        EventKind::Warning, eventData({{"code", judged.code},
                                       {"message", before + ": " + judged.error->message + " "
                                                       + target().model + " is asked instead."}})});
    askLimiter(out);
    return true;
}

void AgentMachine::notTaken(Message answer, AnswerJudgement &judged, Ending ending, Effects &out)
{
    const bool fails = judged.next == AnswerJudgement::Next::Fail;
    if (!judged.code.empty())
        out.push_back(
            effect::Publish{EventKind::Warning, eventData({{"code", judged.code},
                                                           {"message", judged.error->message},
                                                           {"ending", toString(ending)}})});
    m_calls.clear();
    if (fails) {
        // What was said is kept; a call that is not run would stay open, and providers refuse that.
        answer.toolCalls.clear();
        answer.blocks.reset();
        judged.keeps = saysSomething(answer);
    }
    if (judged.keeps)
        addMessage(std::move(answer), out);
    if (fails) {
        failWith(std::move(*judged.error), out);
        return;
    }
    m_wantsRoom = m_wantsRoom || judged.wantsRoom;
    if (!judged.told.empty())
        tell(judged.told, out);
    m_context.needsResponse = true;
    out.push_back(effect::Save{});
    nextIteration(out);
}

void AgentMachine::tell(const std::string &text, Effects &out)
{
    m_context.add(Message::user(kToldMark + text));
    out.push_back(
        effect::Publish{EventKind::MessageAdded,
                        eventData({{"message", *m_context.messages.back()}, {"how", "told"}})});
}

/// Tells of calls that are made again and again. True when the turn ends with that; none of them is run then.
bool AgentMachine::endsLoop(LoopGuard::Notice &notice, Effects &out)
{
    out.push_back(effect::Publish{EventKind::LoopNoticed, eventData({{"tools", notice.tools},
                                                                     {"repeats", notice.repeats},
                                                                     {"limit", loopLimitOf(m_spec)},
                                                                     {"stops", notice.ends}})});
    m_loopNote = std::move(notice.told);
    if (!notice.ends)
        return false;
    for (OpenCall &call : m_calls) {
        answer(call, "Tool call was not run: the same call has been made too often in a row.",
               "not_run");
        commit(call, out);
    }
    m_calls.clear();
    std::string names;
    for (const std::string &tool : notice.tools)
        names += (names.empty() ? "" : ", ") + tool;
    failWith(makeError(ErrorCode::MaxIterations,
                       "The agent went round in a circle: it made the same call of " + names + " "
                           + std::to_string(notice.repeats)
                           + " times in a row. The loop_guard of the team file sets this limit."),
             out);
    return true;
}

void AgentMachine::tellLoop(Effects &out)
{
    if (!m_loopNote.empty())
        tell(std::exchange(m_loopNote, {}), out);
}

/// Somebody has said something: what the model did before counts no more against it.
void AgentMachine::forgetTurn()
{
    m_answers.reset();
    m_wantsRoom = false;
    m_loop.reset();
    m_loopNote.clear();
}

// The model that has answered in place of another stays, until the first one answers again.
void AgentMachine::promote(Effects &out)
{
    const std::string before = m_models.active().model;
    if (!m_models.answered())
        return;
    const std::string &now = m_models.active().model;
    out.push_back(
        effect::Publish{EventKind::ModelSwitched,
                        eventData({{"from", before},
                                   {"to", now},
                                   {"reason", m_models.isFirstActive()
                                                  ? now + " answers again"
                                                  : "the request to " + before + " failed"}})});
    setDep("active_model", now);
}

} // namespace orrery::runtime
