// SPDX-License-Identifier: GPL-3.0-or-later
// The part of AgentWorker that runs tools, and says which there are.
#include "core/runtime/agentworker.h"

#include "core/base/ids.h"
#include "core/tools/toolexecutor.h"

#include <algorithm>

namespace orrery::runtime {

void AgentWorker::resolve(const std::string &callId, const ApprovalDecision &decision)
{
    const auto it = m_approvals.find(callId);
    if (it == m_approvals.end())
        return;
    const std::size_t index = it->second;
    m_approvals.erase(it);
    using Verdict = ApprovalDecision::Verdict;
    const char *word = decision.verdict == Verdict::Approve ? "approve"
                       : decision.verdict == Verdict::Edit  ? "edit"
                                                            : "reject";
    m_services.publish(EventKind::ApprovalResolved, name(),
                       eventData({{"call", callId},
                                  {"tool", m_machine.call(index).name.value_or("")},
                                  {"decision", word},
                                  {"note", decision.note},
                                  {"by", decision.by}}));
    feed(input::Approval{index, decision});
}

void AgentWorker::perform(effect::AskApproval &ask)
{
    const ToolCall &call = m_machine.call(ask.index);
    std::string id = call.id.value_or("");
    if (id.empty() || m_approvals.contains(id))
        id = newId("approval");
    m_approvals[id] = ask.index;
    std::string reason = "The team's permissions ask for approval of this tool.";
    if (const auto tool = m_services.tools.find(cleanToolName(call.name.value_or("")));
        tool != m_services.tools.end() && tool->second->category == tools::ToolCategory::Execute)
        reason += " Sandbox: " + m_services.sandbox->description() + ".";
    m_services.publish(EventKind::ApprovalRequested, name(),
                       eventData({{"call", id},
                                  {"tool", call.name.value_or("")},
                                  {"args", call.arguments},
                                  {"reason", std::move(reason)}}));
}

tools::ToolContext AgentWorker::toolContext(const std::string &callId)
{
    tools::ToolContext context;
    context.run = m_services.run;
    context.agent = m_spec.name;
    context.callId = callId;
    context.workspace = m_services.workspace;
    context.stop = m_turnStop.get_token();
    context.writeGate = m_services.writeGate.get();
    context.deps = m_machine.turnDeps();
    context.sandbox = m_services.sandbox;
    context.trusted = m_services.trusted;
    context.emitEvent = [this](EventKind kind, Json data) {
        m_services.publish(kind, name(), data);
    };
    return context;
}

void AgentWorker::toolFinished(const ToolRun &run, const tools::ToolExecution &result)
{
    EventData data = result.mended.empty() ? eventData({{"call", run.callId},
                                                        {"tool", run.tool->name},
                                                        {"ok", result.ok},
                                                        {"content", result.content}})
                                           : eventData({{"call", run.callId},
                                                        {"tool", run.tool->name},
                                                        {"ok", result.ok},
                                                        {"content", result.content},
                                                        {"mended", result.mended}});
    m_services.publish(EventKind::ToolFinished, name(), std::move(data), run.startSeq,
                       m_services.clock.steadyUs() - run.startUs);
}

void AgentWorker::perform(effect::RunTool &effect)
{
    const ToolCall &call = m_machine.call(effect.index);
    ToolRun run{m_services.tools.at(cleanToolName(call.name.value_or(""))), call.id.value_or(""), 0,
                m_services.clock.steadyUs()};
    run.startSeq = m_services.publish(EventKind::ToolStarted, name(),
                                      eventData({{"call", run.callId},
                                                 {"tool", run.tool->name},
                                                 {"args", call.arguments},
                                                 {"category", toString(run.tool->category)}}));
    if (run.tool->isQuick) {
        tools::ToolExecution result =
            tools::executeTool(*run.tool, call.arguments, toolContext(run.callId));
        toolFinished(run, result);
        feed(input::ToolDone{effect.index, std::move(result)});
        return;
    }
    const std::uint64_t generation = m_generation;
    if (run.tool->start) {
        const tools::Tool &tool = *run.tool;
        tools::startTool(
            tool, call.arguments, toolContext(run.callId),
            [this, run, generation, index = effect.index](tools::ToolExecution result) {
                post([this, run, generation, index, result = std::move(result)]() mutable {
                    toolFinished(run, result);
                    if (generation == m_generation)
                        feed(input::ToolDone{index, std::move(result)});
                });
            });
        return;
    }
    // The pool is waited for before any worker is destroyed, so `this` outlives the job.
    m_services.toolPool.start([this, generation, index = effect.index, args = call.arguments,
                               context = toolContext(run.callId), run = std::move(run)]() mutable {
        tools::ToolExecution result = tools::executeTool(*run.tool, args, std::move(context));
        post([this, generation, index, run = std::move(run), result = std::move(result)]() mutable {
            toolFinished(run, result);
            if (generation == m_generation)
                feed(input::ToolDone{index, std::move(result)});
        });
    });
}

LoopRules AgentWorker::makeRules()
{
    LoopRules rules;
    rules.gate = [this](const std::string &tool) { return gateFor(tool); };
    rules.hooks = &m_services.hooks;
    rules.toolCount = offeredTools().size();
    rules.output = m_requests.outputRules();
    return rules;
}

std::vector<std::string> AgentWorker::offeredTools() const
{
    std::vector<std::string> names;
    for (const auto &[tool, definition] : m_services.tools)
        if (gateFor(tool).known)
            names.push_back(tool);
    std::sort(names.begin(), names.end());
    return names;
}

ToolGate AgentWorker::gateFor(const std::string &tool) const
{
    const auto has = [&](const std::vector<std::string> &list) {
        return std::find(list.begin(), list.end(), tool) != list.end();
    };
    ToolGate gate;
    const auto it = m_services.tools.find(tool);
    gate.known = it != m_services.tools.end() && (m_spec.tools.empty() || has(m_spec.tools))
                 && !m_services.policy.isBlocked(tool)
                 && (!it->second->delegates || m_depth < m_services.team.subAgents.maxDepth);
    if (gate.known)
        gate.needsApproval = !has(m_services.team.permissions.allow)
                             && (it->second->needsApproval
                                 || m_services.policy.requiresApproval(tool, it->second->category));
    return gate;
}

} // namespace orrery::runtime
