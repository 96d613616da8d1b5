// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamrun.h"

#include "core/base/ids.h"
#include "core/llm/structuredoutput.h"
#include "core/model/contextcodec.h"
#include "core/runtime/commandhook.h"
#include "core/runtime/protection.h"
#include "core/runtime/sharedstores.h"
#include "core/runtime/teamrun_p.h"
#include "core/runtime/workspace.h"

#include <algorithm>
#include <map>
#include <utility>

namespace orrery::runtime {

namespace {

/// What the agents of an earlier run knew, by name. An error when it left nothing for any of them.
Result<std::map<std::string, Context>> contextsOf(const std::string &run, const TeamSpec &team,
                                                  store::ContextStore *contexts)
{
    if (!contexts)
        return fail(ErrorCode::InvalidArgument,
                    "Without a journal there is no earlier run to go on from.");
    std::map<std::string, Context> found;
    for (const AgentSpec &agent : team.agents) {
        const auto saved = contexts->load(run + "/" + agent.name);
        if (!saved && saved.error().code == ErrorCode::NotFound)
            continue; // new in the team, or it had nothing to do
        if (!saved)
            return fail(saved.error());
        auto context = deserializeContext(*saved);
        if (!context)
            return fail(ErrorCode::Database, "The saved context of " + run + "/" + agent.name + ": "
                                                 + context.error().message + " "
                                                 + context.error().detail);
        found.emplace(agent.name, std::move(*context));
    }
    if (found.empty())
        return fail(ErrorCode::NotFound, "The journal holds no saved context of run " + run
                                             + " for an agent of team " + team.name + ".");
    return found;
}

} // namespace

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
    p->services->trusted = trustedFilesOf(p->options, *workspace);
    p->services->sandbox = std::make_shared<tools::CommandSandbox>(
        sandboxPolicyOf(p->options.team.permissions), *workspace, p->services->trusted);
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
    auto memory = memory::Memory::open(memoryPath.empty() ? "" : (*workspace / memoryPath).string(),
                                       p->services->embedder.embedder());
    if (!memory)
        return fail(memory.error());
    p->services->memory = std::move(*memory);
    p->services->embedder.grew(*p->services->memory);
    if (const auto opened = openSharedStores(*p->services); !opened)
        return fail(opened.error());
    if (p->journal) {
        auto contexts = store::ContextStore::open(p->options.journalPath);
        if (!contexts)
            return fail(contexts.error());
        p->services->contexts = std::move(*contexts);
    }

    std::map<std::string, Context> continued;
    if (!p->options.continuedRun.empty()) {
        auto found =
            contextsOf(p->options.continuedRun, p->options.team, p->services->contexts.get());
        if (!found)
            return fail(found.error());
        continued = std::move(*found);
    }
    if (p->options.makeModelClient)
        p->services->makeModelClient = p->options.makeModelClient;

