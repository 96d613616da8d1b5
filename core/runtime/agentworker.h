// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/requestencoder.h"
#include "core/runtime/agentmachine.h"
#include "core/runtime/agentrequest.h"
#include "core/runtime/attachments.h"
#include "core/runtime/contextsaver.h"
#include "core/runtime/modelcaller.h"
#include "core/runtime/reflection.h"
#include "core/runtime/runcontrol.h"
#include "core/runtime/teamservices.h"
#include "core/runtime/toolrunner.h"

#include <QObject>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>

class QTimer;

namespace orrery::runtime {

/// Performs the effects of one agent's machine, as far as the run's gate lets them pass, and feeds the results back. Lives
/// on a worker thread with an event loop; every function but post() and isBusy() is called there. It never blocks: models,
/// tools, approvals and saves are others' work (ModelCaller, ToolRunner, ApprovalDesk, ContextSaver).
class AgentWorker : public QObject
{
    Q_OBJECT
public:
    /// `ancestors`: whose sub-agent it is, nearest first; none for a member in its own right.
    AgentWorker(AgentSpec spec, TeamServices &services, std::stop_token stop,
                std::vector<std::string> ancestors = {});
    ~AgentWorker() override;

    const std::string &name() const { return m_spec.name; }
    const AgentSpec &spec() const { return m_spec; }
    bool isSubAgent() const { return !m_ancestors.empty(); }

    /// True from the moment a turn is asked for until the run has heard how it ended. Thread-safe.
    bool isBusy() const { return m_busy || m_untold > 0; }
    void endIsHeard() { --m_untold; }  ///< by the run, for each becameIdle
    void markBusy() { m_busy = true; } ///< by the run, before it posts begin()

    /// Runs `job` on the worker's thread; false when it has gone. Thread-safe.
    bool post(std::function<void()> job) const { return m_wayBack->post(std::move(job)); }
    /// The first turn; the caller has marked it busy.
    void begin(const std::string &task, std::vector<ContentPart> attachments = {});
    void goOn(); ///< with what its conversation holds; the caller has marked it busy
    void wake(); ///< mail has come; one whose turn did not end well sleeps on
    void revive() { m_isDown = false; } ///< it may be woken again
    /// The gate has changed: what was held is tried again, and what only waits is given up when the run is to stop.
    void gateChanged();
    void cancelNow(const std::string &reason = "Stopped by the person");
    /// Gives up what it does, and starts anew with this message; the caller has marked it busy.
    void interrupt(const std::string &text);
    /// Gives up what it does, and forgets the conversation; its deps and its system prompt stay.
    void clearHistory();
    /// Saves the context now; ContextSaved or SaveFailed tells the end of it.
    void saveNow() { m_saver->saveNow(); }
    /// Goes on from what is saved under this name (`run/agent`); ContextLoaded or a Warning tells the end of it.
    void load(const std::string &session);
    void restore(const std::string &session, Context context); ///< load(), once it is read
    /// Frees what it knows; it will not be asked again.
    void retire();

signals:
    /// `output`: a text, or the JSON of what the agent has to give.
    void becameIdle(const QString &agent, const QString &outcome, const QString &reason,
                    const QString &output);
    /// It has been idle for as long as it may be.
    void timedOut(const QString &agent);

private:
    // The loop: inputs to the machine, its effects through the gate.
    void feed(Input input);
    void performPending();
    void performAllThatMay();
    bool mustStop() const;
    void hold();
    void tellState(const Effect &effect);
    void dropPending();
    void abandonWork();
    void crash(const std::string &what);

    // Turns.
    void tellStart(const std::string &prompt);
    void handInMail(std::string memories);
    bool reflect(const std::string &outcome, std::function<void()> then);
    void becomeIdle(const effect::Finish &finish);
    void beginTurn();
    LoopRules makeRules();
    llm::ModelRequest makeRequest();
    const guidance::ContextWindow &windowOf(const ModelRef &target);
    void tellLeftOut(const ModelRef &target);
    /// What `job` returns is called on this thread, unless what it belongs to has been given up.
    void onPool(std::function<std::function<void()>()> job);

    void perform(effect::Prepare &);
    void perform(effect::AskHooks &ask);
    void perform(effect::Acquire &);
    void perform(effect::RequestModel &);
    void perform(effect::Settle &settle) { m_caller->settle(settle.usage); }
    void perform(effect::Release &) { m_caller->release(); }
    void perform(effect::Retry &retry);
    void perform(effect::Summarise &summarise);
    void summarised(const ModelCaller::Reply &answer);
    void perform(effect::AskApproval &ask);
    void perform(effect::RunTool &run);
    void perform(effect::Save &) { m_saver->changed(m_machine.isIdle()); }
    void perform(effect::Publish &publish);
    void perform(effect::Finish &finish);
    void approvalAnswered(const std::string &id, const ApprovalDecision &decision);

    const AgentSpec m_spec;
    TeamServices &m_services;
    const std::vector<std::string> m_ancestors;
    const std::stop_token m_stop; ///< of the run
    std::stop_source m_turnStop;  ///< of what is under way; the run's stop requests it too
    std::optional<std::stop_callback<std::function<void()>>> m_stopLink;
    const WayBackPtr m_wayBack;
    ToolRunner m_tools;
    RequestSource m_requests;
    AgentMachine m_machine;
    llm::RequestEncoder m_encoder;
    AttachmentWatch m_attachments;
    std::map<std::string, guidance::ContextWindow> m_windows; ///< by model
    ClientSlot m_client;
    ModelCaller *m_caller;
    ModelCaller *m_summaryCaller; ///< so that what the turn has asked for stays as it is
    Reflection *m_reflection;
    ContextSaver *m_saver;
    QTimer *m_idleTimer;
    std::vector<Effect> m_pending; ///< from m_next on not yet performed, in order
    std::size_t m_next = 0;
    std::atomic<bool> m_busy{false};
    std::atomic<int> m_untold{0}; ///< ends of turns of which the run has not heard yet
    bool m_performing = false;
    bool m_isHeld = false; ///< before the next of m_pending
    bool m_started = false;
    bool m_crashed = false;
    bool m_isDown = false;          ///< its last turn failed or was stopped
    bool m_recalled = false;        ///< in this turn
    std::string m_loading;          ///< the session that is being read, or empty
    int m_underWay = 0;             ///< tools, hooks and searches of this generation
    std::uint64_t m_generation = 0; ///< what comes back of an older one is dropped
    std::map<std::string, std::size_t> m_approvals; ///< that wait: id → index of the call
    std::optional<effect::Finish> m_finished;       ///< the turn on which it reflects
};

} // namespace orrery::runtime
