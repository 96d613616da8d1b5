// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/agentmachine.h"

#include <algorithm>

namespace orrery::runtime {

namespace {

constexpr int kMaxAttempts = 4;

long long retryDelayMs(const Error &error, int attempt)
{
    if (error.retryAfterMs >= 0)
        return error.retryAfterMs;
    return 500LL << std::min(attempt - 1, 6);
}

} // namespace

std::string cleanToolName(const std::string &raw)
{
    std::string name = raw.substr(0, raw.find('"'));
    const auto first = name.find_first_not_of(" \t\r\n");
    if (first == std::string::npos)
        return {};
    return name.substr(first, name.find_last_not_of(" \t\r\n") - first + 1);
}

AgentMachine::AgentMachine(AgentSpec spec, std::function<ToolGate(const std::string &)> gate)
    : m_spec(std::move(spec)), m_gate(std::move(gate))
{
    m_context.agentName = m_spec.name;
    m_context.systemPrompt = m_spec.instructions;
    m_context.maxIterations = m_spec.maxIterations;
    if (!m_spec.instructions.empty())
        m_context.add(Message::system(m_spec.instructions));
}

std::vector<Effect> AgentMachine::handle(Input input)
{
    Effects out;
    std::visit([&](auto &in) { on(in, out); }, input);
    return out;
}

void AgentMachine::on(input::Start &in, Effects &out)
{
    if (m_phase != Phase::Idle)
        return;
    m_turnStart = m_context.iteration;
    if (!in.prompt.empty())
        addMessage(Message::user(in.prompt), out);
    nextIteration(out);
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
    if (!m_context.needsResponse) {
        finish("done", std::nullopt, out);
        return;
    }
    if (m_context.iteration - m_turnStart >= m_spec.maxIterations) {
        finish("failed",
               makeError(ErrorCode::Budget, "Maximum iterations exceeded ("
                                                + std::to_string(m_spec.maxIterations) + ")"),
               out);
        return;
    }
    ++m_context.iteration;
    out.push_back(effect::Publish{EventKind::IterationStarted, {{"n", m_context.iteration}}});
    m_phase = Phase::Acquiring;
    out.push_back(effect::Acquire{});
}

void AgentMachine::on(input::Granted &, Effects &out)
{
    if (m_phase != Phase::Acquiring)
        return;
    m_phase = Phase::Requesting;
    ++m_attempt;
    state(AgentState::Thinking, out);
    out.push_back(effect::RequestModel{});
}

void AgentMachine::on(input::Refused &in, Effects &out)
{
    if (m_phase != Phase::Acquiring)
        return;
    finish("failed", std::move(in.error), out);
}

void AgentMachine::on(input::Reply &in, Effects &out)
{
    if (m_phase != Phase::Requesting)
        return;
    out.push_back(effect::Settle{in.reply.usage});
    m_context.usage += in.reply.usage;
    m_calls = in.reply.message.toolCalls;
    m_context.usage.toolCalls += static_cast<std::int64_t>(m_calls.size());
    m_context.toolCalls.insert(m_context.toolCalls.end(), m_calls.begin(), m_calls.end());
    addMessage(std::move(in.reply.message), out);
    out.push_back(effect::Save{});
    if (m_calls.empty())
        nextIteration(out); // Prepare finds out whether mail has come in the meantime.
    else
        startTools(out);
}

void AgentMachine::on(input::ModelFailed &in, Effects &out)
{
    if (m_phase != Phase::Requesting)
        return;
    out.push_back(effect::Release{});
    const bool retry = in.error.retryable && m_attempt < kMaxAttempts;
    const long long delay = retry ? retryDelayMs(in.error, m_attempt) : 0;
    out.push_back(effect::Publish{EventKind::RequestFailed,
                                  {{"code", toString(in.error.code)},
                                   {"message", in.error.message},
                                   {"detail", in.error.detail},
                                   {"http_status", in.error.httpStatus},
                                   {"retry_in_ms", retry ? Json(delay) : Json()},
                                   {"attempt", m_attempt}}});
    if (!retry) {
        finish("failed", std::move(in.error), out);
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
    m_phase = Phase::Acquiring;
    out.push_back(effect::Acquire{});
}

void AgentMachine::startTools(Effects &out)
{
    m_phase = Phase::Tools;
    m_results.assign(m_calls.size(), std::nullopt);
    m_open = m_calls.size();
    for (std::size_t i = 0; i < m_calls.size() && m_phase == Phase::Tools; ++i) {
        const ToolCall &call = m_calls[i];
        const std::string raw = call.name.value_or("");
        const std::string name = cleanToolName(raw);
        const ToolGate gate = m_gate(name);
        if (call.invalidArguments) {
            completeTool(i,
                         tools::ToolResult::error(
                             "Error: tool arguments were not valid JSON. Please retry with "
                             "a JSON object."),
                         out);
        } else if (!gate.known) {
            completeTool(i, tools::ToolResult::error("Tool not found: " + raw), out);
        } else if (gate.denied) {
            completeTool(
                i, tools::ToolResult::error("Tool call was denied by the team's permissions."),
                out);
        } else if (gate.needsApproval
                   && std::find(m_approvedTools.begin(), m_approvedTools.end(), name)
                          == m_approvedTools.end()) {
            state(AgentState::WaitingApproval, out, name);
            out.push_back(effect::AskApproval{i});
        } else {
            startTool(i, out);
        }
    }
}

void AgentMachine::startTool(std::size_t index, Effects &out)
{
    state(AgentState::Tool, out, cleanToolName(m_calls[index].name.value_or("")));
    out.push_back(effect::RunTool{index});
}

void AgentMachine::on(input::Approval &in, Effects &out)
{
    if (m_phase != Phase::Tools || in.index >= m_calls.size() || m_results[in.index])
        return;
    using Verdict = ApprovalDecision::Verdict;
    if (in.decision.verdict == Verdict::Reject) {
        std::string text = "Tool call was rejected by approval handler.";
        if (!in.decision.note.empty())
            text += " Note: " + in.decision.note;
        completeTool(in.index, tools::ToolResult::error(std::move(text)), out);
        return;
    }
    // The assistant's message keeps the arguments that the model gave; only the execution sees the edited ones.
    if (in.decision.verdict == Verdict::Edit)
        m_calls[in.index].arguments = std::move(in.decision.arguments);
    if (in.decision.wholeRun)
        m_approvedTools.push_back(cleanToolName(m_calls[in.index].name.value_or("")));
    startTool(in.index, out);
}

void AgentMachine::on(input::ToolDone &in, Effects &out)
{
    if (m_phase != Phase::Tools || in.index >= m_results.size() || m_results[in.index])
        return;
    completeTool(in.index, std::move(in.result), out);
}

void AgentMachine::completeTool(std::size_t index, tools::ToolResult result, Effects &out)
{
    m_results[index] = std::move(result);
    if (--m_open > 0)
        return;
    // Results enter the conversation in call order, however they finished.
    for (std::size_t i = 0; i < m_calls.size(); ++i) {
        tools::ToolResult &done = *m_results[i];
        if (!done.updates.empty()) {
            const auto applied = done.updates.applyTo(m_context.deps);
            out.push_back(
                effect::Publish{EventKind::ContextUpdated, {{"ops", done.updates.toJson()}}});
            if (!applied)
                out.push_back(effect::Publish{
                    EventKind::Warning,
                    {{"code", "context_update"}, {"message", applied.error().message}}});
        }
        addMessage(Message::tool(m_calls[i].id.value_or(""),
                                 cleanToolName(m_calls[i].name.value_or("")),
                                 std::move(done.content)),
                   out);
    }
    m_results.clear();
    nextIteration(out);
}

void AgentMachine::on(input::Cancel &in, Effects &out)
{
    if (m_phase == Phase::Idle)
        return;
    if (m_phase == Phase::Requesting)
        out.push_back(effect::Release{});
    if (m_phase == Phase::Tools) {
        for (std::size_t i = 0; i < m_calls.size(); ++i) {
            std::string text =
                i < m_results.size() && m_results[i]
                    ? std::move(m_results[i]->content)
                    : "Tool call was interrupted and not executed. Please retry if needed.";
            addMessage(Message::tool(m_calls[i].id.value_or(""),
                                     cleanToolName(m_calls[i].name.value_or("")), std::move(text)),
                       out);
        }
        m_results.clear();
    }
    finish("stopped", makeError(ErrorCode::Cancelled, in.reason), out);
}

void AgentMachine::addMessage(Message message, Effects &out)
{
    m_context.add(std::move(message));
    out.push_back(effect::Publish{EventKind::MessageAdded,
                                  {{"message", toJson(*m_context.messages.back())}}});
}

void AgentMachine::state(AgentState state, Effects &out, std::string reason)
{
    out.push_back(effect::Publish{EventKind::AgentState,
                                  {{"state", toString(state)}, {"reason", std::move(reason)}}});
}

void AgentMachine::finish(std::string outcome, std::optional<Error> error, Effects &out)
{
    m_phase = Phase::Idle;
    std::string output;
    for (auto it = m_context.messages.rbegin(); it != m_context.messages.rend(); ++it) {
        if ((*it)->role == Role::Assistant) {
            output = (*it)->content.value_or("");
            break;
        }
    }
    state(outcome == "done"      ? AgentState::Done
          : outcome == "stopped" ? AgentState::Stopped
                                 : AgentState::Failed,
          out, error ? error->message : std::string());
    out.push_back(effect::Save{});
    out.push_back(effect::Finish{std::move(outcome), std::move(output), std::move(error)});
}

} // namespace orrery::runtime
