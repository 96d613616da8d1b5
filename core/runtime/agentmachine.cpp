// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/agentmachine.h"

#include "core/llm/structuredoutput.h"
#include "core/model/boundedparts.h"
#include "core/model/jsonobject.h"
#include "core/runtime/retryrules.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

/// What the model is told about an answer that is not accepted. An answer that was a call has to get it as the call's
/// result: providers refuse a history with an open call.
Message correctionOf(const Message &answer, std::string text)
{
    for (const ToolCall &call : answer.toolCalls)
        if (llm::isSyntheticTool(call.name.value_or("")))
            return Message::tool(call.id.value_or(""), call.name.value_or(""), std::move(text));
    return Message::user(std::move(text));
}

/// The pictures come first, as providers advise.
Message firstMessage(input::Start in)
{
    Message message = Message::user(std::move(in.prompt).value_or(""));
    if (in.attachments.empty())
        return message;
    message.contentParts = std::move(in.attachments);
    if (!message.content->empty())
        message.contentParts->push_back({"text", *message.content, Json::object()});
    return message;
}

} // namespace

Context freshContext(const AgentSpec &spec, std::optional<std::string> systemPrompt)
{
    Context context;
    context.agentName = spec.name;
    context.maxIterations = spec.maxIterations;
    if (systemPrompt && !systemPrompt->empty())
        context.add(Message::system(*systemPrompt));
    context.systemPrompt = std::move(systemPrompt);
    return context;
}

AgentMachine::AgentMachine(AgentSpec spec, LoopRules rules, Context context)
    : m_spec(std::move(spec)), m_rules(std::move(rules)), m_context(std::move(context)),
      m_models({m_spec.model, m_spec.baseUrl, m_spec.apiKeyEnv}, m_spec.fallback),
      m_answers(m_rules.answers), m_loop(loopLimitOf(m_spec), m_spec.loopGuard.exclude),
      m_budget(m_spec.context, m_rules.tokenScale, m_spec.name)
{}

void AgentMachine::handle(Input &input, std::vector<Effect> &effects)
{
    std::visit([&](auto &in) { on(in, effects); }, input);
}

std::vector<Effect> AgentMachine::handle(Input input)
{
    Effects effects;
    handle(input, effects);
    return effects;
}

void AgentMachine::on(input::Start &in, Effects &out)
{
    if (m_phase != Phase::Idle)
        return;
    m_context.iteration = 0;
    m_outputRetries = 0;
    forgetTurn();
    if (in.prompt || !in.attachments.empty())
        addMessage(firstMessage(std::move(in)), out);
    if (!hasHooks(HookPoint::SessionStart)) {
        nextIteration(out);
        return;
    }
    m_phase = Phase::SessionStart;
    askHooks(HookPoint::SessionStart, Json::object(), out);
}

void AgentMachine::askHooks(HookPoint point, Json payload, Effects &out)
{
    out.push_back(effect::AskHooks{point, std::move(payload)});
}

void AgentMachine::on(input::HooksAnswered &in, Effects &out)
{
    const auto told = [&](HookPoint point) { tellVerdict(point, in.verdict, nullptr, out); };
    switch (m_phase) {
    case Phase::SessionStart:
        told(HookPoint::SessionStart);
        nextIteration(out);
        break;
    case Phase::PreRequest:
        told(HookPoint::PreRequest);
        if (in.verdict.denied)
            failWith(makeError(ErrorCode::NoOutput,
                               "A hook refused the request"
                                   + (in.verdict.reason ? ": " + *in.verdict.reason : ".")),
                     out);
        else
            acquire(out);
        break;
    case Phase::PostResponse:
        told(HookPoint::PostResponse);
        afterResponse(out);
        break;
    case Phase::Tools:
        if (m_at < m_calls.size())
            afterHooks(m_at, in.verdict, out);
        break;
    case Phase::SessionEnd:
        told(HookPoint::SessionEnd);
        finish("done", std::move(m_output), std::nullopt, out);
        break;
    default: break;
    }
}

