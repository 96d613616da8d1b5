// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/agentworker.h"
#include "core/runtime/approvalstandin.h"
#include "core/runtime/continuation.h"
#include "core/runtime/crew.h"
#include "core/runtime/delegations.h"
#include "core/runtime/orchestrator.h"
#include "core/runtime/teamrun.h"
#include "core/runtime/teamservices.h"

#include <QTimer>

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace orrery::runtime {

struct TeamRun::Private {
    RunOptions options;
    std::string id;
    SystemClock clock;
    // Destroyed from the bottom up: threads first, then what they use, the journal last.
    std::unique_ptr<store::JournalWriter> journal;
    std::unique_ptr<TeamServices> services;
    std::stop_source stop;
    std::unique_ptr<Crew> crew;
    std::unique_ptr<Delegations> delegations;
    Orchestrator orchestrator;
    std::optional<Continuation> continuation; ///< of an earlier run
    bool hasNewTask = false;
    std::map<std::string, std::vector<ContentPart>> attachments; ///< by agent, until it begins
    std::unique_ptr<ApprovalStandIn> standIn;                    ///< null = a person answers
    QTimer ticker;
    bool started = false;
    bool active = false;
    bool closing = false; ///< the agents belong to `ending` now
    std::thread ending;

    /// Gives back what an agent holds.
    void releaseClaims(const std::string &agent)
    {
        services->claims.releaseAll(agent, clock.wallMs());
    }
    std::vector<ContentPart> takeAttachments(const std::string &agent)
    {
        auto node = attachments.extract(agent);
        return node ? std::move(node.mapped()) : std::vector<ContentPart>();
    }
    void stopChildren(const std::string &parent)
    {
        for (const std::string &child : delegations->childrenOf(parent))
            crew->post(child, [](AgentWorker &worker) {
                worker.cancelNow("The agent that had handed on the task was stopped");
            });
    }
    /// Lets the worker look at the gate again.
    void tellGate() const
    {
        crew->postAll([](AgentWorker &worker) { worker.gateChanged(); });
    }
    /// Waits for all that works, and closes what it used. Blocks.
    void windDown();
};

} // namespace orrery::runtime
