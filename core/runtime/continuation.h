// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/recovery.h"
#include "core/runtime/teamservices.h"

#include <string>

namespace orrery::runtime {

/// What an earlier run of a team left, brought into a new one: conversations, spending, claims, mail and discoveries.
/// Belongs to the run's thread.
class Continuation
{
public:
    /// Errors: no journal, no such run in it, nothing in it for any agent of the team.
    static Result<Continuation> read(const std::string &run, const std::string &journalPath,
                                     const TeamSpec &team, const Secrets &secrets,
                                     store::ContextStore *contexts);

    /// Books, boxes and board, before the first agent starts.
    void fill(TeamServices &services) const;
    /// Takes the claims anew, whose time begins again: the agents have been away for as long as the program has. Told by
    /// events, so after RunStarted; also what could not be brought back (Warning).
    void claim(TeamServices &services) const;
    /// Null when it left nothing for the agent.
    const RecoveredAgent *find(const std::string &agent) const;
    /// Somebody was at work, or has mail: then they can go on without a new task.
    bool hasOpenWork(const TeamServices &services) const;

private:
    explicit Continuation(RecoveredRun run) : m_run(std::move(run)) {}

    RecoveredRun m_run;
};

} // namespace orrery::runtime