void AgentMachine::tellVerdict(HookPoint point, const HookVerdict &verdict, const std::string *tool,
                               Effects &out)
{
    if (verdict.asked.empty())
        return;
    const Json failed = verdict.failedJson();
    out.push_back(effect::Publish{
        EventKind::HookDecided,
        eventData({{"point", toString(point)},
                   {"decision", verdict.denied              ? "deny"
                                : verdict.changes.is_null() ? "allow"
                                                            : "modify"},
                   {"hooks", verdict.asked},
                   {"tool", tool ? JsonItem(*tool) : JsonItem(nullptr)},
                   {"reason", verdict.reason},
                   {"changes", verdict.changes},
                   {"failed", failed.is_null() ? JsonItem::absent() : JsonItem(failed)}})});
    for (const std::string &text : verdict.warnings(point))
        out.push_back(effect::Publish{EventKind::Warning,
                                      eventData({{"code", "hook_failed"}, {"message", text}})});
}

void AgentMachine::nextIteration(Effects &out)
{
    m_phase = Phase::Preparing;
    m_attempt = 0;
    m_spentMs = 0;
    m_compactedFor.clear();
    out.push_back(effect::Prepare{});
}

void AgentMachine::on(input::Ready &in, Effects &out)
{
    if (m_phase != Phase::Preparing)
        return;
    if (!in.mail.empty())
        forgetTurn();
    for (Message &message : in.mail)
        addMessage(std::move(message), out);
    // Behind what stands there already, not among the system's: the beginning of a request stays what it was, and the
    // provider has it in its cache.
    if (!in.memories.empty() && m_context.needsResponse) {
        m_context.add(Message::note("memories", std::move(in.memories)));
        out.push_back(effect::Publish{
            EventKind::MessageAdded,
            eventData({{"message", *m_context.messages.back()}, {"how", "memory"}})});
    }
    if (!m_context.needsResponse) {
        conclude(out);
        return;
    }
    if (m_context.iteration >= m_context.maxIterations) {
        failWith(makeError(ErrorCode::MaxIterations, "Maximum iterations exceeded ("
                                                         + std::to_string(m_context.maxIterations)
                                                         + ")"),
                 out);
        return;
    }
    if (!hasHooks(HookPoint::PreRequest)) {
        acquire(out);
        return;
    }
    m_phase = Phase::PreRequest;
    askHooks(HookPoint::PreRequest,
             jsonObject({{"iteration", m_context.iteration}, {"tool_count", m_rules.toolCount}}),
             out);
}

void AgentMachine::acquire(Effects &out)
{
    out.push_back(
        effect::Publish{EventKind::IterationStarted, eventData({{"n", m_iterations + 1}})});
    m_models.begin(now());
    askLimiter(out);
}

void AgentMachine::on(input::Granted &, Effects &out)
{
    if (m_phase != Phase::Acquiring)
        return;
    requestModel(out);
}

void AgentMachine::requestModel(Effects &out)
{
    m_phase = Phase::Requesting;
    ++m_attempt;
    state(AgentState::Thinking, out);
    out.push_back(effect::RequestModel{});
}

void AgentMachine::on(input::Refused &in, Effects &out)
{
    if (m_phase != Phase::Acquiring)
        return;
    if (m_models.next(in.error, now()))
        askLimiter(out);
    else
        failWith(std::move(in.error), out);
}

void AgentMachine::on(input::ModelFailed &in, Effects &out)
{
    if (m_phase != Phase::Requesting || makeRoomAfter(in.error, out))
        return;
    const bool fellBack = !in.hasStreamed && m_models.next(in.error, now());
    out.push_back(effect::Release{});
    const std::optional<long long> delay = fellBack ? std::nullopt : tryAgain(in, out);
    out.push_back(effect::Publish{
        EventKind::RequestFailed,
        eventData({{"code", toString(in.error.code)},
                   {"message", in.error.message},
                   {"detail", in.error.detail},
                   {"http_status", in.error.httpStatus},
                   {"retry_in_ms", delay ? JsonItem(*delay) : JsonItem(nullptr)},
                   {"fallback", fellBack ? JsonItem(target().model) : JsonItem(nullptr)},
                   {"attempt", m_attempt}})});
    if (fellBack) {
        // Anew: it costs something else, and its provider may want a pause.
        askLimiter(out);
        return;
    }
    if (!delay) {
        failWith(std::move(in.error), out);
        return;
    }
    m_phase = Phase::Backoff;
    out.push_back(effect::Retry{*delay, in.error.message});
}

