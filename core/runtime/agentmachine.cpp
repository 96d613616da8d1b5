// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/agentmachine.h"

#include "core/llm/structuredoutput.h"
#include "core/model/jsonobject.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

/// In the words of the providers.
bool endedByLength(const std::string &finishReason)
{
    return finishReason == "length" || finishReason == "max_tokens" || finishReason == "MAX_TOKENS"
           || finishReason == "model_length";
}

long long retryDelayMs(const Error &error, int attempt)
{
    if (error.retryAfterMs >= 0)
        return error.retryAfterMs;
    return 500LL << std::min(attempt - 1, 6);
}

/// What the model is told about an answer that is not accepted. An answer that was a call has to get it as the call's
/// result: providers refuse a history with an open call.
Message correctionOf(const Message &answer, std::string text)
{
    for (const ToolCall &call : answer.toolCalls)
        if (llm::isSyntheticTool(call.name.value_or("")))
            return Message::tool(call.id.value_or(""), call.name.value_or(""), std::move(text));
    return Message::user(std::move(text));
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
      m_models({m_spec.model, m_spec.baseUrl, m_spec.apiKeyEnv}, m_spec.fallback)
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
    if (in.prompt)
        addMessage(Message::user(std::move(*in.prompt)), out);
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
    out.push_back(effect::Prepare{});
}

void AgentMachine::on(input::Ready &in, Effects &out)
{
    if (m_phase != Phase::Preparing)
        return;
    for (Message &message : in.mail)
        addMessage(std::move(message), out);
    if (!in.memories.empty()) {
        m_context.add(Message::system(std::move(in.memories)));
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
    m_models.begin();
    m_phase = Phase::Acquiring;
    out.push_back(effect::Acquire{});
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
    if (m_models.next(in.error))
        out.push_back(effect::Acquire{});
    else
        failWith(std::move(in.error), out);
}

void AgentMachine::on(input::Reply &in, Effects &out)
{
    if (m_phase != Phase::Requesting)
        return;
    out.push_back(effect::Settle{in.reply.usage});
    promote(out);
    ++m_context.iteration;
    ++m_iterations;
    m_context.usage += in.reply.usage;
    m_answerWasCut = endedByLength(in.reply.finishReason);
    m_calls.clear();
    for (const ToolCall &call : in.reply.message.toolCalls) {
        if (m_rules.output && llm::isSyntheticTool(call.name.value_or("")))
            continue;
        m_calls.push_back({call, cleanToolName(call.name.value_or(""))});
        m_context.toolCalls.push_back(std::make_shared<const ToolCall>(call));
    }
    m_context.usage.toolCalls += static_cast<std::int64_t>(m_calls.size());
    addMessage(std::move(in.reply.message), out);
    // A call that is the answer itself asks for nothing more.
    m_context.needsResponse = !m_calls.empty();
    out.push_back(effect::Save{});
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

// The model that has answered in place of another stays.
void AgentMachine::promote(Effects &out)
{
    const std::string before = m_models.active().model;
    if (!m_models.answered())
        return;
    const std::string &now = m_models.active().model;
    out.push_back(effect::Publish{
        EventKind::ModelSwitched,
        eventData(
            {{"from", before}, {"to", now}, {"reason", "the request to " + before + " failed"}})});
    setDep("active_model", now);
}

void AgentMachine::on(input::ModelFailed &in, Effects &out)
{
    if (m_phase != Phase::Requesting)
        return;
    const bool fellBack = !in.hasStreamed && m_models.next(in.error);
    const bool retry = !fellBack && in.error.retryable && m_attempt < m_spec.maxAttempts;
    const long long delay = retry ? retryDelayMs(in.error, m_attempt) : 0;
    out.push_back(effect::Release{});
    out.push_back(effect::Publish{
        EventKind::RequestFailed,
        eventData({{"code", toString(in.error.code)},
                   {"message", in.error.message},
                   {"detail", in.error.detail},
                   {"http_status", in.error.httpStatus},
                   {"retry_in_ms", retry ? JsonItem(delay) : JsonItem(nullptr)},
                   {"fallback", fellBack ? JsonItem(target().model) : JsonItem(nullptr)},
                   {"attempt", m_attempt}})});
    if (fellBack) {
        m_phase =
            Phase::Acquiring; // anew: it costs something else, and its provider may want a pause
        out.push_back(effect::Acquire{});
        return;
    }
    if (!retry) {
        failWith(std::move(in.error), out);
        return;
    }
    m_phase = Phase::Backoff;
    state(AgentState::WaitingRate, out, in.error.message);
    out.push_back(effect::Retry{delay});
}

void AgentMachine::on(input::RetryNow &, Effects &out)
{
    if (m_phase != Phase::Backoff)
        return;
    m_models.begin();
    m_phase = Phase::Acquiring;
    out.push_back(effect::Acquire{});
}

// No answer is needed any more: is what there is the one that the agent has to give?
void AgentMachine::conclude(Effects &out)
{
    const auto last = std::find_if(
        m_context.messages.rbegin(), m_context.messages.rend(),
        [](const std::shared_ptr<const Message> &m) { return m->role == Role::Assistant; });
    const bool hasAnswer = last != m_context.messages.rend();
    if (!m_rules.output || !hasAnswer) {
        m_output = hasAnswer ? Json((*last)->content.value_or("")) : Json("");
        succeed(out);
        return;
    }
    OutputVerdict verdict = m_rules.output->check(**last);
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
    out.push_back(effect::Publish{EventKind::MessageAdded,
                                  eventData({{"message", *m_context.messages.back()}})});
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
