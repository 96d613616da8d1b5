// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/requestencoder.h"
#include "core/runtime/agentmachine.h"
#include "core/runtime/agentrequest.h"
#include "core/runtime/reflection.h"
#include "core/runtime/teamservices.h"

#include <QObject>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

class QTimer;

namespace orrery::runtime {

/// Performs the effects of one agent's machine and feeds the results back. Lives on a worker thread with an event loop;
/// every function but post() is called there. It never blocks: requests are asynchronous, tools run on a pool.
class AgentWorker : public QObject
{
    Q_OBJECT
public:
    /// `depth`: 0 for a member in its own right, 1 for a sub-agent, and so on.
    AgentWorker(AgentSpec spec, TeamServices &services, std::stop_token stop, int depth = 0);
    ~AgentWorker() override;

    const std::string &name() const { return m_spec.name; }
    const AgentSpec &spec() const { return m_spec; }
    int depth() const { return m_depth; } ///< 0 = a member in its own right

    /// True from the moment a turn is asked for until it has finished. Thread-safe.
    bool isBusy() const { return m_busy; }
    void markBusy() { m_busy = true; } ///< by the run, before it posts begin()

    /// Runs `job` on the worker's thread. Thread-safe.
    void post(std::function<void()> job);
    void begin(const std::string &task); ///< the first turn; the caller has marked it busy
    void wake();                         ///< mail has come
    void resume();
    void cancelNow(const std::string &reason = "Stopped by the person");
    /// Gives up what it does, and starts anew with this message; the caller has marked it busy.
    void interrupt(const std::string &text);
    /// Gives up what it does, and forgets the conversation; its deps and its system prompt stay.
    void clearHistory();
    /// Saves the context now; ContextSaved or SaveFailed tells the end of it.
    void saveNow();
    /// Goes on from what is saved under this name (`run/agent`); ContextLoaded or a Warning tells the end of it.
    void load(const std::string &session);
    void restore(const std::string &session, Context context); ///< load(), once it is read
    /// Frees what it knows; it will not be asked again.
    void retire();
    void resolve(const std::string &callId, const ApprovalDecision &decision);

signals:
    /// `output`: a text, or the JSON of what the agent has to give.
    void becameIdle(const QString &agent, const QString &outcome, const QString &reason,
                    const QString &output);
    /// It has been idle for as long as it may be.
    void timedOut(const QString &agent);

private:
    void feed(Input input);
    void work(Input &input);
    void crash(const std::string &what);
    void abandonWork();
    void recallThen(input::Ready ready);
    bool reflect(const std::string &outcome, std::function<void()> then);
    void becomeIdle(const effect::Finish &finish);
    void beginTurn();
    void perform(effect::Prepare &);
    void perform(effect::AskHooks &ask);
    void perform(effect::Acquire &);
    void perform(effect::RequestModel &);
    void perform(effect::Settle &settle);
    void perform(effect::Release &);
    void perform(effect::Retry &retry);
    void perform(effect::AskApproval &ask);
    void perform(effect::RunTool &run);
    void perform(effect::Save &);
    void perform(effect::Publish &publish);
    void perform(effect::Finish &finish);

    std::optional<double> costOf(const Usage &usage) const; ///< nothing = unpriced
    /// A call of a tool that has been started.
    struct ToolRun {
        tools::ToolPtr tool;
        std::string callId;
        std::uint64_t startSeq;
        std::int64_t startUs;
    };
    tools::ToolContext toolContext(const std::string &callId);
    void toolFinished(const ToolRun &run, const tools::ToolExecution &result);
    void modelDone(Result<llm::ModelReply> reply);
    void granted(const team::RateLimiter::Verdict &verdict, std::uint64_t generation);
    void armLimiterTimer(std::int64_t fitsAtMs);
    void leaveQueue();
    void holdProvider(const Error &error);
    std::optional<double> estimatedCost() const;
    void saveContext(bool isExplicit = false);
    void saved();
    LoopRules makeRules();
    std::vector<std::string> offeredTools() const; ///< by name
    ToolGate gateFor(const std::string &tool) const;
    llm::ModelRequest makeRequest();

    const AgentSpec m_spec;
    TeamServices &m_services;
    const int m_depth;
    const std::stop_token m_stop; ///< of the run
    std::stop_source m_turnStop;  ///< of what is under way; the run's stop requests it too
    std::optional<std::stop_callback<std::function<void()>>> m_stopLink;
    RequestSource m_requests;
    AgentMachine m_machine;
    std::unique_ptr<llm::ModelClient> m_client; ///< made on the worker's thread
    std::unique_ptr<llm::ModelCall> m_call;
    std::unique_ptr<llm::ModelCall> m_endedCall; ///< the one before
    llm::RequestEncoder m_encoder;
    Reflection *m_reflection;
    QTimer *m_limiterTimer;
    QTimer *m_idleTimer;
    QTimer *m_saveTimer;           ///< runs while no further save is due
    std::vector<Effect> m_pending; ///< effects not yet performed, in order
    std::atomic<bool> m_busy{false};
    bool m_performing = false;
    bool m_held = false; ///< paused between two calls
    bool m_started = false;
    bool m_crashed = false;
    std::optional<effect::Finish> m_finished;    ///< the turn on which it reflects
    bool m_recalled = false;                     ///< in this turn
    std::string m_loading;                       ///< the session that is being read, or empty
    std::optional<llm::ModelRequest> m_prepared; ///< the next request, with its body
    ModelRef m_preparedFor;                      ///< where it goes
    std::string m_callId;                        ///< of the request in flight
    std::uint64_t m_requestSeq = 0;
    std::int64_t m_requestStartUs = 0;
    std::int64_t m_firstTokenUs = 0;
    std::int64_t m_estimate = 0;
    std::optional<double> m_cost; ///< of the last answer
    team::ReservationId m_reservation = 0;
    LimiterGate::Ticket m_ticket = 0;
    std::uint64_t m_generation = 0; ///< of requests and tools; answers of an older one are dropped
    /// How a save finds back to the worker, which it may outlive.
    struct WayBack {
        std::mutex mutex;
        AgentWorker *worker; ///< null once it is gone
    };
    std::shared_ptr<WayBack> m_wayBack{new WayBack{{}, this}};
    std::uint64_t m_saveVersion = 0;
    std::int64_t m_saveStartUs = 0;
    bool m_saving = false;  ///< a save is under way
    bool m_unsaved = false; ///< something has changed since it was asked for
    std::map<std::string, std::size_t> m_approvals; ///< open requests: call id → index
};

} // namespace orrery::runtime
