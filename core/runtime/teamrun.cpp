// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamrun.h"

#include "core/base/ids.h"
#include "core/llm/structuredoutput.h"
#include "core/runtime/agentworker.h"
#include "core/runtime/commandhook.h"
#include "core/runtime/teamservices.h"
#include "core/runtime/workspace.h"

#include <QThread>
#include <QTimer>

#include <algorithm>
#include <set>
#include <utility>

namespace orrery::runtime {

struct TeamRun::Private {
    RunOptions options;
    std::string id;
    SystemClock clock;
    // Destroyed from the bottom up: threads first, then what they use, the journal last.
    std::unique_ptr<store::JournalWriter> journal;
    std::unique_ptr<TeamServices> services;
    std::stop_source stop;
    std::vector<std::unique_ptr<QThread>> threads;
    std::vector<AgentWorker *> workers; ///< each deleted on its own thread
    std::set<std::string> dead;         ///< failed or stopped: they take no more mail
    std::string firstFailure;
    QTimer ticker;
    bool started = false;
    bool active = false;

    bool anyBusy() const
    {
        return std::any_of(workers.begin(), workers.end(),
                           [](const AgentWorker *worker) { return worker->isBusy(); });
    }

    AgentWorker *worker(const std::string &agent) const
    {
        const auto it =
            std::find_if(workers.begin(), workers.end(),
                         [&](const AgentWorker *worker) { return worker->name() == agent; });
        return it == workers.end() ? nullptr : *it;
    }
};

TeamRun::TeamRun(std::unique_ptr<Private> p) : d(std::move(p)) {}

Result<std::unique_ptr<TeamRun>> TeamRun::create(RunOptions options)
{
    auto p = std::make_unique<Private>();
    if (options.task.empty())
        options.task = options.team.task;
    p->id = newId("run");
    const auto workspace = prepareWorkspace(options.workspace, options.team.projectTemplate);
    if (!workspace)
        return fail(workspace.error());
    if (!options.journalPath.empty()) {
        auto journal = store::JournalWriter::open(options.journalPath);
        if (!journal)
            return fail(journal.error());
        p->journal = std::move(*journal);
    }
    p->options = std::move(options);
    p->services = std::make_unique<TeamServices>(p->id, p->options.team, *workspace, p->clock,
                                                 p->journal.get());
    for (const AgentSpec &agent : p->options.team.agents)
        if (const auto type = llm::outputTypeFromJson(agent.outputType); !type)
            return fail(ErrorCode::InvalidArgument,
                        "The output type of " + agent.name + ": " + type.error().message);
    for (const HookSpec &spec : p->options.team.hooks) {
        auto hook = makeCommandHook(spec, p->id, *workspace, p->stop.get_token());
        if (!hook)
            return fail(hook.error());
        p->services->hooks.add(std::move(*hook));
    }
    const std::string &memoryPath = p->options.team.memoryPath;
    auto memory =
        memory::MemoryStore::open(memoryPath.empty() ? "" : (*workspace / memoryPath).string());
    if (!memory)
        return fail(memory.error());
    p->services->memory = std::move(*memory);
    if (p->journal) {
        auto contexts = store::ContextStore::open(p->options.journalPath);
        if (!contexts)
            return fail(contexts.error());
        p->services->contexts = std::move(*contexts);
    }

    auto run = std::unique_ptr<TeamRun>(new TeamRun(std::move(p)));
    Private *d = run->d.get();
    const auto &agents = d->options.team.agents;
    const std::size_t threadCount = std::min<std::size_t>(
        agents.size(), static_cast<std::size_t>(std::max(1, d->options.team.threads)));
    for (std::size_t i = 0; i < threadCount; ++i) {
        d->threads.push_back(std::make_unique<QThread>());
        d->threads.back()->setObjectName(QStringLiteral("agents-%1").arg(i));
    }
    for (std::size_t i = 0; i < agents.size(); ++i) {
        auto *worker = new AgentWorker(agents[i], *d->services, d->stop.get_token());
        QThread *thread = d->threads[i % threadCount].get();
        worker->moveToThread(thread);
        connect(thread, &QThread::finished, worker, &QObject::deleteLater);
        connect(worker, &AgentWorker::becameIdle, run.get(),
                [self = run.get()](const QString &agent, const QString &outcome,
                                   const QString &reason) {
                    self->agentIdle(agent.toStdString(), outcome.toStdString(),
                                    reason.toStdString());
                });
        d->workers.push_back(worker);
    }
    d->services->wakeAgent = [workers = d->workers](const std::string &agent) {
        for (AgentWorker *worker : workers)
            if (worker->name() == agent)
                worker->post([worker] { worker->wake(); });
    };
    for (const auto &thread : d->threads)
        thread->start();
    d->ticker.setInterval(200);
    connect(&d->ticker, &QTimer::timeout, run.get(), [d] { d->services->publishExpired(); });
    return run;
}

TeamRun::~TeamRun()
{
    disconnect(this, nullptr, nullptr, nullptr);
    stopNow();
    // Tools first: their jobs hold pointers to the workers. They end at once, having been told to stop.
    d->services->toolPool.waitForDone();
    for (const auto &thread : d->threads)
        thread->quit();
    for (const auto &thread : d->threads)
        thread->wait();
    d->services->wakeAgent = nullptr; // nobody is left who could call it
    if (d->active)
        finish("stopped", "The run was closed.");
    if (d->services->contexts) {
        if (const auto flushed = d->services->contexts->flush(5000); !flushed)
            d->services->publish(EventKind::SaveFailed, "", {{"message", flushed.error().message}});
        d->services->contexts.reset();
    }
}

const std::string &TeamRun::id() const { return d->id; }

const RunOptions &TeamRun::options() const { return d->options; }

EventBus &TeamRun::bus() { return d->services->bus; }

bool TeamRun::isActive() const { return d->active; }

void TeamRun::start()
{
    if (d->started)
        return;
    d->started = d->active = true;
    const TeamSpec &team = d->options.team;
    Json agents = Json::array();
    for (const AgentSpec &agent : team.agents)
        agents.push_back({{"name", agent.name}, {"role", agent.role}, {"model", agent.model}});
    const auto orNull = [](const auto &value) { return value ? Json(*value) : Json(); };
    d->services->publish(
        EventKind::RunStarted, "",
        {{"team", team.name},
         {"task", d->options.task},
         {"workspace", d->services->workspace.string()},
         {"scripted", team.scripted()},
         {"agents", std::move(agents)},
         {"limits",
          {{"rpm", orNull(team.limits.rpm)},
           {"tpm", orNull(team.limits.tpm)},
           {"budget_usd", orNull(team.limits.budgetUsd)},
           {"policy", team.limits.policy == LimitPolicy::Wait ? "wait" : "refuse"}}},
         {"claim_ttl_ms", team.claimTtlMs}});
    d->ticker.start();
    answerApprovals();
    for (AgentWorker *worker : d->workers) {
        const auto spec =
            std::find_if(team.agents.begin(), team.agents.end(),
                         [&](const AgentSpec &agent) { return agent.name == worker->name(); });
        if (spec->startsOnMessage)
            d->services->publish(
                EventKind::AgentState, worker->name(),
                {{"state", toString(AgentState::Idle)}, {"reason", "waits for a message"}});
        else
            worker->markBusy();
    }
    // Only now: an agent that ends at once must not find the others idle.
    for (AgentWorker *worker : d->workers) {
        if (worker->isBusy())
            worker->post([worker, task = d->options.task] { worker->begin(task); });
    }
}

// Without a person, requests are answered from the event stream like a person would, so there is one way for both.
void TeamRun::answerApprovals()
{
    if (d->options.approvals == ApprovalMode::Ask)
        return;
    m_approvalSubscription = d->services->bus.subscribe([this] {
        QMetaObject::invokeMethod(
            this,
            [this] {
                for (const EventPtr &event : m_approvalSubscription->drain(SIZE_MAX)) {
                    if (event->kind != EventKind::ApprovalRequested)
                        continue;
                    const std::string tool = event->data.value("tool", "");
                    const auto it = d->services->tools.find(tool);
                    const bool write = it != d->services->tools.end()
                                       && it->second->category == tools::ToolCategory::Write;
                    ApprovalDecision decision;
                    decision.by = "mode";
                    if (d->options.approvals == ApprovalMode::All
                        || (d->options.approvals == ApprovalMode::Write && write))
                        decision.verdict = ApprovalDecision::Verdict::Approve;
                    else
                        decision.note = "nobody is there to approve it";
                    resolveApproval(event->data.value("call", ""), decision);
                }
            },
            Qt::QueuedConnection);
    });
}

void TeamRun::pause()
{
    if (!d->active || d->services->paused.exchange(true))
        return;
    d->services->publish(EventKind::RunPaused, "person", Json::object());
}

void TeamRun::resume()
{
    if (!d->services->paused.exchange(false))
        return;
    d->services->publish(EventKind::RunResumed, "person", Json::object());
    for (AgentWorker *worker : d->workers)
        worker->post([worker] { worker->resume(); });
}

void TeamRun::stop()
{
    if (!d->active)
        return;
    d->services->stopping = true;
    // Those that are paused hold between two calls already.
    d->services->paused = false;
    for (AgentWorker *worker : d->workers)
        worker->post([worker] { worker->resume(); });
    if (!d->anyBusy())
        finish("stopped", "Stopped by the person");
}

void TeamRun::stopNow()
{
    d->services->stopping = true;
    d->services->paused = false;
    d->stop.request_stop();
    for (AgentWorker *worker : d->workers)
        worker->post([worker] { worker->cancelNow(); });
}

void TeamRun::resolveApproval(const std::string &callId, ApprovalDecision decision)
{
    for (AgentWorker *worker : d->workers)
        worker->post([worker, callId, decision] { worker->resolve(callId, decision); });
}

void TeamRun::sendToAgent(const std::string &agent, const std::string &text)
{
    if (!d->worker(agent) || d->services->stopping)
        return;
    d->dead.erase(agent);
    if (d->started && !d->active) {
        d->active = true;
        d->services->publish(EventKind::RunResumed, "person", Json::object());
    }
    d->services->sendMessage("person", agent, text);
}

void TeamRun::releaseClaim(const std::string &agent, const std::string &file)
{
    if (const auto claim = d->services->claims.release(agent, file, d->clock.wallMs()))
        d->services->publish(EventKind::ClaimReleased, agent,
                             {{"file", claim->file},
                              {"start", claim->start},
                              {"end", claim->end},
                              {"by", "person"}});
}

void TeamRun::searchMemory(const memory::SearchQuery &query)
{
    d->services->toolPool.start([services = d->services.get(), query] {
        const auto outcome = services->memory->search(query);
        if (outcome)
            services->publish(EventKind::MemorySearched, "person", memory::toJson(query, *outcome),
                              0, outcome->elapsedUs);
        else
            services->publish(EventKind::Warning, "person",
                              {{"code", "memory"}, {"message", outcome.error().message}});
    });
}

void TeamRun::agentIdle(const std::string &agent, const std::string &outcome,
                        const std::string &reason)
{
    if (outcome != "done") {
        // What it held is given back, so that the others can go on.
        d->dead.insert(agent);
        for (const team::Claim &claim : d->services->claims.releaseAll(agent, d->clock.wallMs()))
            d->services->publish(
                EventKind::ClaimReleased, agent,
                {{"file", claim.file}, {"start", claim.start}, {"end", claim.end}});
        if (outcome == "failed" && d->firstFailure.empty())
            d->firstFailure = agent + ": " + reason;
    }
    if (!d->active)
        return;
    // First the mail, then the busy marks: whoever takes mail has marked itself before.
    const auto &members = d->services->mailbox.members();
    const bool mail = !d->services->stopping
                      && std::any_of(members.begin(), members.end(), [&](const auto &name) {
                             return !d->dead.contains(name) && d->services->mailbox.hasMail(name);
                         });
    if (mail || d->anyBusy())
        return;
    if (d->services->stopping)
        finish("stopped", "Stopped by the person");
    else if (!d->firstFailure.empty())
        finish("failed", std::exchange(d->firstFailure, {}));
    else
        finish("done", "");
}

void TeamRun::finish(const std::string &outcome, const std::string &reason)
{
    d->active = false;
    d->ticker.stop();
    d->services->publishExpired();
    d->services->publish(EventKind::RunFinished, "", {{"outcome", outcome}, {"reason", reason}});
    d->firstFailure.clear();
    emit finished(QString::fromStdString(outcome), QString::fromStdString(reason));
}

} // namespace orrery::runtime
