// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamrun.h"

#include "core/model/modeltable.h"
#include "core/base/ids.h"
#include "core/llm/structuredoutput.h"
#include "core/runtime/attachments.h"
#include "core/runtime/commandhook.h"
#include "core/runtime/protection.h"
#include "core/runtime/sharedstores.h"
#include "core/runtime/teamkeys.h"
#include "core/runtime/teamrun_p.h"
#include "core/runtime/workspace.h"

#include <utility>

namespace orrery::runtime {

TeamRun::TeamRun(std::unique_ptr<Private> p) : d(std::move(p)) {}

Result<std::unique_ptr<TeamRun>> TeamRun::create(RunOptions options)
{
    auto p = std::make_unique<Private>();
    p->hasNewTask = !options.task.empty() || !options.attachments.empty();
    if (options.task.empty())
        options.task = options.team.task;
    p->id = newId("run");
    const auto models = ModelTable::ofTeam(options.team.providers, options.team.file);
    if (!models)
        return fail(models.error());
    for (const AgentSpec &agent : options.team.agents) {
        auto parts = loadAttachments(agent, options.attachments, **models);
        if (!parts)
            return fail(parts.error());
        if (!parts->empty())
            p->attachments.emplace(agent.name, std::move(*parts));
    }
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
    p->services->trusted = trustedFilesOf(p->options, *workspace);
    p->services->sandbox = std::make_shared<tools::CommandSandbox>(
        sandboxPolicyOf(p->options.team.permissions), *workspace, p->services->trusted);
    for (const AgentSpec &agent : p->options.team.agents)
        if (const auto type = llm::outputTypeFromJson(agent.outputType); !type)
            return fail(ErrorCode::InvalidArgument,
                        "The output type of " + agent.name + ": " + type.error().message);
    for (const HookSpec &spec : p->options.team.hooks) {
        auto hook =
            makeCommandHook(spec, p->id, *workspace, p->stop.get_token(), p->services->secrets);
        if (!hook)
            return fail(hook.error());
        p->services->hooks.add(std::move(*hook));
    }
    const std::string &memoryPath = p->options.team.memoryPath;
    auto memory = memory::Memory::open(memoryPath.empty() ? "" : (*workspace / memoryPath).string(),
                                       p->services->embedder.embedder());
    if (!memory)
        return fail(memory.error());
    p->services->memory = std::move(*memory);
    p->services->embedder.grew(*p->services->memory);
    if (const auto opened = openSharedStores(*p->services); !opened)
        return fail(opened.error());
    if (p->journal) {
        auto contexts = store::ContextStore::open(p->options.journalPath, p->journal->right());
        if (!contexts)
            return fail(contexts.error());
        p->services->contexts = std::move(*contexts);
        p->services->results.setJournal(p->options.journalPath);
    }

    if (!p->options.continuedRun.empty()) {
        auto continued =
            Continuation::read(p->options.continuedRun, p->options.journalPath, p->options.team,
                               *p->services->secrets, p->services->contexts.get());
        if (!continued)
            return fail(continued.error());
        p->continuation = std::move(*continued);
        p->continuation->fill(*p->services);
    }
    if (p->options.chance)
        p->services->chance = p->options.chance;
    if (p->options.makeModelClient)
        p->services->makeModelClient = p->options.makeModelClient;

    auto run = std::unique_ptr<TeamRun>(new TeamRun(std::move(p)));
    Private *d = run->d.get();
    d->crew = std::make_unique<Crew>(d->options.team.threads);
    d->delegations = std::make_unique<Delegations>(
        d->options.team.subAgents, d->services->tools,
        [self = run.get()](AgentSpec spec, const team::Member &member, const std::string &task) {
            return self->spawn(std::move(spec), member, task);
        });
    d->services->wakeAgent = [crew = d->crew.get()](const std::string &agent) {
        crew->post(agent, [](AgentWorker &worker) { worker.wake(); });
    };
    d->services->delegate = [self = run.get()](const std::string &agent, std::vector<SubTask> tasks,
                                               Delegations::Done done) {
        QMetaObject::invokeMethod(
            self,
            [self, agent, tasks = std::move(tasks), done = std::move(done)] {
                self->delegate(agent, tasks, done);
            },
            Qt::QueuedConnection);
    };
    for (const AgentSpec &agent : d->options.team.agents)
        run->hire(agent, {});
    if (d->journal)
        d->journal->onProblem([self = run.get()](const std::optional<Error> &problem) {
            QMetaObject::invokeMethod(
                self,
                [self, text = QString::fromStdString(problem ? problem->message : "")] {
                    emit self->journalProblem(text);
                },
                Qt::QueuedConnection);
        });
    d->ticker.setInterval(200);
    connect(&d->ticker, &QTimer::timeout, run.get(), [d] { d->services->publishExpired(); });
    return run;
}

AgentWorker *TeamRun::hire(const AgentSpec &spec, std::vector<std::string> ancestors)
{
    addKeys(*d->services->secrets, spec);
    AgentSpec told = spec;
    told.instructions = instructionsWithStores(spec, *d->services);
    auto *worker =
        new AgentWorker(std::move(told), *d->services, d->stop.get_token(), std::move(ancestors));
    connect(worker, &AgentWorker::becameIdle, this,
            [this](const QString &agent, const QString &outcome, const QString &reason,
                   const QString &output) {
                agentIdle(agent.toStdString(), outcome.toStdString(), reason.toStdString(),
                          output.toStdString());
            });
    connect(worker, &AgentWorker::timedOut, this, [this](const QString &agent) {
        // Somebody may have given it work in the meantime.
        if (d->closing)
            return;
        if (const AgentWorker *idle = d->crew->find(agent.toStdString()); idle && !idle->isBusy())
            leave(agent.toStdString(),
                  "Idle for " + std::to_string(idle->spec().inactivityTimeoutMs / 1000) + " s");
    });
    d->crew->add(worker);
    return worker;
}

// Jobs first: they end at once, having been told to stop. What they and the agents still send back finds nobody.
void TeamRun::Private::windDown()
{
    services->tasks.drain();
    crew->stop();
    if (!services->contexts)
        return;
    if (const auto flushed = services->contexts->close(5000); !flushed)
        services->publish(EventKind::SaveFailed, "", {{"message", flushed.error().message}});
}

void TeamRun::close()
{
    if (d->closing)
        return;
    stopNow();
    d->closing = true;
    d->ticker.stop();
    d->services->tasks.close();
    d->crew->close();
    d->ending = std::thread([this] {
        d->windDown();
        QMetaObject::invokeMethod(
            this,
            [this] {
                if (d->active)
                    finish("stopped", "The run was closed.");
                emit closed();
            },
            Qt::QueuedConnection);
    });
}

TeamRun::~TeamRun()
{
    disconnect(this, nullptr, nullptr, nullptr);
    close();
    d->ending.join();
    if (d->active)
        finish("stopped", "The run was closed.");
    d->services->contexts.reset();
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
    Json started = {{"team", team.name},
                    {"task", d->options.task},
                    {"workspace", d->services->workspace.string()},
                    {"scripted", team.scripted()},
                    {"agents", std::move(agents)},
                    {"limits",
                     {{"rpm", orNull(team.limits.rpm)},
                      {"tpm", orNull(team.limits.tpm)},
                      {"budget_usd", orNull(team.limits.budgetUsd)},
                      {"policy", team.limits.policy == LimitPolicy::Wait ? "wait" : "refuse"}}},
                    {"claim_ttl_ms", team.claimTtlMs}};
    if (!d->options.continuedRun.empty())
        started["continues"] = d->options.continuedRun;
    if (d->services->offersCommands())
        started["sandbox"] = d->services->sandbox->description();
    d->services->publish(EventKind::RunStarted, "", std::move(started));
    publishLoaded(*d->services);
    d->ticker.start();
    if (d->options.approvals != ApprovalMode::Ask)
        d->standIn = std::make_unique<ApprovalStandIn>(d->options.approvals, *d->services);
    if (d->continuation) {
        d->continuation->claim(*d->services);
        restoreAll();
    }
    if (d->continuation && !d->hasNewTask && d->continuation->hasOpenWork(*d->services))
        goOnWhereItEnded();
    else
        beginAll();
}

// Behind run_started, which says what this run goes on from, and not before anybody listens.
void TeamRun::restoreAll()
{
    for (AgentWorker *worker : d->crew->all())
        if (const RecoveredAgent *left = d->continuation->find(worker->name()))
            worker->post([worker, session = d->options.continuedRun + "/" + worker->name(),
                          context = left->context] { worker->restore(session, context); });
}

void TeamRun::beginAll()
{
    for (AgentWorker *worker : d->crew->all()) {
        if (worker->spec().startsOnMessage && !d->services->mailbox.hasMail(worker->name()))
            tellIdle(*worker);
        else
            worker->markBusy();
    }
    // Only now: an agent that ends at once must not find the others idle.
    for (AgentWorker *worker : d->crew->all()) {
        if (!worker->isBusy())
            continue;
        if (worker->spec().startsOnMessage)
            worker->post([worker] { worker->wake(); });
        else
            worker->post([worker, task = d->options.task,
                          attachments = d->takeAttachments(worker->name())]() mutable {
                worker->begin(task, std::move(attachments));
            });
    }
}

// Those that were at work take it up again, without being asked anew; the others wait for a message, if none waits for them.
void TeamRun::goOnWhereItEnded()
{
    for (AgentWorker *worker : d->crew->all()) {
        const RecoveredAgent *left = d->continuation->find(worker->name());
        if ((left && left->wasAtWork) || d->services->mailbox.hasMail(worker->name()))
            worker->markBusy();
        else
            tellIdle(*worker);
    }
    for (AgentWorker *worker : d->crew->all())
        if (worker->isBusy())
            worker->post([worker] { worker->goOn(); });
}

void TeamRun::tellIdle(const AgentWorker &worker)
{
    d->services->publish(
        EventKind::AgentState, worker.name(),
        {{"state", toString(AgentState::Idle)}, {"reason", "waits for a message"}});
}

void TeamRun::join(const team::Member &member, const std::string &task)
{
    d->services->members.join(member);
    d->services->mailbox.open(member.name);
    d->services->publish(EventKind::AgentJoined, member.name,
                         {{"role", member.role},
                          {"model", member.model},
                          {"parent", member.parent},
                          {"task", task}});
}

void TeamRun::leave(const std::string &agent, const std::string &reason)
{
    if (!d->services->members.leave(agent))
        return;
    d->orchestrator.drop(agent);
    d->releaseClaims(agent);
    d->services->publish(
        EventKind::AgentLeft, agent,
        {{"reason", reason}, {"lost_messages", d->services->mailbox.close(agent)}});
}

Result<void> TeamRun::spawn(AgentSpec spec, team::Member member, const std::string &task)
{
    if (d->crew->find(spec.name))
        return fail(ErrorCode::Conflict, "There is an agent called " + spec.name + " already.");
    if (const auto unknown = d->services->tools.unknownOf(spec.tools.list()); !unknown.empty())
        return fail(ErrorCode::InvalidArgument, "The tools of " + spec.name
                                                    + ": there is none called " + unknown.front()
                                                    + " in this team.");
    auto attachments = loadAttachments(spec, {}, d->services->models);
    if (!attachments)
        return fail(attachments.error());
    member.name = spec.name;
    member.role = spec.role;
    member.model = spec.model;
    join(member, task);
    // A sub-agent spends what its parents have.
    if (spec.budgetUsd && member.parent.empty())
        d->services->limiter.setAgentBudget(spec.name, *spec.budgetUsd);
    AgentWorker *worker = hire(spec, d->services->members.parentsOf(spec.name));
    if (!d->started || (task.empty() && spec.startsOnMessage))
        return {};
    goOn();
    worker->markBusy();
    d->crew->post(spec.name, [task, attachments = std::move(*attachments)](AgentWorker &newcomer) {
        newcomer.begin(task, attachments);
    });
    return {};
}

void TeamRun::delegate(const std::string &agent, const std::vector<SubTask> &tasks,
                       const Delegations::Done &done)
{
    const AgentWorker *parent = d->crew->find(agent);
    const auto member = d->services->members.find(agent);
    if (!parent || !member || d->services->control.isStopping()) {
        done(fail(ErrorCode::Cancelled, "The run is being stopped."));
        return;
    }
    d->delegations->start(parent->spec(), *member, tasks, done);
}

void TeamRun::agentIdle(const std::string &agent, const std::string &outcome,
                        const std::string &reason, const std::string &output)
{
    if (d->closing)
        return;
    d->crew->find(agent)->endIsHeard();
    const bool done = outcome == "done";
    if (!done) {
        // What it held is given back, so that the others can go on.
        d->orchestrator.drop(agent);
        d->releaseClaims(agent);
        d->stopChildren(agent);
    }
    if (d->delegations->ended(agent, done, done ? output : reason)) {
        leave(agent, done ? "Its task is done" : reason);
        d->orchestrator.dismiss(agent);
        d->crew->post(agent, [](AgentWorker &worker) { worker.retire(); });
    } else if (outcome == "crashed") {
        leave(agent, reason);
        d->orchestrator.dismiss(agent);
    }
    // A sub-agent's failure is its parent's to deal with.
    if ((outcome == "failed" || outcome == "crashed") && !d->crew->find(agent)->isSubAgent())
        d->orchestrator.noteFailure(agent + ": " + reason);
    endIfOver();
}

void TeamRun::endIfOver()
{
    if (!d->active)
        return;
    const auto end = d->orchestrator.end(d->services->members, d->services->mailbox,
                                         d->services->control.isStopping(),
                                         [this] { return d->crew->anyBusy(); });
    if (end)
        finish(end->outcome, end->reason);
}

void TeamRun::finish(const std::string &outcome, const std::string &reason)
{
    d->active = false;
    d->ticker.stop();
    d->services->publishExpired();
    d->services->publish(EventKind::RunFinished, "", {{"outcome", outcome}, {"reason", reason}});
    emit finished(QString::fromStdString(outcome), QString::fromStdString(reason));
}

} // namespace orrery::runtime
