// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/teamservices.h"

#include "core/base/ids.h"
#include "core/runtime/agentrequest.h"
#include "core/runtime/sharedstores.h"

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
    : run(std::move(runId)), team(std::move(spec)), workspace(std::move(folder)),
      clock(systemClock), bus(systemClock, journal), claims(team.claimTtlMs),
      limiter(limiterConfigOf(team), team.limits.policy),
      hasLimits(team.limits.any() || !limiter.limiter().config().agentBudgetsUsd.empty()),
      embedder(team.memory.embedder), policy(policyOf(team.permissions)),
      schemas([this](const std::string &name) { return view(tools.at(name)); })
{
    for (const AgentSpec &agent : team.agents) {
        members.join({agent.name, agent.role, agent.model, {}, 0});
        mailbox.open(agent.name);
    }
    writeGate = makeClaimGate(*this);
    const auto add = [this](const std::vector<tools::ToolPtr> &list) {
        for (const tools::ToolPtr &tool : list)
            tools.emplace(tool->name, tool);
    };
    add(tools::fileTools());
    add(teamTools(*this));
    add(memoryTools(*this));
    add(sharedStoreTools(*this));
    if (team.subAgents.any())
        add(delegationTools(*this));
    // Tools block, so there may be more of them at once than there are cores.
    toolPool.setMaxThreadCount(std::max<int>(8, 2 * static_cast<int>(team.agents.size())));
}

bool TeamServices::offersCommands() const
{
    return !policy.isBlocked("bash")
           && std::any_of(team.agents.begin(), team.agents.end(), [](const AgentSpec &agent) {
                  return agent.tools.empty()
                         || std::find(agent.tools.begin(), agent.tools.end(), "bash")
                                != agent.tools.end();
              });
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
    for (const team::Claim &claim : claims.expire(clock.wallMs()))
        publish(EventKind::ClaimExpired, claim.agent,
                {{"file", claim.file}, {"start", claim.start}, {"end", claim.end}});
    auto reservations = limiter.limiter().takeExpired(clock.wallMs());
    if (!hasLimits)
        reservations.clear();
    for (const team::ExpiredReservation &expired : reservations) {
        publish(EventKind::LimiterExpired, expired.agent,
                {{"reservation", expired.id}, {"tokens", expired.tokens}});
        publish(EventKind::Warning, expired.agent,
                {{"code", "reservation_expired"},
                 {"message", "A call of " + expired.agent
                                 + " has not told what it used in time; its reservation of "
                                 + std::to_string(expired.tokens) + " tokens was given back."}});
    }
    limiter.pump(clock.wallMs());
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

Json toJson(const team::LimiterDenial &denial)
{
    Json holders = Json::array();
    for (const team::Holder &holder : denial.holders)
        holders.push_back({{"agent", holder.agent},
                           {"tokens", holder.tokens},
                           {"reserved", holder.reserved},
                           {"requests", holder.requests}});
    using Reason = team::LimiterDenial::Reason;
    Json data = {{"reason", team::toString(denial.reason)},
                 {"tokens", denial.tokens},
                 {"limit", denial.limit},
                 {"window_tokens", denial.windowTokens},
                 {"window_requests", denial.windowRequests},
                 {"holders", std::move(holders)},
                 {"fits_at_ms", denial.fitsAtMs ? Json(*denial.fitsAtMs) : Json()},
                 {"sentence", denial.sentence}};
    if (denial.reason == Reason::Queued) {
        data["behind"] = denial.behind;
        data["head_reason"] = team::toString(denial.headReason);
    } else if (denial.reason == Reason::Budget || denial.reason == Reason::AgentBudget) {
        data["spent_usd"] = denial.spentUsd;
        data["reserved_usd"] = denial.reservedUsd;
        data["estimate_usd"] = denial.estimateUsd ? Json(*denial.estimateUsd) : Json();
    }
    return data;
}

} // namespace orrery::runtime
