// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamservices.h"

#include "core/base/ids.h"
#include "core/runtime/agentrequest.h"
#include "core/runtime/sharedstores.h"
#include "core/runtime/teamkeys.h"

#include <QRandomGenerator>

#include <algorithm>

namespace orrery::runtime {

namespace {

tools::PermissionPolicy policyOf(const Permissions &permissions)
{
    using Mode = tools::PermissionPolicy::Mode;
    tools::PermissionPolicy policy;
    policy.mode = permissions.mode == "permissive" ? Mode::Permissive
                  : permissions.mode == "strict"   ? Mode::Strict
                                                   : Mode::Default;
    policy.deny = permissions.deny;
    policy.denyPrefixes = permissions.denyPrefixes;
    policy.allow = permissions.only;
    policy.allowPrefixes = permissions.onlyPrefixes;
    policy.approvalRequired = permissions.approve;
    policy.allowUnattendedExecute = permissions.allowUnattendedExecute;
    return policy;
}

/// TeamRun::create() has said what is wrong with them, if anything is.
const ModelTable &modelsOf(const TeamSpec &team)
{
    const auto models = ModelTable::ofTeam(team.providers, team.file);
    return models ? **models : ModelTable::own();
}

team::LimiterConfig limiterConfigOf(const TeamSpec &team)
{
    team::LimiterConfig config;
    config.rpm = team.limits.rpm;
    config.tpm = team.limits.tpm;
    config.budgetUsd = team.limits.budgetUsd;
    for (const AgentSpec &agent : team.agents)
        if (agent.budgetUsd)
            config.agentBudgetsUsd.emplace(agent.name, *agent.budgetUsd);
    return config;
}

} // namespace

TeamServices::TeamServices(std::string runId, TeamSpec spec, std::filesystem::path folder,
                           const Clock &systemClock, store::JournalWriter *journal)
    : run(std::move(runId)), team(std::move(spec)), models(modelsOf(team)),
      workspace(std::move(folder)), clock(systemClock), secrets(keysOf(team, models)),
      bus(systemClock, journal, secrets),
      claims(team.claimTtlMs, members,
             [this](std::uint64_t number, const ClaimEvent &event) {
                 publish(event.kind, event.claim.agent, dataOf(event, number));
             }),
      limiter(limiterConfigOf(team), team.limits.policy,
              [this](std::uint64_t number, const LimiterEvent &event) { tellOf(event, number); }),
      chance([] { return QRandomGenerator::global()->generateDouble(); }),
      embedder(team.memory, models), policy(policyOf(team.permissions)),
      schemas([this](const std::string &name) { return view(tools.at(name)); }),
      // Tools block, so there may be more of them at once than there are cores.
      tasks(std::max<int>(8, 2 * static_cast<int>(team.agents.size())))
{
    for (const AgentSpec &agent : team.agents) {
        members.join({agent.name, agent.role, agent.model, {}, 0});
        mailbox.open(agent.name);
    }
    writeGate = makeClaimGate(*this);
    tools.add(tools::fileTools());
    tools.add(teamTools(*this));
    tools.add(resultTools(*this));
    tools.add(memoryTools(*this));
    tools.add(sharedStoreTools(*this));
    if (team.subAgents.any())
        tools.add(delegationTools(*this));
}

bool TeamServices::offersCommands() const
{
    return !policy.isBlocked("bash")
           && std::any_of(team.agents.begin(), team.agents.end(),
                          [](const AgentSpec &agent) { return agent.tools.has("bash"); });
}

std::uint64_t TeamServices::publish(EventKind kind, const std::string &agent, EventData data,
                                    std::uint64_t parent, std::int64_t durationUs)
{
    Event event;
    event.kind = kind;
    event.run = run;
    event.agent = agent;
    event.parent = parent;
    event.durationUs = durationUs;
    event.data = std::move(data);
    return bus.publish(std::move(event));
}

void TeamServices::publishExpired()
{
    claims.expire(clock.wallMs());
    limiter.pump(clock.wallMs());
}

void TeamServices::tellOf(const LimiterEvent &event, std::uint64_t number)
{
    publish(event.kind, event.agent, dataOf(event, number));
    if (event.kind == EventKind::LimiterExpired)
        publish(EventKind::Warning, event.agent,
                {{"code", "reservation_expired"},
                 {"message", "A call of " + event.agent
                                 + " has not told what it used in time; its reservation of "
                                 + std::to_string(event.tokens) + " tokens was given back."}});
}

bool TeamServices::sendMessage(const std::string &from, const std::string &to,
                               const std::string &text)
{
    if (!members.has(to))
        return false;
    const std::string id = newId("msg");
    {
        std::lock_guard lock(m_post);
        // Published first: its delivery may be published by another thread at once.
        publish(EventKind::PeerMessageSent, from, {{"id", id}, {"to", to}, {"text", text}});
        mailbox.send({id, from, to, text, false});
    }
    if (wakeAgent)
        wakeAgent(to);
    return true;
}

int TeamServices::broadcastMessage(const std::string &from, const std::string &text)
{
    int count;
    {
        std::lock_guard lock(m_post);
        count = postToAll(from, text);
    }
    wakeAllBut(from);
    return count;
}

int TeamServices::postToAll(const std::string &from, const std::string &text)
{
    const std::string id = newId("msg");
    publish(EventKind::PeerMessageSent, from, {{"id", id}, {"to", nullptr}, {"text", text}});
    int count = 0;
    for (const team::Member &member : members.list())
        // Sub-agents work on one task and are not disturbed.
        if (member.name != from && member.depth == 0)
            count += mailbox.send({id, from, member.name, text, true});
    return count;
}

void TeamServices::wakeAllBut(const std::string &agent)
{
    if (!wakeAgent)
        return;
    for (const team::Member &member : members.list())
        if (member.name != agent && member.depth == 0)
            wakeAgent(member.name);
}

void TeamServices::shareDiscovery(team::Discovery discovery)
{
    const std::string from = discovery.agent;
    {
        std::lock_guard lock(m_post);
        publish(EventKind::DiscoveryShared, from,
                {{"topic", discovery.topic}, {"text", discovery.content}});
        postToAll(from, "Discovery (" + discovery.topic.get<std::string>()
                            + "): " + discovery.content.get<std::string>());
        discoveries.share(std::move(discovery));
    }
    wakeAllBut(from);
}

} // namespace orrery::runtime
