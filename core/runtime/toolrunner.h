// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/agentmachine.h"
#include "core/runtime/wayback.h"
#include "core/tools/toolexecutor.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace orrery::runtime {

struct TeamServices;

/// Which tools one agent has, and their calls: runs each where it may block, and tells of its start and its end. Belongs
/// to the agent's thread.
class ToolRunner
{
public:
    /// `depth`: 0 for a member in its own right, 1 for a sub-agent, and so on. Results find back by `wayBack`.
    ToolRunner(TeamServices &services, const AgentSpec &spec, int depth, WayBackPtr wayBack);

    std::vector<std::string> offered() const; ///< by name, sorted
    ToolGate gateFor(const std::string &tool) const;

    using Done = std::function<void(tools::ToolExecution)>;
    /// Runs a call of a tool that the agent has. `done` is called once on the agent's thread: at once when the tool is
    /// quick, else later, unless the agent has gone.
    void run(const ToolCall &call, std::shared_ptr<const Json> deps, std::stop_token stop,
             Done done);

private:
    /// A call that has been started.
    struct Started {
        tools::ToolPtr tool;
        std::string callId;
        std::uint64_t seq;
        std::int64_t atUs;
    };
    bool mayNeedReading() const;
    tools::ToolContext contextOf(const Started &call, std::shared_ptr<const Json> deps,
                                 std::stop_token stop) const;
    /// Gives a longer result its handle.
    void finished(const Started &call, tools::ToolExecution &result) const;
    /// To be called on any thread.
    std::function<void(tools::ToolExecution)> later(const Started &call, Done done) const;

    TeamServices &m_services;
    const AgentSpec &m_spec;
    const int m_depth;
    const WayBackPtr m_wayBack;
    const AttachmentLimits m_attachments;
    const bool m_readsResults; ///< has read_result without listing it
};

} // namespace orrery::runtime
