// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/recovery.h"

#include "core/model/contextcodec.h"
#include "core/model/jsonfields.h"
#include "core/runtime/agentrecovery.h"

#include <algorithm>
#include <set>

namespace orrery::runtime {

namespace {

constexpr std::size_t kEventsAtOnce = 4096;

/// The messages between agents, and which of them are in the conversation of whom they went to.
class MailRecovery
{
public:
    void sent(const team::PeerMessage &message)
    {
        if (!find(message.id, message.to))
            m_open.push_back(message);
    }
    /// A delivery that nobody has sent is one whose sending cannot be read.
    void delivered(team::PeerMessage message)
    {
        if (!find(message.id, message.to))
            m_open.push_back(std::move(message));
    }
    void taken(const std::string &agent, const std::string &text)
    {
        const auto it = std::find_if(m_open.begin(), m_open.end(), [&](const auto &message) {
            return message.to == agent
                   && text
                          == (message.from == "person"
                                  ? message.text
                                  : "Message from " + message.from + ": " + message.text);
        });
        if (it == m_open.end())
            return;
        m_done.insert({it->id, it->to});
        m_open.erase(it);
    }
    void closed(const std::string &agent)
    {
        std::erase_if(m_open, [&](const auto &message) { return message.to == agent; });
    }
    std::vector<team::PeerMessage> open() { return std::move(m_open); }

private:
    bool find(const std::string &id, const std::string &to) const
    {
        return m_done.contains({id, to})
               || std::any_of(m_open.begin(), m_open.end(), [&](const auto &message) {
                      return message.id == id && message.to == to;
                  });
    }
    std::vector<team::PeerMessage> m_open;
    std::set<std::pair<std::string, std::string>> m_done;
};

class RunRecovery
{
public:
    explicit RunRecovery(store::ContextStore *contexts) : m_contexts(contexts) {}

    void apply(const Event &event);
    RecoveredRun end();

private:
    void beginRun(const std::string &run);
    void endRun();
    AgentRecovery &agent(const std::string &name);
    std::optional<Context> saved(const std::string &session);
    void runStarted(const Json &data);
    void claimGranted(const Event &event);
    void claimMoved(const Event &event);
    void dropClaim(const std::string &agent, const Json &data);
    void messageSent(const Event &event);

