// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/memory/searchoutcome.h"
#include "core/model/spec.h"
#include "core/runtime/approvals.h"
#include "core/runtime/delegations.h"
#include "core/runtime/eventbus.h"
#include "core/team/membership.h"

#include <QObject>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace orrery::llm {
class ModelClient;
}

namespace orrery::runtime {

class AgentWorker;

struct RunOptions {
    TeamSpec team;
    std::string task;
    std::vector<std::string>
        attachments; ///< files that go with the task to the agents that start with it
    std::string
        workspace; ///< folder; made, and filled from the team's project template, when new or empty
    std::string journalPath; ///< empty = no journal
    /// Go on from what this run left in the journal (Continuation); empty = start afresh. Without a task, agents that
    /// were in the midst of a turn take it up again.
    std::string continuedRun;
    ApprovalMode approvals = ApprovalMode::Ask;
    /// Called on each agent's thread; empty = the models that the team file names.
    std::function<std::unique_ptr<llm::ModelClient>()> makeModelClient;
    /// From 0 up to 1, for the jitter of pauses; called on any thread. Empty = by chance.
    std::function<double()> chance;
};

/// One run of a team: its services, its agents on worker threads, and the commands of the person. All public functions
/// are called on the thread that made it (the GUI thread, or the main thread of orrery-cli), return at once and block
/// nothing. What happens is told by events only, through bus().
class TeamRun : public QObject
{
    Q_OBJECT
public:
    /// Prepares workspace and journal. Errors name what is wrong; nothing has started then.
    static Result<std::unique_ptr<TeamRun>> create(RunOptions options);
    ~TeamRun() override; ///< closes it, and waits for that

    const std::string &id() const;
    const RunOptions &options() const;
    EventBus &bus();

    void start();
    void pause(); ///< every agent finishes its current call, then holds
    void resume();
    void stop();    ///< after the current call; the run ends as stopped
    void stopNow(); ///< aborts requests, ends tools and their processes
    /// Stops now and ends all threads, without waiting for them: closed() tells when that is done. After it nothing but
    /// the destructor, which does not block then, may be called.
    void close();
    /// As pause() and resume(), for one agent.
    void pauseAgent(const std::string &agent);
    void resumeAgent(const std::string &agent);
    /// `approval`: the id in the ApprovalRequested event. Nothing happens when it does not wait (any more).
    void resolveApproval(const std::string &approval, ApprovalDecision decision);
    /// A message from the person to one agent, delivered into its next request; starts it again when it is idle.
    void sendToAgent(const std::string &agent, const std::string &text);
    /// A message from the person for which the agent drops what it does: it starts anew, with both messages in its
    /// conversation. Its sub-agents are stopped.
    void interruptAgent(const std::string &agent, const std::string &text);
    void cancelAgent(const std::string &agent); ///< ends what it does; it stays in the team
    /// Cancels, and forgets the conversation; deps and system prompt stay.
    void clearHistory(const std::string &agent);
    void saveAgent(const std::string &agent); ///< ContextSaved or SaveFailed tells how it went
    /// An idle agent goes on from a saved context: `run/agent` in the journal. ContextLoaded or a Warning tells how it went.
    void loadAgent(const std::string &agent, const std::string &session);
    /// A newcomer, which starts on the task at once unless it waits for a message. An error (Conflict) when the name is taken.
    Result<void> spawnAgent(AgentSpec spec, const std::string &task);
    void
    removeAgent(const std::string &agent); ///< cancels; a message from the person brings it back
    std::vector<team::Member> members() const;
    void releaseClaim(const std::string &agent, const std::string &file);
    /// Searches the team's memory; the answer is a MemorySearched event of agent `person`. With `query.whyNot` it also
    /// says why that is not among the results. `query.rank.nowMs` 0 = now.
    void searchMemory(memory::SearchQuery query);
    /// Puts a document into the ingest queue of the knowledge base; a KnowledgeSaved event of agent `person` tells it.
    void ingest(const std::string &title, const std::string &content);
    bool isActive() const;

signals:
    /// After RunFinished; `outcome` as in the event.
    void finished(const QString &outcome, const QString &reason);
    /// What close() began is done: the journal holds all of the run.
    void closed();
    /// The journal cannot be written, what is in the way and how many events wait; an empty text: it works again.
    void journalProblem(const QString &message);

private:
    struct Private;
    explicit TeamRun(std::unique_ptr<Private> p);
    void agentIdle(const std::string &agent, const std::string &outcome, const std::string &reason,
                   const std::string &output);
    AgentWorker *hire(const AgentSpec &spec, std::vector<std::string> ancestors);
    Result<void> spawn(AgentSpec spec, team::Member member, const std::string &task);
    void delegate(const std::string &agent, const std::vector<SubTask> &tasks,
                  const Delegations::Done &done);
    void join(const team::Member &member, const std::string &task);
    void leave(const std::string &agent, const std::string &reason);
    bool reopen(const std::string &agent);
    void goOn();
    void restoreAll();
    void beginAll();
    void goOnWhereItEnded();
    void tellIdle(const AgentWorker &worker);
    void endIfOver();
    void finish(const std::string &outcome, const std::string &reason);

    std::unique_ptr<Private> d;
};

} // namespace orrery::runtime
