// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/agentworker.h"
#include "core/runtime/crew.h"
#include "core/runtime/delegations.h"
#include "core/runtime/teamrun.h"
#include "core/runtime/teamservices.h"

#include <QTimer>

#include <memory>
#include <set>
#include <stop_token>
#include <string>

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
    std::set<std::string> dead; ///< failed, stopped or gone: they take no more mail
    std::set<std::string> gone; ///< for good: crashed, or sub-agents that have ended
    std::string firstFailure;
    QTimer ticker;
    bool started = false;
    bool active = false;

    /// Gives back what an agent holds.
    void releaseClaims(const std::string &agent)
    {
        for (const team::Claim &claim : services->claims.releaseAll(agent, clock.wallMs()))
            services->publish(EventKind::ClaimReleased, agent,
                              {{"file", claim.file}, {"start", claim.start}, {"end", claim.end}});
    }
    void stopChildren(const std::string &parent)
    {
        for (const std::string &child : delegations->childrenOf(parent))
            crew->post(child, [](AgentWorker &worker) {
                worker.cancelNow("The agent that had handed on the task was stopped");
            });
    }
};

} // namespace orrery::runtime
