// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/secrets.h"
#include "core/llm/modelclient.h"
#include "core/llm/toolschemacache.h"
#include "core/decisions/decisiongraph.h"
#include "core/guidance/tokenscale.h"
#include "core/knowledge/knowledgebase.h"
#include "core/memory/memory.h"
#include "core/model/modeltable.h"
#include "core/model/spec.h"
#include "core/runtime/claimdesk.h"
#include "core/runtime/delegations.h"
#include "core/runtime/approvals.h"
#include "core/runtime/eventbus.h"
#include "core/runtime/hooks.h"
#include "core/runtime/limitergate.h"
#include "core/runtime/provideroutages.h"
#include "core/runtime/resultshelf.h"
#include "core/runtime/runcontrol.h"
#include "core/runtime/taskgroup.h"
#include "core/runtime/teamembedder.h"
#include "core/store/journal.h"
#include "core/team/discoveryboard.h"
#include "core/team/mailbox.h"
#include "core/team/membership.h"
#include "core/tools/command/commandsandbox.h"
#include "core/tools/permissionpolicy.h"
#include "core/tools/tool.h"
#include "core/tools/toolregistry.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace orrery::runtime {

/// What the agents of one run share. Made before the first thread and destroyed after the last; every member is
/// thread-safe by itself; docs/THREADING.md has the order of their locks.
struct TeamServices {
    TeamServices(std::string runId, TeamSpec spec, std::filesystem::path folder,
                 const Clock &systemClock, store::JournalWriter *journal);

    /// Publishes an event of this run.
    std::uint64_t publish(EventKind kind, const std::string &agent, EventData data,
                          std::uint64_t parent = 0, std::int64_t durationUs = 0);
    /// True when some agent of the team may run commands.
    bool offersCommands() const;
    /// Publishes what has expired since the last call: claims and reservations.
    void publishExpired();
    /// Puts a message into the recipient's box and wakes it. False if there is no such agent.
    bool sendMessage(const std::string &from, const std::string &to, const std::string &text);
    /// To every member in its own right but the sender; the number of recipients.
    int broadcastMessage(const std::string &from, const std::string &text);
    /// Puts it on the board (its topic and content are texts) and tells every teammate.
    void shareDiscovery(team::Discovery discovery);

    const std::string run;
    const TeamSpec team;
    const ModelTable &models; ///< with the providers of the team
    const std::filesystem::path workspace;
    const Clock &clock;
    const std::shared_ptr<Secrets> secrets; ///< the keys of the team
    EventBus bus;
    team::Membership members;
    ClaimDesk claims;
    LimiterGate limiter; ///< without limits it keeps the pauses that providers ask for
    ProviderOutages outages;
    const std::shared_ptr<guidance::TokenScale> tokenScale =
        std::make_shared<guidance::TokenScale>();
    /// From 0 up to 1, for the jitter of pauses. Thread-safe.
    std::function<double()> chance;
    team::DiscoveryBoard discoveries;
    team::Mailbox mailbox; ///< a box for each member
    std::unique_ptr<memory::Memory> memory;
    TeamEmbedder embedder; ///< after the memory, which it looks after
    std::unique_ptr<knowledge::KnowledgeBase> knowledge;
    std::unique_ptr<decisions::DecisionGraph> decisions;
    std::unique_ptr<store::ContextStore> contexts; ///< null without a journal
    std::unique_ptr<tools::WriteGate> writeGate;
    tools::ToolRegistry tools;
    const tools::PermissionPolicy policy; ///< which tools there are, and which ask first
    std::shared_ptr<const tools::TrustedFiles> trusted; ///< set once before start, as the next
    std::shared_ptr<tools::CommandSandbox> sandbox;
    llm::ToolSchemaCache schemas;
    ResultShelf results; ///< of tools, as a whole
    std::function<std::unique_ptr<llm::ModelClient>()> makeModelClient = llm::makeModelClient;
    HookChain hooks; ///< complete before the first thread starts
    RunControl control;
    ApprovalDesk approvals;
    TaskGroup tasks;                                    ///< what blocks: tools, hooks, searches
    std::function<void(const std::string &)> wakeAgent; ///< set once before start; thread-safe
    /// Set once before start, thread-safe; the agent, its tasks, and who gets the results on the run's thread.
    std::function<void(const std::string &, std::vector<SubTask>, Delegations::Done)> delegate;

private:
    void tellOf(const LimiterEvent &event, std::uint64_t number);
    int postToAll(const std::string &from, const std::string &text); ///< `m_post` is held
    void wakeAllBut(const std::string &agent);

    /// Held while something is published and put into boxes, so that messages are read in the order of their events.
    std::mutex m_post;
};

/// claim_region, extend_claim, release_region, share_discovery, peer_message, broadcast_message, list_team.
std::vector<tools::ToolPtr> teamTools(TeamServices &services);
/// delegate_task, spawn_agents; only for teams whose agents may have sub-agents.
std::vector<tools::ToolPtr> delegationTools(TeamServices &services);
/// remember, recall, forget.
std::vector<tools::ToolPtr> memoryTools(TeamServices &services);
/// read_result.
std::vector<tools::ToolPtr> resultTools(TeamServices &services);
/// Refuses writes into other agents' claims, and reports each edit.
std::unique_ptr<tools::WriteGate> makeClaimGate(TeamServices &services);

} // namespace orrery::runtime
