// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/delegations.h"

namespace orrery::runtime {
namespace {

constexpr const char *kPlace =
    "You are a sub-agent: another agent has handed you one task. Work on it alone and to its end. "
    "Your final answer is all "
    "that the other one gets to see, so put into it everything that it has to know.";

} // namespace

Delegations::Delegations(SubAgentLimits limits, const tools::ToolRegistry &registry, Spawn spawn)
    : m_limits(std::move(limits)), m_registry(registry), m_spawn(std::move(spawn))
{}

Result<void> Delegations::checkTools(const ToolSet &parents, const SubTask &task) const
{
    const auto unknown = m_registry.unknownOf(task.tools.list());
    if (unknown.empty())
        return {};
    std::string have;
    for (const std::string &name : m_registry.names())
        if (parents.has(name))
            have += (have.empty() ? "" : ", ") + name;
    return fail(ErrorCode::InvalidArgument, "There is no tool called " + unknown.front()
                                                + ", expected some of yours: " + have
                                                + ". Nothing was started.");
}

Result<void> Delegations::check(const std::string &parent, int depth,
                                const std::vector<SubTask> &tasks) const
{
    const int count = static_cast<int>(tasks.size());
    if (count == 0)
        return fail(ErrorCode::InvalidArgument, "There is no task, expected at least one.");
    if (depth >= m_limits.maxDepth)
        return fail(ErrorCode::Denied, "Sub-agents at depth " + std::to_string(depth)
                                           + " may have none of their own (the limit is "
                                           + std::to_string(m_limits.maxDepth) + ").");
    const int atWork = static_cast<int>(childrenOf(parent).size());
    if (atWork + count > m_limits.maxParallel)
        return fail(ErrorCode::Denied,
                    std::to_string(count) + " more sub-agents than the " + std::to_string(atWork)
                        + " at work are too many: " + std::to_string(m_limits.maxParallel)
                        + " may work for one agent at once.");
    if (m_total + count > m_limits.maxTotal)
        return fail(ErrorCode::Denied, std::to_string(m_total) + " of the run's "
                                           + std::to_string(m_limits.maxTotal)
                                           + " sub-agents have been used, so "
                                           + std::to_string(count) + " more are too many.");
    return {};
}

AgentSpec Delegations::specFor(const AgentSpec &parent, const SubTask &task)
{
    AgentSpec spec = parent;
    spec.attach.clear();
    spec.name = parent.name + "." + std::to_string(++m_counts[parent.name]);
    spec.role = task.role.empty() ? "sub-agent" : task.role;
    spec.instructions = task.instructions.empty() ? kPlace : task.instructions;
    spec.prompt.clear();
    spec.startsOnMessage = false;
    spec.outputType = nullptr;
    spec.structuredOutput = Json::object();
    spec.inactivityTimeoutMs = 0;
    if (!m_limits.model.model.empty()) {
        spec.model = m_limits.model.model;
        spec.baseUrl = m_limits.model.baseUrl;
        spec.apiKeyEnv = m_limits.model.apiKeyEnv;
        spec.script = m_limits.script;
        spec.fallback.clear();
        spec.headers.clear();
    }
    spec.tools = parent.tools.common(task.tools); // nobody can hand on more than it has
    return spec;
}

void Delegations::start(const AgentSpec &parent, const team::Member &parentMember,
                        const std::vector<SubTask> &tasks, Done done)
{
    if (auto allowed = check(parent.name, parentMember.depth, tasks); !allowed) {
        done(fail(allowed.error()));
        return;
    }
    for (const SubTask &task : tasks)
        if (auto known = checkTools(parent.tools, task); !known) {
            done(fail(known.error()));
            return;
        }
    const auto group = std::make_shared<Group>();
    group->results.resize(tasks.size());
    group->open = tasks.size();
    group->done = std::move(done);
    m_total += static_cast<int>(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const AgentSpec spec = specFor(parent, tasks[i]);
        group->results[i].agent = spec.name;
        m_children[spec.name] = {parent.name, group, i};
        const team::Member member{spec.name, spec.role, spec.model, parent.name,
                                  parentMember.depth + 1};
        if (const auto spawned = m_spawn(spec, member, tasks[i].task); !spawned)
            ended(spec.name, false, spawned.error().message);
    }
}

bool Delegations::ended(const std::string &agent, bool ok, const std::string &text)
{
    const auto node = m_children.extract(agent);
    if (node.empty())
        return false;
    Group &group = *node.mapped().group;
    SubResult &result = group.results[node.mapped().index];
    result.ok = ok;
    result.text = text;
    if (--group.open == 0)
        group.done(std::move(group.results));
    return true;
}

std::vector<std::string> Delegations::childrenOf(const std::string &parent) const
{
    std::vector<std::string> names;
    for (const auto &[name, child] : m_children)
        if (child.parent == parent)
            names.push_back(name);
    return names;
}

} // namespace orrery::runtime
