// SPDX-License-Identifier: GPL-3.0-or-later
// The part of AgentMachine that works off the tool calls of one answer.
#include "core/model/boundedparts.h"
#include "core/model/canonicaljson.h"
#include "core/model/jsonobject.h"
#include "core/runtime/agentmachine.h"
#include "core/tools/argumentrepair.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

Json orNull(const std::optional<std::string> &text) { return text ? Json(*text) : Json(); }

Json hookPayload(const ToolCall &call, const std::string &name)
{
    return jsonObject(
        {{"tool_name", name}, {"tool_id", orNull(call.id)}, {"arguments", call.arguments}});
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

void AgentMachine::startCalls(Effects &out)
{
    m_phase = Phase::Tools;
    m_at = 0;
    m_launched = false;
    // Copied when something has changed them, not for each answer.
    if (!m_turnDeps || m_depsChanged)
        m_turnDeps = std::make_shared<const Json>(m_context.deps);
    m_depsChanged = false;
    continueCalls(out);
}

void AgentMachine::continueCalls(Effects &out)
{
    for (;;) {
        while (m_at < m_calls.size()) {
            if (!advance(m_at, out))
                return; // waits for an input
            ++m_at;
        }
        if (!m_spec.parallelToolCalls || m_launched)
            break;
        m_launched = true;
        for (std::size_t i = 0; i < m_calls.size(); ++i)
            if (m_calls[i].stage == Stage::Cleared)
                launch(i, out);
        m_at = 0;
    }
    m_calls.clear();
    tellLoop(out);
    nextIteration(out);
}

/// Takes a call as far as it goes now. True when the next one's turn has come.
bool AgentMachine::advance(std::size_t index, Effects &out)
{
    OpenCall &call = m_calls[index];
    const bool askingOnly = m_spec.parallelToolCalls && !m_launched;
    for (;;) {
        switch (call.stage) {
        case Stage::New: beginCall(index, out); break;
        case Stage::Cleared:
            if (askingOnly)
                return true;
            launch(index, out);
            break;
        case Stage::Ran:
            if (!hasHooks(HookPoint::PostToolUse)) {
                call.stage = Stage::Answered;
                break;
            }
            call.stage = Stage::AskingPostHooks;
            {
                Json payload = hookPayload(call.call, call.name);
                payload["result"] = call.result.content;
                askHooks(HookPoint::PostToolUse, std::move(payload), out);
            }
            return false;
        case Stage::Answered:
            if (askingOnly)
                return true;
            commit(call, out);
            break;
        case Stage::Committed: return true;
        case Stage::AskingHooks:
        case Stage::AskingApproval:
        case Stage::Running:
        case Stage::AskingPostHooks: return false;
        }
    }
}

/// Takes what can be understood of arguments that were no JSON object. What to answer when nothing can.
std::string AgentMachine::readArguments(std::size_t index, std::vector<std::string> &mended)
{
    ToolCall &call = m_calls[index].call;
    const bool isCut = m_answerWasCut && index + 1 == m_calls.size();
    if (!call.invalidArguments)
        return isCut && call.arguments.empty() ? tools::cutArgumentsAnswer(0) : std::string();
    auto read = tools::readArgumentText(*call.invalidArguments, isCut);
    if (auto *problem = std::get_if<std::string>(&read))
        return std::move(*problem);
    auto &understood = std::get<tools::MendedArguments>(read);
    call.arguments = std::move(understood.arguments);
    mended = std::move(understood.mended);
    return {};
}

/// What hooks and the person are asked about is what will run.
std::vector<std::string> AgentMachine::mend(OpenCall &call)
{
    return m_rules.mend ? m_rules.mend(call.name, call.call.arguments) : std::vector<std::string>();
}

void AgentMachine::beginCall(std::size_t index, Effects &out)
{
    OpenCall &call = m_calls[index];
    std::vector<std::string> mended;
    const std::string problem = readArguments(index, mended);
    if (problem.empty())
        for (std::string &what : mend(call))
            mended.push_back(std::move(what));
    EventData data = eventData(
        {{"call", call.call.id}, {"tool", call.call.name}, {"args", call.call.arguments}});
    if (!mended.empty())
        data = eventData({{"call", call.call.id},
                          {"tool", call.call.name},
                          {"args", call.call.arguments},
                          {"mended", mended}});
    out.push_back(effect::Publish{EventKind::ToolRequested, std::move(data)});
    if (!problem.empty()) {
        answer(call, problem, "invalid_arguments");
        return;
    }
    if (hasHooks(HookPoint::PreToolUse)) {
        call.stage = Stage::AskingHooks;
        askHooks(HookPoint::PreToolUse, hookPayload(call.call, call.name), out);
        return;
    }
    clearCall(index, out);
}

void AgentMachine::afterHooks(std::size_t index, HookVerdict &verdict, Effects &out)
{
    OpenCall &call = m_calls[index];
    const bool before = call.stage == Stage::AskingHooks;
    if (!before && call.stage != Stage::AskingPostHooks)
        return;
    tellVerdict(before ? HookPoint::PreToolUse : HookPoint::PostToolUse, verdict, &call.name, out);
    if (!before) {
        if (verdict.changes.is_object() && verdict.changes.contains("result")) {
            const Json &result = verdict.changes["result"];
            call.result.content =
                result.is_string() ? result.get<std::string>() : toCanonicalJson(result);
            call.result.parts.clear(); // what they show may be what was replaced
        }
        call.stage = Stage::Answered;
    } else if (verdict.denied) {
        answer(call,
               verdict.reason ? "Tool call was denied by hook: " + *verdict.reason
                              : "Tool call was denied by hook.",
               "denied");
    } else {
        if (verdict.changes.is_object() && verdict.changes.contains("arguments")) {
            call.call.arguments = verdict.changes["arguments"];
            mend(call);
        }
        clearCall(index, out);
    }
    continueCalls(out);
}

void AgentMachine::clearCall(std::size_t index, Effects &out)
{
    OpenCall &call = m_calls[index];
    const ToolGate gate = m_rules.gate(call.name);
    const bool approved = std::find(m_approvedTools.begin(), m_approvedTools.end(), call.name)
                          != m_approvedTools.end();
    if (!gate.known || !gate.needsApproval || approved) {
        call.stage = Stage::Cleared;
        return;
    }
    call.stage = Stage::AskingApproval;
    state(AgentState::WaitingApproval, out, call.name);
    out.push_back(effect::AskApproval{index});
}

void AgentMachine::on(input::Approval &in, Effects &out)
{
    if (m_phase != Phase::Tools || in.index >= m_calls.size()
        || m_calls[in.index].stage != Stage::AskingApproval)
        return;
    OpenCall &call = m_calls[in.index];
    using Verdict = ApprovalDecision::Verdict;
    if (in.decision.verdict == Verdict::Reject) {
        std::string text = "Tool call was rejected by approval handler.";
        if (!in.decision.note.empty())
            text += " Note: " + in.decision.note;
        answer(call, std::move(text), "rejected");
    } else {
        // The assistant's message keeps the arguments that the model gave; only the execution sees the edited ones.
        if (in.decision.verdict == Verdict::Edit)
            call.call.arguments = std::move(in.decision.arguments);
        if (in.decision.wholeRun)
            m_approvedTools.push_back(call.name);
        call.stage = Stage::Cleared;
    }
    continueCalls(out);
}

void AgentMachine::launch(std::size_t index, Effects &out)
{
    OpenCall &call = m_calls[index];
    if (!m_rules.gate(call.name).known) {
        call.result = {"Tool not found: " + call.call.name.value_or(""), false, {}};
        call.how = "unknown_tool";
        call.stage = Stage::Ran;
        return;
    }
    call.stage = Stage::Running;
    state(AgentState::Tool, out, call.name);
    out.push_back(effect::RunTool{index});
}

void AgentMachine::on(input::ToolDone &in, Effects &out)
{
    if (m_phase != Phase::Tools || in.index >= m_calls.size()
        || m_calls[in.index].stage != Stage::Running)
        return;
    m_calls[in.index].result = std::move(in.result);
    m_calls[in.index].stage = Stage::Ran;
    continueCalls(out);
}

void AgentMachine::on(input::NotStarted &in, Effects &)
{
    if (m_phase == Phase::Tools && in.index < m_calls.size()
        && m_calls[in.index].stage == Stage::Running)
        m_calls[in.index].stage = Stage::Cleared;
}

void AgentMachine::answer(OpenCall &call, std::string text, const char *how)
{
    call.result = {std::move(text), false, {}};
    call.how = how;
    call.stage = Stage::Answered;
}

void AgentMachine::commit(OpenCall &call, Effects &out)
{
    applyUpdates(call.result.updates, out);
    Message message =
        Message::tool(call.call.id.value_or(""), call.name, std::move(call.result.content));
    guidance::KeptResult{call.result.handle}.into(message);
    spill(call, message, out);
    if (!call.result.parts.empty()) {
        message.contentParts = std::move(call.result.parts);
        message.contentParts->insert(message.contentParts->begin(),
                                     {"text", *message.content, Json::object()});
    }
    m_context.add(std::move(message));
    const std::shared_ptr<const Message> added = m_context.messages.back();
    const Message bounded = hasLargeParts(*added) ? withoutLargeParts(*added) : Message();
    const bool isWhole = guidance::KeptResult::of(*added).whole == 0;
    out.push_back(
        effect::Publish{EventKind::MessageAdded,
                        eventData({{"how", call.how},
                                   {"tool", call.call.name},
                                   {"message", hasLargeParts(*added) ? bounded : *added}}),
                        {isWhole ? call.result.handle : std::string(), {added, &*added->content}}});
    call.stage = Stage::Committed;
}

void AgentMachine::applyUpdates(const ContextUpdate &updates, Effects &out)
{
    if (updates.empty())
        return;
    const auto applied = updates.applyTo(m_context.deps);
    out.push_back(
        effect::Publish{EventKind::ContextUpdated, eventData({{"ops", updates.toJson()}})});
    if (!applied)
        out.push_back(effect::Publish{
            EventKind::Warning,
            eventData({{"code", "context_update"}, {"message", applied.error().message}})});
    // Only those of the next answer see the change.
    m_depsChanged = true;
}

} // namespace orrery::runtime