/// After how many ms, if at all.
std::optional<long long> AgentMachine::tryAgain(const input::ModelFailed &in, Effects &out)
{
    m_spentMs += in.tookMs;
    const RetryDecision decision =
        decideRetry(in.error, m_spec, m_attempt, m_spentMs, m_rules.chance ? m_rules.chance() : 1);
    const auto warn = [&](const char *code, std::string message) {
        out.push_back(effect::Publish{
            EventKind::Warning, eventData({{"code", code}, {"message", std::move(message)}})});
    };
    if (!decision.why.empty())
        warn("no_retry", decision.why);
    if (decision.isLong)
        warn("long_wait", target().provider() + " asks for a pause of "
                              + shownDuration(*decision.delayMs)
                              + ", and there is no other model to ask. The agent waits until "
                                "then: "
                              + in.error.message);
    else
        m_spentMs += decision.delayMs.value_or(0);
    return decision.delayMs;
}

void AgentMachine::on(input::RetryNow &, Effects &out)
{
    if (m_phase != Phase::Backoff)
        return;
    m_models.begin(now());
    askLimiter(out);
}

// No answer is needed any more: is what there is the one that the agent has to give?
void AgentMachine::conclude(Effects &out)
{
    const auto last = std::find_if(
        m_context.messages.rbegin(), m_context.messages.rend(),
        [](const std::shared_ptr<const Message> &m) { return m->role == Role::Assistant; });
    const bool hasAnswer = last != m_context.messages.rend();
    std::string pieces = m_answers.takeEarlierPieces();
    if (!m_rules.output || !hasAnswer) {
        m_output = hasAnswer ? Json(pieces + (*last)->content.value_or("")) : Json("");
        succeed(out);
        return;
    }
    Message answer = **last;
    if (!pieces.empty())
        answer.content = pieces + answer.content.value_or("");
    OutputVerdict verdict = m_rules.output->check(answer);
    if (!verdict.error) {
        m_output = std::move(verdict.value);
        succeed(out);
        return;
    }
    const bool retry = m_outputRetries < m_rules.output->maxRetries;
    out.push_back(
        effect::Publish{EventKind::OutputRejected, eventData({{"attempt", m_outputRetries + 1},
                                                              {"message", verdict.error->message},
                                                              {"errors", verdict.error->detail},
                                                              {"will_retry", retry}})});
    if (!retry) {
        failWith(std::move(*verdict.error), out);
        return;
    }
    ++m_outputRetries;
    addMessage(correctionOf(**last, std::move(verdict.correction)), out);
    nextIteration(out);
}

void AgentMachine::succeed(Effects &out)
{
    if (!hasHooks(HookPoint::SessionEnd)) {
        finish("done", std::move(m_output), std::nullopt, out);
        return;
    }
    m_phase = Phase::SessionEnd;
    askHooks(HookPoint::SessionEnd, jsonObject({{"output", m_output}}), out);
}

// Ends the request or the calls that are under way.
void AgentMachine::giveUp(Effects &out)
{
    if (m_phase == Phase::Requesting)
        out.push_back(effect::Release{});
    if (m_phase == Phase::Tools) {
        // The conversation must not keep a call without a result: providers refuse it.
        for (OpenCall &call : m_calls) {
            if (call.stage == Stage::Committed)
                continue;
            if (call.stage == Stage::Running)
                answer(
                    call,
                    "Tool call was interrupted while it ran. It may have taken effect, wholly or "
                    "in part: check before you try it again.",
                    "interrupted");
            else if (call.stage < Stage::Ran)
                answer(call, "Tool call was interrupted and not executed. Please retry if needed.",
                       "interrupted");
            else if (call.stage < Stage::Answered && hasHooks(HookPoint::PostToolUse))
                answer(call,
                       "The tool has run, but the run was stopped before the hooks had seen its "
                       "result, so the result was not passed on.",
                       "interrupted");
            commit(call, out);
        }
    }
    m_calls.clear();
    m_loopNote.clear();
}

