// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/context.h"
#include "core/store/journal.h"
#include "core/team/claimtable.h"
#include "core/team/discoveryboard.h"
#include "core/team/mailbox.h"
#include "core/team/membership.h"

#include <map>
#include <string>
#include <vector>

namespace orrery::runtime {

/// A call that had no result in its agent's conversation when the run ended. recoverRun() has answered it there.
struct OpenToolCall {
    enum class State {
        NotStarted, ///< nothing was executed; the model is told to try again if need be
        MayHaveRun, ///< was at work: may have taken effect, in part or as a whole; the model is told to check first
        Finished ///< has ended, and its result stands in the journal; the model is given that
    };
    std::string call; ///< its id
    std::string tool;
    State state = State::NotStarted;
};

/// What an agent knew, had used and was about when the run ended.
struct RecoveredAgent {
    /// Ready to go on: every call with an id has one result. `iteration` is 0, as at the beginning of a turn.
    Context context;
    /// False: neither the journal nor a saved context has it; see addSystemPrompt().
    bool hasSystemPrompt = false;
    bool hasConversation = false; ///< there is something to go on from
    std::vector<OpenToolCall> openCalls;
    /// Which event has the whole of a tool's result, by the handle that its model knows.
    std::map<std::string, std::uint64_t> results;

    /// Of this run and of all that it continued, what to remember of a turn included.
    double spentUsd = 0;
    Usage usage;
    std::int64_t unpricedCalls = 0; ///< whose cost is not in spentUsd
    std::int64_t openRequests = 0; ///< were sent and not answered: they may be charged all the same

    bool wasAtWork = false; ///< in the midst of a turn; else idle
    std::string
        outcome; ///< of its last turn: done, failed, stopped, crashed; empty = none has ended
    team::Member member;    ///< as the run told it last
    std::string task;       ///< of a sub-agent or a newcomer
    bool hasJoined = false; ///< after the start of the run, by which it is not in the team file
    bool hasLeft = false;
};

/// What a run left, of whatever end.
struct RecoveredRun {
    std::string run;
    std::vector<std::string> earlier; ///< the runs that it went on from, the latest first
    std::string team;
    std::string task;
    std::string workspace;
    std::string outcome; ///< as in store::RunSummary: `interrupted` after a crash
    std::map<std::string, RecoveredAgent>
        agents;          ///< by name; all that this run or an earlier one had
    double spentUsd = 0; ///< of all agents
    /// Not given back; some may have expired meanwhile (`deadlineMs`). In the order in which they were claimed.
    std::vector<team::Claim> claims;
    /// In no conversation yet: not delivered, or delivered and lost on the way. With its id, by which a later run's
    /// delivery is known. Nothing for agents that have left.
    std::vector<team::PeerMessage> mail;
    std::vector<team::Discovery> discoveries;
    std::vector<store::Damage> damage; ///< of the journal; what stood there is missing above
};

/// Reads from a journal what is needed to go on from `run`, which may have ended in any way. Changes nothing. `contexts`
/// may be null. Error NotFound when the journal has no such run. O(events since the first of the continued runs).
///
/// Where a conversation comes from:
///
/// - The journal tells every message in order, every change of the deps and every answer's usage, so it alone is enough,
///   but for one thing: the system prompt of a conversation that was begun or cleared in a run is in no event.
/// - A saved context has all of it, as of one moment. It is written behind the journal or before it: a save waits while
///   another is under way, and an event is on disk up to 50 ms after it was told.
/// - So the journal is followed. If the saved context begins with all that the journal tells, and has more, it is newer,
///   and is taken as it is. Else it gives the system prompt only. After a conversation was cleared or loaded by hand,
///   the saved one may be that from before, and gives the system prompt only, too.
/// - A run that went on from another begins with what that left, until it tells what it has loaded.
///
/// Calls without a result are answered in the conversation by what the journal tells of them (OpenToolCall). A process
/// that is killed loses what it did in its last 100 ms: so a call that is told as not started may have been started
/// then. Calls that only a saved context tells of count as MayHaveRun.
Result<RecoveredRun> recoverRun(store::JournalReader &journal, store::ContextStore *contexts,
                                const std::string &run);

/// Gives a context the system prompt that it would have if it were new, if it has none (`hasSystemPrompt`).
void addSystemPrompt(Context &context, const std::optional<std::string> &prompt);

} // namespace orrery::runtime
