// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/spec.h"
#include "core/team/membership.h"
#include "core/tools/toolregistry.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace orrery::runtime {

/// What an agent wants a sub-agent to do.
struct SubTask {
    std::string task;
    std::string role;               ///< empty = sub-agent
    std::string instructions;       ///< empty = what a sub-agent has to know of its place
    ToolSet tools = ToolSet::all(); ///< it gets those of them that its parent has
};

/// What came of it.
struct SubResult {
    std::string agent;
    bool ok = false;
    std::string text; ///< its answer, or why there is none
};

/// Hands tasks of agents to sub-agents, and their answers back. A sub-agent knows its task and nothing else: neither its
/// parent's conversation nor its deps. Belongs to the run's thread.
class Delegations
{
public:
    using Done = std::function<void(Result<std::vector<SubResult>>)>;
    /// Makes the agent, as a member whose parent and depth are given, and starts it on the task.
    using Spawn =
        std::function<Result<void>(AgentSpec spec, const team::Member &member, std::string task)>;

    /// `registry`: what tools there are at all.
    Delegations(SubAgentLimits limits, const tools::ToolRegistry &registry, Spawn spawn);

    /// `done` gets the results in the order of the tasks when all have ended. An error (Denied, InvalidArgument) when it is more
    /// than the limits allow, or a tool is asked for that there is not: then nothing was started.
    void start(const AgentSpec &parent, const team::Member &parentMember,
               const std::vector<SubTask> &tasks, Done done);
    /// An agent has ended its work. True if it was a sub-agent, which has nothing more to do then.
    bool ended(const std::string &agent, bool ok, const std::string &text);
    std::vector<std::string> childrenOf(const std::string &parent) const; ///< those at work

private:
    struct Group {
        std::vector<SubResult> results;
        std::size_t open = 0;
        Done done;
    };
    struct Child {
        std::string parent;
        std::shared_ptr<Group> group;
        std::size_t index = 0;
    };
    Result<void> check(const std::string &parent, int depth,
                       const std::vector<SubTask> &tasks) const;
    Result<void> checkTools(const ToolSet &parents, const SubTask &task) const;
    AgentSpec specFor(const AgentSpec &parent, const SubTask &task);

    const SubAgentLimits m_limits;
    const tools::ToolRegistry &m_registry;
    const Spawn m_spawn;
    std::map<std::string, Child> m_children; ///< at work, by name
    std::map<std::string, int> m_counts;     ///< sub-agents made so far, by parent
    int m_total = 0;
};

} // namespace orrery::runtime