void AgentMachine::on(input::Cancel &in, Effects &out)
{
    if (m_phase == Phase::Idle)
        return;
    giveUp(out);
    finish("stopped", Json(), makeError(ErrorCode::Cancelled, in.reason), out);
}

void AgentMachine::on(input::Interrupt &in, Effects &out)
{
    if (m_phase != Phase::Idle) {
        giveUp(out);
        out.push_back(effect::Publish{EventKind::AgentInterrupted,
                                      jsonObject({{"reason", "A new message has come"}})});
        m_phase = Phase::Idle;
    }
    input::Start start{std::move(in.prompt)};
    on(start, out);
}

void AgentMachine::on(input::ClearHistory &, Effects &out)
{
    if (m_phase != Phase::Idle)
        return;
    Context fresh;
    fresh.agentName = m_context.agentName;
    fresh.maxIterations = m_context.maxIterations;
    fresh.deps = std::move(m_context.deps);
    fresh.systemPrompt = m_context.systemPrompt;
    if (fresh.systemPrompt && !fresh.systemPrompt->empty())
        fresh.add(Message::system(*fresh.systemPrompt));
    out.push_back(effect::Publish{EventKind::HistoryCleared,
                                  jsonObject({{"messages", m_context.messages.size()}})});
    m_context = std::move(fresh);
    out.push_back(effect::Save{});
}

void AgentMachine::on(input::Restore &in, Effects &out)
{
    if (m_phase != Phase::Idle)
        return;
    m_context = std::move(in.context);
    m_context.agentName = m_spec.name;
    m_context.maxIterations = m_spec.maxIterations;
    m_depsChanged = true;
    patchDanglingToolCalls(m_context);
    out.push_back(effect::Publish{
        EventKind::ContextLoaded,
        jsonObject({{"session", in.session}, {"messages", m_context.messages.size()}})});
    for (const auto &message : m_context.messages)
        out.push_back(
            effect::Publish{EventKind::MessageAdded, jsonObject({{"message", toJson(*message)}})});
    out.push_back(effect::Save{});
}

void AgentMachine::forget()
{
    m_context = Context();
    m_budget = guidance::ContextBudget(m_spec.context, m_rules.tokenScale, m_spec.name);
    m_plan = {};
    m_calls.clear();
    m_turnDeps.reset();
}

void AgentMachine::setDep(const std::string &key, Json value)
{
    m_context.deps[key] = std::move(value);
    m_depsChanged = true;
}

void AgentMachine::addMessage(Message message, Effects &out)
{
    m_context.add(std::move(message));
    const Message &added = *m_context.messages.back();
    out.push_back(effect::Publish{EventKind::MessageAdded,
                                  hasLargeParts(added)
                                      ? eventData({{"message", withoutLargeParts(added)}})
                                      : eventData({{"message", added}})});
}

void AgentMachine::state(AgentState state, Effects &out, std::string_view reason)
{
    out.push_back(effect::Publish{EventKind::AgentState,
                                  eventData({{"state", toString(state)}, {"reason", reason}})});
}

void AgentMachine::failWith(Error error, Effects &out)
{
    finish("failed", Json(), std::move(error), out);
}

void AgentMachine::finish(std::string outcome, Json output, std::optional<Error> error,
                          Effects &out)
{
    m_phase = Phase::Idle;
    state(outcome == "done"      ? AgentState::Done
          : outcome == "stopped" ? AgentState::Stopped
                                 : AgentState::Failed,
          out, error ? std::string_view(error->message) : std::string_view());
    out.push_back(effect::Save{});
    out.push_back(effect::Finish{std::move(outcome), std::move(output), std::move(error)});
}

} // namespace orrery::runtime
