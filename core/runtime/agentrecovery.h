// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/recovery.h"

#include <functional>
#include <set>

namespace orrery::runtime {

/// Follows the events of one agent through a run, and the runs that it went on from. The rules are told at recoverRun().
class AgentRecovery
{
public:
    /// The saved context of a session (`run/agent`), if there is one that can be read.
    using Saved = std::function<std::optional<Context>(const std::string &session)>;

    AgentRecovery(std::string name, Saved saved)
        : m_name(std::move(name)), m_saved(std::move(saved))
    {}

    /// What the run before left is what this one begins with.
    void beginRun(const std::string &run);
    /// The text of a message of a user, if this event has put one into the conversation.
    std::optional<std::string> apply(const Event &event);
    /// The texts of the person's and the teammates' messages that only a saved context has.
    std::vector<std::string> endRun();

    /// Between endRun() and beginRun().
    const RecoveredAgent &result() const { return m_result; }
    RecoveredAgent &result() { return m_result; }
    std::vector<store::Damage>
        damage; ///< of events that are whole, but whose data is not what it should be

private:
    struct CallState {
        bool isFinished = false;
        std::string content;
        std::string handle;
        std::uint64_t seq = 0;
    };
    void touch();
    void agentStarted(const Event &event);
    std::optional<std::string> messageAdded(const Event &event);
    void endLoad();
    void contextLoaded(const Event &event);
    void historyCleared();
    void contextCompacted(const Event &event);
    void responseReceived(const Json &data);
    void append(Message message);
    std::optional<std::size_t> takeSaved();
    void closeCalls(std::size_t known);
    std::string answerTo(const ToolCall &call, OpenToolCall::State state) const;

    const std::string m_name;
    const Saved m_saved;
    RecoveredAgent m_result; ///< its context as the journal tells it so far
    std::string m_run;
    bool m_isTouched = false;  ///< this run has told something of the conversation
    bool m_isReplaced = false; ///< it was cleared, or loaded when it had begun
    std::size_t m_loading = 0; ///< messages of a load that are still to be told
    std::size_t m_front = 0;   ///< messages told of a load that its source lacks: the system prompt
    MessageLog m_source;       ///< all that is being loaded
    std::optional<std::string> m_prompt;      ///< was told at the start and is in no message yet
    std::map<std::string, CallState> m_calls; ///< started since the last answer, by id
    std::set<std::string> m_requests;         ///< without an answer
    bool m_hasPostHooks = false; ///< which may change a result before the model sees it
};

} // namespace orrery::runtime
