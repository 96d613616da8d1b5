// SPDX-License-Identifier: GPL-3.0-or-later
// What a person may do to a run and to the agents in it.
#include "core/memory/searchjson.h"
#include "core/runtime/sharedstores.h"
#include "core/runtime/teamrun_p.h"

namespace orrery::runtime {

void TeamRun::pause()
{
    if (d->active && d->services->control.pause())
        d->services->publish(EventKind::RunPaused, "person", Json::object());
}

void TeamRun::resume()
{
    if (!d->services->control.resume())
        return;
    d->services->publish(EventKind::RunResumed, "person", Json::object());
    d->tellGate();
}

void TeamRun::pauseAgent(const std::string &agent) { d->services->control.pauseAgent(agent); }

void TeamRun::resumeAgent(const std::string &agent)
{
    d->services->control.resumeAgent(agent);
    d->crew->post(agent, [](AgentWorker &worker) { worker.gateChanged(); });
}

void TeamRun::stop()
{
    if (!d->active || d->closing)
        return;
    d->services->control.stop();
    d->tellGate();
    endIfOver();
}

void TeamRun::stopNow()
{
    if (d->closing)
        return;
    d->services->control.stop();
    d->stop.request_stop();
    d->crew->postAll([](AgentWorker &worker) { worker.cancelNow(); });
    endIfOver();
}

void TeamRun::resolveApproval(const std::string &approval, ApprovalDecision decision)
{
    d->services->approvals.resolve(approval, std::move(decision));
}

// A run that has ended goes on as soon as somebody has something to do.
void TeamRun::goOn()
{
    if (!d->started || d->active)
        return;
    d->active = true;
    d->ticker.start();
    d->services->publish(EventKind::RunResumed, "person", Json::object());
}

bool TeamRun::reopen(const std::string &agent)
{
    AgentWorker *worker = d->crew->find(agent);
    if (!worker || d->services->control.isStopping())
        return false;
    if (!d->services->members.has(agent)) {
        const AgentSpec &spec = worker->spec();
        if (d->orchestrator.isDismissed(agent))
            return false;
        join({spec.name, spec.role, spec.model, {}, 0}, {});
    }
    d->orchestrator.comeBack(agent);
    worker->post([worker] { worker->revive(); });
    goOn();
    return true;
}

void TeamRun::sendToAgent(const std::string &agent, const std::string &text)
{
    if (reopen(agent))
        d->services->sendMessage("person", agent, text);
}

void TeamRun::interruptAgent(const std::string &agent, const std::string &text)
{
    if (!reopen(agent))
        return;
    d->stopChildren(agent);
    d->crew->find(agent)->markBusy();
    d->crew->post(agent, [text](AgentWorker &worker) { worker.interrupt(text); });
}

void TeamRun::cancelAgent(const std::string &agent)
{
    d->crew->post(agent, [](AgentWorker &worker) { worker.cancelNow(); });
}

void TeamRun::clearHistory(const std::string &agent)
{
    d->crew->post(agent, [](AgentWorker &worker) { worker.clearHistory(); });
}

void TeamRun::saveAgent(const std::string &agent)
{
    d->crew->post(agent, [](AgentWorker &worker) { worker.saveNow(); });
}

void TeamRun::loadAgent(const std::string &agent, const std::string &session)
{
    d->crew->post(agent, [session](AgentWorker &worker) { worker.load(session); });
}

Result<void> TeamRun::spawnAgent(AgentSpec spec, const std::string &task)
{
    if (d->services->control.isStopping())
        return fail(ErrorCode::Cancelled, "The run is being stopped.");
    // As for an agent of the team file that says nothing of them.
    if (spec.context == ContextRules())
        spec.context = d->options.team.context;
    if (spec.results == ResultRules())
        spec.results = d->options.team.results;
    return spawn(std::move(spec), {}, task);
}

void TeamRun::removeAgent(const std::string &agent)
{
    cancelAgent(agent);
    leave(agent, "Removed by the person");
}

std::vector<team::Member> TeamRun::members() const { return d->services->members.list(); }

void TeamRun::releaseClaim(const std::string &agent, const std::string &file)
{
    d->services->claims.release(agent, file, d->clock.wallMs(), "person");
}

void TeamRun::searchMemory(memory::SearchQuery query)
{
    if (query.rank.nowMs == 0)
        query.rank.nowMs = d->clock.wallMs();
    d->services->tasks.start([services = d->services.get(), query = std::move(query)] {
        const auto outcome = services->memory->search(query);
        if (outcome)
            services->publish(EventKind::MemorySearched, "person", memory::toJson(query, *outcome),
                              0, outcome->elapsedUs);
        else
            services->publish(EventKind::Warning, "person",
                              {{"code", "memory"}, {"message", outcome.error().message}});
    });
}

void TeamRun::ingest(const std::string &title, const std::string &content)
{
    d->services->tasks.start([services = d->services.get(), title, content] {
        ingestForPerson(*services, title, content);
    });
}

} // namespace orrery::runtime
