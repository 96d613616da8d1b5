// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/toolrunner.h"

#include "core/base/ids.h"
#include "core/runtime/attachments.h"
#include "core/runtime/resultshelf.h"
#include "core/runtime/teamservices.h"

#include <algorithm>

namespace orrery::runtime {

ToolRunner::ToolRunner(TeamServices &services, const AgentSpec &spec, int depth, WayBackPtr wayBack)
    : m_services(services), m_spec(spec), m_depth(depth), m_wayBack(std::move(wayBack)),
      m_attachments(attachmentLimitsOf(spec, services.models)), m_readsResults(mayNeedReading())
{}

/// Whether there are results to read already, or some of this agent's own may become too long for its conversation. What is
/// offered does not change afterwards: providers cache it.
bool ToolRunner::mayNeedReading() const
{
    const std::vector<std::string> names = m_spec.tools.list();
    if (names.empty())
        return false;
    if (!m_services.results.isEmpty())
        return true;
    if (m_spec.results.spillOver == 0 && m_spec.context.compactAt == 0)
        return false;
    return std::any_of(names.begin(), names.end(), [this](const std::string &name) {
        const tools::Tool *tool = m_services.tools.find(name);
        return tool && !tool->isBounded;
    });
}

std::vector<std::string> ToolRunner::offered() const
{
    std::vector<std::string> names = m_services.tools.names();
    std::erase_if(names, [this](const std::string &tool) { return !gateFor(tool).known; });
    return names;
}

ToolGate ToolRunner::gateFor(const std::string &name) const
{
    const tools::Tool *tool = m_services.tools.find(name);
    const Permissions &permissions = m_services.team.permissions;
    ToolGate gate;
    const bool isListed = m_spec.tools.has(name) || (name == kReadResult && m_readsResults);
    gate.known = tool && isListed && !m_services.policy.isBlocked(name)
                 && (!tool->delegates || m_depth < m_services.team.subAgents.maxDepth);
    gate.needsApproval =
        gate.known
        && std::find(permissions.allow.begin(), permissions.allow.end(), name)
               == permissions.allow.end()
        && (tool->needsApproval || m_services.policy.requiresApproval(name, tool->category));
    return gate;
}

tools::ToolContext ToolRunner::contextOf(const Started &call, std::shared_ptr<const Json> deps,
                                         std::stop_token stop) const
{
    tools::ToolContext context;
    context.run = m_services.run;
    context.agent = m_spec.name;
    context.callId = call.callId;
    context.workspace = m_services.workspace;
    context.stop = std::move(stop);
    context.writeGate = m_services.writeGate.get();
    context.deps = std::move(deps);
    context.sandbox = m_services.sandbox;
    context.trusted = m_services.trusted;
    context.secrets = m_services.secrets;
    context.attachments = m_attachments;
    context.emitEvent = [&services = m_services, agent = m_spec.name](EventKind kind, Json data) {
        services.publish(kind, agent, data);
    };
    return context;
}

void ToolRunner::finished(const Started &call, tools::ToolExecution &result) const
{
    result.isBounded = call.tool->isBounded;
    if (result.content.size() >= kShelvedBytes && call.tool->name != kReadResult)
        result.handle = newId("result");
    m_services.publish(
        EventKind::ToolFinished, m_spec.name,
        eventData(
            {{"call", call.callId},
             {"tool", call.tool->name},
             {"ok", result.ok},
             {"content", result.content},
             {"result", result.handle.empty() ? JsonItem::absent() : JsonItem(result.handle)},
             {"mended", result.mended.empty() ? JsonItem::absent() : JsonItem(result.mended)}}),
        call.seq, m_services.clock.steadyUs() - call.atUs);
}

std::function<void(tools::ToolExecution)> ToolRunner::later(const Started &call, Done done) const
{
    return [this, call, done = std::move(done), back = m_wayBack](tools::ToolExecution result) {
        back->post([this, call, done, result = std::move(result)]() mutable {
            finished(call, result);
            done(std::move(result));
        });
    };
}

void ToolRunner::run(const ToolCall &call, std::shared_ptr<const Json> deps, std::stop_token stop,
                     Done done)
{
    Started started{m_services.tools.at(cleanToolName(call.name.value_or(""))),
                    call.id.value_or(""), 0, m_services.clock.steadyUs()};
    const tools::Tool &tool = *started.tool;
    started.seq = m_services.publish(EventKind::ToolStarted, m_spec.name,
                                     eventData({{"call", started.callId},
                                                {"tool", tool.name},
                                                {"args", call.arguments},
                                                {"category", toString(tool.category)}}));
    tools::ToolContext context = contextOf(started, std::move(deps), std::move(stop));
    if (tool.isQuick) {
        tools::ToolExecution result = tools::executeTool(tool, call.arguments, std::move(context));
        finished(started, result);
        done(std::move(result));
        return;
    }
    auto back = later(started, std::move(done));
    if (tool.start) {
        tools::startTool(tool, call.arguments, std::move(context), std::move(back));
        return;
    }
    const bool taken = m_services.tasks.start(
        [tool = started.tool, arguments = call.arguments, context = std::move(context), back] {
            back(tools::executeTool(*tool, arguments, context));
        });
    if (!taken)
        back({"The run is being ended; the tool was not started.", false, {}});
}

} // namespace orrery::runtime