    store::ContextStore *m_contexts;
    RecoveredRun m_run;
    std::map<std::string, AgentRecovery> m_agents;
    std::vector<std::string> m_members; ///< those that a message to everybody goes to
    MailRecovery m_mail;
    std::vector<store::Damage> m_damage;
};

std::int64_t fieldNumber(const Json &data, const char *key)
{
    return field::integer(data, key).value_or(0);
}

std::string fieldText(const Json &data, const char *key)
{
    return field::text(data, key).value_or("");
}

std::optional<Context> RunRecovery::saved(const std::string &session)
{
    if (!m_contexts || session.empty())
        return std::nullopt;
    const auto loaded = m_contexts->load(session);
    auto context = loaded ? deserializeContext(*loaded) : fail(loaded.error());
    if (context)
        return std::move(*context);
    if (context.error().code != ErrorCode::NotFound)
        m_damage.push_back({0, "The saved context of " + session + " is of no use: "
                                   + context.error().message + " " + context.error().detail});
    return std::nullopt;
}

AgentRecovery &RunRecovery::agent(const std::string &name)
{
    auto it = m_agents.find(name);
    if (it == m_agents.end()) {
        it = m_agents
                 .emplace(name,
                          AgentRecovery(
                              name, [this](const std::string &session) { return saved(session); }))
                 .first;
        it->second.beginRun(m_run.run);
    }
    return it->second;
}

void RunRecovery::beginRun(const std::string &run)
{
    if (!m_run.run.empty()) {
        endRun();
        m_run.earlier.insert(m_run.earlier.begin(), m_run.run);
    }
    m_run.run = run;
    for (auto &[name, agent] : m_agents)
        agent.beginRun(run);
}

void RunRecovery::endRun()
{
    for (auto &[name, agent] : m_agents)
        for (const std::string &text : agent.endRun())
            m_mail.taken(name, text);
}

void RunRecovery::apply(const Event &event)
{
    if (event.run != m_run.run)
        beginRun(event.run);
    const Json &data = event.data;
    switch (event.kind) {
    case EventKind::RunStarted: runStarted(data); return;
    case EventKind::ClaimGranted: claimGranted(event); return;
    case EventKind::ClaimMoved: claimMoved(event); return;
    case EventKind::ClaimReleased:
    case EventKind::ClaimExpired: dropClaim(event.agent, data); return;
    case EventKind::PeerMessageSent: messageSent(event); return;
    case EventKind::PeerMessageDelivered:
        m_mail.delivered({fieldText(data, "id"), fieldText(data, "from"), event.agent,
                          fieldText(data, "text"), false});
        return;
    case EventKind::DiscoveryShared:
        m_run.discoveries.push_back(
            {event.agent, field::at(data, "topic"), field::at(data, "text"), event.timeUs / 1000});
        return;
    case EventKind::AgentJoined:
        if (fieldText(data, "parent").empty()
            && std::find(m_members.begin(), m_members.end(), event.agent) == m_members.end())
            m_members.push_back(event.agent);
        break;
    case EventKind::AgentLeft:
        std::erase(m_members, event.agent);
        m_mail.closed(event.agent);
        break;
    default: break;
    }
    if (!event.agent.empty() && event.agent != "person")
        if (const auto text = agent(event.agent).apply(event))
            m_mail.taken(event.agent, *text);
}

void RunRecovery::runStarted(const Json &data)
{
    m_run.team = fieldText(data, "team");
    m_run.task = fieldText(data, "task");
    m_run.workspace = fieldText(data, "workspace");
    m_members.clear();
    for (const Json &each : field::at(data, "agents")) {
        const std::string name = fieldText(each, "name");
        if (name.empty())
            continue;
        m_members.push_back(name);
        agent(name).result().member = {
            name, fieldText(each, "role"), fieldText(each, "model"), {}, 0};
    }
}

void RunRecovery::dropClaim(const std::string &agent, const Json &data)
{
    std::erase_if(m_run.claims, [&](const team::Claim &claim) {
        return claim.agent == agent && claim.file == fieldText(data, "file");
    });
}

void RunRecovery::claimGranted(const Event &event)
{
    dropClaim(event.agent, event.data); // a new claim takes the place of the former
    const Json &data = event.data;
    m_run.claims.push_back({event.agent, fieldText(data, "file"), fieldNumber(data, "start"),
                            fieldNumber(data, "end"), event.timeUs / 1000,
                            fieldNumber(data, "expires_at_ms")});
}

void RunRecovery::claimMoved(const Event &event)
{
    for (team::Claim &claim : m_run.claims)
        if (claim.agent == event.agent && claim.file == fieldText(event.data, "file")) {
            claim.start = fieldNumber(event.data, "start");
            claim.end = fieldNumber(event.data, "end");
        }
}

void RunRecovery::messageSent(const Event &event)
{
    team::PeerMessage message{fieldText(event.data, "id"), event.agent, fieldText(event.data, "to"),
                              fieldText(event.data, "text"), false};
    if (field::find(event.data, "to")) {
        if (!message.to.empty())
            m_mail.sent(message);
        return;
    }
    message.broadcast = true;
    for (const std::string &member : m_members)
        if (member != event.agent) {
            message.to = member;
            m_mail.sent(message);
        }
}

RecoveredRun RunRecovery::end()
{
    endRun();
    for (auto &[name, agent] : m_agents) {
        m_run.spentUsd += agent.result().spentUsd;
        m_damage.insert(m_damage.end(), agent.damage.begin(), agent.damage.end());
        m_run.agents.emplace(name, std::move(agent.result()));
    }
    m_run.mail = m_mail.open();
    m_run.damage = std::move(m_damage);
    return std::move(m_run);
}

/// The run and those that it went on from, the latest first.
Result<std::vector<const store::RunSummary *>> chainOf(const std::vector<store::RunSummary> &runs,
                                                       const std::string &last)
{
    std::vector<const store::RunSummary *> chain;
    for (std::string name = last; !name.empty();) {
        const auto it = std::find_if(runs.begin(), runs.end(),
                                     [&](const auto &run) { return run.run == name; });
        if (it == runs.end() || std::find(chain.begin(), chain.end(), &*it) != chain.end())
            break;
        chain.push_back(&*it);
        name = it->continues;
    }
    if (chain.empty())
        return fail(ErrorCode::NotFound, "The journal holds no run " + last + ".");
    return chain;
}

} // namespace

Result<RecoveredRun> recoverRun(store::JournalReader &journal, store::ContextStore *contexts,
                                const std::string &run)
{
    const auto runs = journal.runs();
    if (!runs)
        return fail(runs.error());
    const auto chain = chainOf(*runs, run);
    if (!chain)
        return fail(chain.error());
    RunRecovery recovery(contexts);
    // Each run for itself: something of an earlier one may have been told after the next had begun.
    for (auto it = chain->rbegin(); it != chain->rend(); ++it) {
        const store::RunSummary &part = **it;
        for (std::uint64_t next = part.firstSeq; next <= part.lastSeq;) {
            const auto events = journal.read(next, kEventsAtOnce);
            if (!events)
                return fail(events.error());
            if (events->empty())
                break;
            for (const EventPtr &event : *events)
                if (event->run == part.run && event->seq <= part.lastSeq)
                    recovery.apply(*event);
            next = events->back()->seq + 1;
        }
    }
    RecoveredRun recovered = recovery.end();
    recovered.outcome = chain->front()->outcome;
    const auto damage = journal.damage();
    recovered.damage.insert(recovered.damage.begin(), damage.begin(), damage.end());
    return recovered;
}

} // namespace orrery::runtime