    auto run = std::unique_ptr<TeamRun>(new TeamRun(std::move(p)));
    Private *d = run->d.get();
    d->crew = std::make_unique<Crew>(d->options.team.threads);
    d->delegations = std::make_unique<Delegations>(
        d->options.team.subAgents,
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
    for (const AgentSpec &agent : d->options.team.agents) {
        AgentWorker *worker = run->hire(agent, 0);
        if (auto node = continued.extract(agent.name))
            worker->post(
                [worker, session = d->options.continuedRun + "/" + agent.name,
                 context = std::move(node.mapped())] { worker->restore(session, context); });
    }
    d->ticker.setInterval(200);
    connect(&d->ticker, &QTimer::timeout, run.get(), [d] { d->services->publishExpired(); });
    return run;
}

AgentWorker *TeamRun::hire(const AgentSpec &spec, int depth)
{
    AgentSpec told = spec;
    told.instructions = instructionsWithStores(spec, *d->services);
    auto *worker = new AgentWorker(std::move(told), *d->services, d->stop.get_token(), depth);
    connect(worker, &AgentWorker::becameIdle, this,
            [this](const QString &agent, const QString &outcome, const QString &reason,
                   const QString &output) {
                agentIdle(agent.toStdString(), outcome.toStdString(), reason.toStdString(),
                          output.toStdString());
            });
    connect(worker, &AgentWorker::timedOut, this, [this](const QString &agent) {
        // Somebody may have given it work in the meantime.
        if (const AgentWorker *idle = d->crew->find(agent.toStdString()); idle && !idle->isBusy())
            leave(agent.toStdString(),
                  "Idle for " + std::to_string(idle->spec().inactivityTimeoutMs / 1000) + " s");
    });
    d->crew->add(worker);
    return worker;
}

TeamRun::~TeamRun()
{
    disconnect(this, nullptr, nullptr, nullptr);
    stopNow();
    // Tools first: their jobs hold pointers to the workers. They end at once, having been told to stop.
    d->services->toolPool.waitForDone();
    d->crew->stop();
    if (d->active)
        finish("stopped", "The run was closed.");
    if (d->services->contexts) {
        if (const auto flushed = d->services->contexts->close(5000); !flushed)
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
    if (d->services->offersCommands())
        started["sandbox"] = d->services->sandbox->description();
    d->services->publish(EventKind::RunStarted, "", std::move(started));
    publishLoaded(*d->services);
    d->ticker.start();
    answerApprovals();
    for (AgentWorker *worker : d->crew->all()) {
        if (worker->spec().startsOnMessage)
            d->services->publish(
                EventKind::AgentState, worker->name(),
                {{"state", toString(AgentState::Idle)}, {"reason", "waits for a message"}});
        else
            worker->markBusy();
    }
    // Only now: an agent that ends at once must not find the others idle.
    for (AgentWorker *worker : d->crew->all()) {
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
    d->dead.insert(agent);
    d->releaseClaims(agent);
    d->services->publish(
        EventKind::AgentLeft, agent,
        {{"reason", reason}, {"lost_messages", d->services->mailbox.close(agent)}});
}

Result<void> TeamRun::spawn(AgentSpec spec, team::Member member, const std::string &task)
{
    if (d->crew->find(spec.name))
        return fail(ErrorCode::Conflict, "There is an agent called " + spec.name + " already.");
    member.name = spec.name;
    member.role = spec.role;
    member.model = spec.model;
    join(member, task);
    AgentWorker *worker = hire(spec, member.depth);
    if (!d->started || (task.empty() && spec.startsOnMessage))
        return {};
    goOn();
    worker->markBusy();
    d->crew->post(spec.name, [task](AgentWorker &newcomer) { newcomer.begin(task); });
    return {};
}

void TeamRun::delegate(const std::string &agent, const std::vector<SubTask> &tasks,
                       const Delegations::Done &done)
{
    const AgentWorker *parent = d->crew->find(agent);
    const auto member = d->services->members.find(agent);
    if (!parent || !member || d->services->stopping) {
        done(fail(ErrorCode::Cancelled, "The run is being stopped."));
        return;
    }
    d->delegations->start(parent->spec(), *member, tasks, done);
}

void TeamRun::agentIdle(const std::string &agent, const std::string &outcome,
                        const std::string &reason, const std::string &output)
{
    if (outcome != "done") {
        // What it held is given back, so that the others can go on.
        d->dead.insert(agent);
        d->releaseClaims(agent);
        d->stopChildren(agent);
    }
    if (d->delegations->ended(agent, outcome == "done", outcome == "done" ? output : reason)) {
        leave(agent, outcome == "done" ? "Its task is done" : reason);
        d->gone.insert(agent);
        d->crew->post(agent, [](AgentWorker &worker) { worker.retire(); });
    } else if (outcome == "crashed") {
        leave(agent, reason);
        d->gone.insert(agent);
    }
    const bool failed = outcome == "failed" || outcome == "crashed";
    // A sub-agent's failure is its parent's to deal with.
    if (failed && d->crew->find(agent)->depth() == 0 && d->firstFailure.empty())
        d->firstFailure = agent + ": " + reason;
    if (!d->active)
        return;
    // First the mail, then the busy marks: whoever takes mail has marked itself before.
    const auto members = d->services->members.list();
    const bool mail =
        !d->services->stopping
        && std::any_of(members.begin(), members.end(), [&](const team::Member &member) {
               return !d->dead.contains(member.name) && d->services->mailbox.hasMail(member.name);
           });
    if (mail || d->crew->anyBusy())
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
