// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/continuation.h"

#include "core/model/contextcodec.h"
#include "core/runtime/teamkeys.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

/// The journal may be older than the key.
Context withoutKeys(const Context &context, const Secrets &secrets)
{
    Json texts = serializeContext(context);
    maskTexts(texts, secrets);
    auto masked = deserializeContext(texts);
    return masked ? std::move(*masked) : context;
}

} // namespace

Result<Continuation> Continuation::read(const std::string &run, const std::string &journalPath,
                                        const TeamSpec &team, const Secrets &secrets,
                                        store::ContextStore *contexts)
{
    if (journalPath.empty())
        return fail(ErrorCode::InvalidArgument,
                    "Without a journal there is no earlier run to go on from.");
    auto reader = store::JournalReader::open(journalPath);
    if (!reader)
        return fail(reader.error());
    auto recovered = recoverRun(**reader, contexts, run);
    if (!recovered)
        return fail(recovered.error());
    for (auto &[name, agent] : recovered->agents)
        agent.context = withoutKeys(agent.context, secrets);
    Continuation continuation(std::move(*recovered));
    if (std::none_of(team.agents.begin(), team.agents.end(), [&](const AgentSpec &agent) {
            return continuation.find(agent.name) != nullptr;
        }))
        return fail(ErrorCode::NotFound, "The journal holds nothing of run " + run
                                             + " for an agent of team " + team.name + ".");
    return continuation;
}

const RecoveredAgent *Continuation::find(const std::string &agent) const
{
    const auto it = m_run.agents.find(agent);
    return it == m_run.agents.end() || !it->second.hasConversation ? nullptr : &it->second;
}

void Continuation::fill(TeamServices &services) const
{
    for (const auto &[name, agent] : m_run.agents) {
        std::vector<std::string> payers;
        for (auto it = m_run.agents.find(agent.member.parent);
             it != m_run.agents.end() && payers.size() < m_run.agents.size();
             it = m_run.agents.find(it->second.member.parent))
            payers.push_back(it->first);
        services.limiter.limiter().addSpent(name, agent.spentUsd, agent.usage.totalTokens,
                                            agent.usage.requests, payers);
        for (const auto &[handle, seq] : agent.results)
            services.results.put(handle, seq);
    }
    for (const team::PeerMessage &message : m_run.mail)
        services.mailbox.send(message);
    for (const team::Discovery &discovery : m_run.discoveries)
        services.discoveries.share(discovery);
}

void Continuation::claim(TeamServices &services) const
{
    for (const team::Claim &claim : m_run.claims)
        if (services.members.has(claim.agent))
            (void)services.claims.claim(claim.agent, claim.file, claim.start, claim.end,
                                        services.clock.wallMs());
    for (const auto &[name, agent] : m_run.agents)
        if (agent.hasJoined && !agent.hasLeft && agent.member.depth == 0
            && !services.members.has(name))
            services.publish(
                EventKind::Warning, name,
                {{"code", "not_in_team"},
                 {"message", name
                                 + " had joined the earlier run and is not in the team "
                                   "file; it is not brought back."}});
}

bool Continuation::hasOpenWork(const TeamServices &services) const
{
    const auto members = services.members.list();
    return std::any_of(members.begin(), members.end(), [&](const team::Member &member) {
        const RecoveredAgent *agent = find(member.name);
        return (agent && agent->wasAtWork) || services.mailbox.hasMail(member.name);
    });
}

} // namespace orrery::runtime
