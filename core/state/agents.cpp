// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/state/agents.h"

#include "core/base/saturated.h"

#include "core/model/eventcolumns.h"

namespace orrery::state {

namespace {

AgentState endOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Done: return AgentState::Done;
    case Outcome::Stopped: return AgentState::Stopped;
    case Outcome::Crashed: return AgentState::Crashed;
    default: return AgentState::Failed;
    }
}

bool hasFailed(AgentState state)
{
    return state == AgentState::Failed || state == AgentState::Crashed;
}

void addAnswer(Agent &agent, const store::EventRow &row)
{
    addSaturated(agent.tokens, row.tokens);
    addSaturated(agent.outputTokens, row.outputTokens);
    addSaturated(agent.costNanoUsd, std::max<std::int64_t>(0, row.costNanoUsd));
    ++(row.costNanoUsd < 0 ? agent.unpriced : agent.priced);
}

} // namespace

const Agent *Agents::find(std::string_view name) const
{
    const auto place = m_places->find(name);
    return place == m_places->end() ? nullptr : &(*m_all)[place->second];
}

std::size_t Agents::placeOf(std::string_view name)
{
    if (const auto place = m_places->find(name); place != m_places->end())
        return place->second;
    const std::size_t place = m_all->size();
    m_places.change().emplace(name, place);
    m_all.change().emplace_back().name = name;
    return place;
}

void Agents::startRun(const StateEvent &event)
{
    for (Agent &agent : m_all.change()) {
        Agent fresh;
        fresh.name = agent.name;
        fresh.role = agent.role;
        fresh.model = agent.model;
        agent = std::move(fresh);
    }
    event.data().at("agents").each([this](const JsonView &each) {
        const JsonFields spec(each);
        const std::string name = spec.text("name");
        if (name.empty())
            return;
        const std::size_t place = placeOf(name);
        Agent &agent = m_all.change()[place];
        agent.role = spec.text("role");
        agent.model = spec.text("model");
    });
}

void Agents::apply(const StateEvent &event)
{
    if (event.kind() == EventKind::RunStarted)
        return startRun(event);
    // Pieces of answers come by the thousand and change nothing here.
    if (event.kind() == EventKind::ModelDelta || !event.isAgents())
        return;
    const std::size_t place = placeOf(event.agent());
    switch (event.kind()) {
    case EventKind::AgentJoined:
    case EventKind::AgentLeft:
    case EventKind::AgentStarted:
    case EventKind::AgentState:
    case EventKind::AgentFinished:
    case EventKind::MessageAdded:
    case EventKind::IterationStarted:
    case EventKind::ResponseReceived:
    case EventKind::RequestFailed:
    case EventKind::ToolStarted:
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
    case EventKind::LimiterAcquired:
    case EventKind::ClaimDenied: applyTo(m_all.change()[place], event); break;
    default: break;
    }
}

void Agents::applyTo(Agent &agent, const StateEvent &event)
{
    const std::uint64_t seq = event.seq();
    switch (event.kind()) {
    case EventKind::AgentJoined:
        agent.role = event.data().text("role");
        agent.model = event.data().text("model");
        agent.parent = event.data().text("parent");
        break;
    case EventKind::AgentLeft:
        if (agent.state != AgentState::Done && !hasFailed(agent.state))
            agent.state = AgentState::Stopped;
        agent.stateSeq = seq;
        break;
    case EventKind::AgentStarted:
        if (agent.parent.empty())
            agent.role = event.data().text("role");
        agent.model = event.data().text("model");
        agent.errorSeq = 0;
        break;
    case EventKind::AgentState:
        agent.state = AgentState(event.row().detail);
        agent.stateSeq = seq;
        if (agent.state != AgentState::WaitingRate && agent.state != AgentState::WaitingClaim)
            agent.waitSeq = 0;
        break;
    case EventKind::AgentFinished:
        agent.state = endOf(Outcome(event.row().detail));
        agent.stateSeq = agent.finishedSeq = seq;
        agent.waitSeq = 0;
        if (hasFailed(agent.state))
            agent.errorSeq = seq;
        break;
    case EventKind::MessageAdded:
        if (MessageRole(event.row().detail) == MessageRole::Assistant)
            agent.saidSeq = seq;
        break;
    case EventKind::IterationStarted: agent.iteration = event.data().count("n"); break;
    case EventKind::ResponseReceived: addAnswer(agent, event.row()); break;
    case EventKind::RequestFailed: agent.errorSeq = seq; break;
    case EventKind::ToolStarted: agent.toolSeq = seq; break;
    case EventKind::LimiterAcquired: agent.waitSeq = 0; break;
    default: agent.waitSeq = seq; break; // a limiter or a claim makes it wait
    }
}

} // namespace orrery::state
