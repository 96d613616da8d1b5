// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
#include "core/model/context.h"
#include "core/model/event.h"
#include "core/model/spec.h"
#include "core/runtime/teamrun.h"
#include "core/tools/tool.h"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace orrery::runtime {

// What can happen to an agent. ------------------------------------------------------------------------------------
namespace input {
struct Start {
    std::string prompt;
}; ///< a new turn; also used to wake an agent that has finished
struct Ready {
    std::vector<Message> mail;
};                 ///< answer to effect::Prepare
struct Granted {}; ///< the limiter lets the request go
struct Refused {
    Error error;
}; ///< it never will
struct Reply {
    llm::ModelReply reply;
};
struct ModelFailed {
    Error error;
};
struct RetryNow {}; ///< the time of effect::Retry is over
struct Approval {
    std::size_t index;
    ApprovalDecision decision;
};
struct ToolDone {
    std::size_t index;
    tools::ToolResult result;
};
struct Cancel {
    std::string reason;
};
} // namespace input
using Input = std::variant<input::Start, input::Ready, input::Granted, input::Refused, input::Reply,
                           input::ModelFailed, input::RetryNow, input::Approval, input::ToolDone,
                           input::Cancel>;

// What the agent wants done. --------------------------------------------------------------------------------------
namespace effect {
struct Prepare {};      ///< hold while paused, collect mail, then input::Ready
struct Acquire {};      ///< ask the limiter, then input::Granted or Refused
struct RequestModel {}; ///< send context().messages, then Reply or ModelFailed
struct Settle {
    Usage usage;
};                 ///< book what the request really used
struct Release {}; ///< the request used nothing
struct Retry {
    long long delayMs;
};
struct AskApproval {
    std::size_t index;
}; ///< about calls()[index]
struct RunTool {
    std::size_t index;
}; ///< run calls()[index], then ToolDone
struct Save {};
struct Publish {
    EventKind kind;
    Json data;
};
struct Finish {
    std::string outcome;
    std::string output;
    std::optional<Error> error;
};
} // namespace effect
using Effect = std::variant<effect::Prepare, effect::Acquire, effect::RequestModel, effect::Settle,
                            effect::Release, effect::Retry, effect::AskApproval, effect::RunTool,
                            effect::Save, effect::Publish, effect::Finish>;

/// What stands between a tool call and its execution.
struct ToolGate {
    bool known = false;
    bool denied = false;
    bool needsApproval = false;
};

/// All rules of the agent loop, and nothing else: no thread, clock, socket or file. The worker performs the effects and
/// feeds back what came of them. Same inputs, same effects.
class AgentMachine
{
public:
    AgentMachine(AgentSpec spec, std::function<ToolGate(const std::string &)> gate);

    std::vector<Effect> handle(Input input);

    const Context &context() const { return m_context; }
    const std::vector<ToolCall> &calls() const { return m_calls; }
    bool isIdle() const { return m_phase == Phase::Idle; }
    int iteration() const { return m_context.iteration; }

private:
    enum class Phase { Idle, Preparing, Acquiring, Requesting, Backoff, Tools };
    using Effects = std::vector<Effect>;

    void on(input::Start &in, Effects &out);
    void on(input::Ready &in, Effects &out);
    void on(input::Granted &, Effects &out);
    void on(input::Refused &in, Effects &out);
    void on(input::Reply &in, Effects &out);
    void on(input::ModelFailed &in, Effects &out);
    void on(input::RetryNow &, Effects &out);
    void on(input::Approval &in, Effects &out);
    void on(input::ToolDone &in, Effects &out);
    void on(input::Cancel &in, Effects &out);

    void nextIteration(Effects &out);
    void startTools(Effects &out);
    void startTool(std::size_t index, Effects &out);
    void completeTool(std::size_t index, tools::ToolResult result, Effects &out);
    void addMessage(Message message, Effects &out);
    void state(AgentState state, Effects &out, std::string reason = {});
    void finish(std::string outcome, std::optional<Error> error, Effects &out);

    AgentSpec m_spec;
    std::function<ToolGate(const std::string &)> m_gate;
    Context m_context;
    Phase m_phase = Phase::Idle;
    int m_turnStart = 0; ///< iteration count when the turn began; the limit is per turn
    int m_attempt = 0;
    std::vector<ToolCall> m_calls; ///< of the current assistant message
    std::vector<std::optional<tools::ToolResult>> m_results;
    std::size_t m_open = 0;                   ///< calls without a result
    std::vector<std::string> m_approvedTools; ///< for the rest of the run
};

/// What the model is shown as the name of a call: the text before a stray quotation mark, trimmed.
std::string cleanToolName(const std::string &raw);

} // namespace orrery::runtime
