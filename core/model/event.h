// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/eventdata.h"
#include "core/model/json.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace orrery {

/// Everything that happens in a run is one of these. The name in a journal is the snake_case of the enumerator.
/// Fields of `Event::data` (times `*_ms` are wall-clock ms since 1970 unless they end in `in_ms`, a duration):
///
/// | kind | data |
/// |---|---|
/// | RunStarted | team, task, workspace, scripted (bool), agents [{name, role, model}], limits {rpm,tpm,budget_usd, policy; null = none}, claim_ttl_ms, continues (the run that it goes on from; absent: none), sandbox (of commands: `bubblewrap`, `none (why)`, …; absent: no agent has commands) |
/// | RunFinished | outcome (done, failed, stopped), reason |
/// | RunPaused, RunResumed | – |
/// | AgentStarted | role, model, prompt |
/// | AgentState | state (see AgentState below), reason, until_ms (of waiting_rate, when it will be tried again; absent: not known) |
/// | AgentFinished | outcome (done, failed, stopped, crashed), output, iterations, usage, error |
/// | IterationStarted | n (from 1) |
/// | MessageAdded | message (neutral form; a text in place of each part above 64 KiB); how = memory: the memories that go with a turn; how = told: what the model is told about its last answer or its calls; of a tool's message also how (answered, unknown_tool, invalid_arguments, denied (by a hook), rejected, interrupted, not_run (a loop was ended)) and tool (its name as the model wrote it) |
/// | RequestSent | call, purpose (memory: what to remember of a turn; summary: of the oldest part of the conversation; absent: the turn itself), provider, model, base_url, scripted, message_count, tool_count, body_bytes, tokens_est, schema_conversions |
/// | ModelDelta | call, text or thinking |
/// | ResponseReceived | call, purpose (as above), finish_reason, ending (core/model/ending.h), usage, raw_usage, cost_usd (null = unpriced), cost_by (provider: it says what the call has cost, and we know no price; absent: by our prices), ttft_ms |
/// | RequestFailed | call, code, message, detail, http_status, retry_in_ms (null = no retry), attempt, fallback (the model tried next, null = none) |
/// | ModelSwitched | from, to (`provider:model`), reason |
/// | ToolRequested | call, tool, args, mended (what was put right in the arguments; absent: nothing): the model asks for it; it may still be denied |
/// | HookDecided | point, decision (allow, deny, modify), hooks (names), tool, reason, changes, failed ([{hook, message}]: those that gave no answer; absent: none) |
/// | AgentJoined | role, model, parent (whose sub-agent it is; empty = nobody's), task (a sub-agent's): after the run's start |
/// | AgentLeft | reason, lost_messages (that it had not read) |
/// | AgentInterrupted | reason: what it did is given up, and it starts anew with a new message |
/// | HistoryCleared | messages (how many there were) |
/// | ContextLoaded | session, messages (how many there are now; MessageAdded tells each) |
/// | OutputRejected | attempt, message, errors, will_retry: the final answer is not what the agent has to give |
/// | LoopNoticed | tools (names), repeats, limit, stops (whether the turn ends with it): the same calls were made again |
/// | ToolStarted | call, tool, args, category |
/// | ContextCompacted | reason (share: more of the model's context was used than may be; too_long: the provider refused the request), before_tokens and after_tokens (estimates), context_tokens (null = not known), shortened (places of tools' results of which only head and tail are left), head and tail (bytes of each), reads (whether read_result is there), first and dropped_messages (that many from there on are gone), note (the message that stands in their place; null = none), summary (model, failed, none), call (of the model that made the summary; null = none), problem (why there is none; absent: nothing went wrong). Places are those in the conversation as it was before, from 0; a system message at its front does not count. The MessageAdded events still tell all of it |
/// | ResultSpilled | handle (for read_result), call, tool, bytes, text: a result that was too long for the conversation; MessageAdded tells what stands there in its place |
/// | ToolFinished | call, tool, ok, content, result (handle of a longer one, for read_result; absent: none), mended (what was put right in arguments that the person had changed; absent: nothing) |
/// | ApprovalRequested | approval (its id, of which the run has no other), call, tool, args, reason |
/// | ApprovalResolved | approval, call, tool, decision (approve, reject, edit), note, by |
/// | Limiter…, Claim… | beside what follows table_seq (the place among all events of the limiter, or of the claim table, from 1 without gaps; they are published in this order) and at_ms (the table's own time when it happened: as the wall clock, but never back) |
/// | LimiterAcquired (it and its end only with limits) | reservation, tokens, window_tokens, window_requests |
/// | LimiterWaiting, LimiterDenied | reason (tokens, requests, budget, agent_budget, too_large, provider, queued), tokens, limit, window_tokens, window_requests, holders [{agent, tokens, reserved, requests}], fits_at_ms (null = never), sentence; queued: behind (agent) and head_reason (why that one waits); budgets: spent_usd, reserved_usd, estimate_usd (null = unpriced); agent_budget: budget_of (whose it is: the agent's, or of a parent that pays for it) |
/// | LimiterHeld | provider (with its address, where the team file names one), until_ms (not later than now: the pause is over), sentence: a provider asked for a pause, or cannot be reached |
/// | LimiterSettled | reservation, tokens_est (0 = it had expired before), tokens_actual, window_tokens, window_requests |
/// | LimiterReleased, LimiterExpired | reservation, tokens, window_tokens, window_requests |
/// | ClaimGranted | file, start, end, expires_at_ms, replaced ({start,end} or null) |
/// | ClaimDenied | file, start, end, holder, holder_start, holder_end, expires_in_ms, via (claim, write) |
/// | ClaimReleased, ClaimExpired | file, start, end, by (who took it away: `person`, or the agent whose edit left none of its lines; absent: its holder) |
/// | ClaimMoved | file, start, end, from_start, from_end, by (the agent whose edit moved its lines; one edit may move several) |
/// | FileEdited | file, start, end (as the lines count afterwards; where all went, the line that follows), inside_claim (bool), added, removed, call |
/// | Warning | code, message; of an answer that is none (answer_cut, refusal, content_filter, malformed_call, no_answer, pause) also ending; settings_left_out (once for an agent and model): model, settings (of the agent that do not go to it as they stand: {setting, why}); command_changed_claimed: file, start, end (before the command), holder, holder_start, holder_end, call |
/// | DiscoveryShared | topic, text |
/// | PeerMessageSent | id, to (null = everybody), text |
/// | PeerMessageDelivered | id, from, text (agent = the recipient) |
/// | MemoryStored | id, content, type, importance, scope; when there is more to say evergreen, metadata, agent_id, session_id, user_id, namespace, note (why it has no embedding) |
/// | MemorySearched | query, scope, type, limit, min_score, weights {relevance,importance,recency}, decay_lambda, rrf_k, now_ms, max_score, text and vector {ran, found, best, elapsed_us, skipped}, results and dropped with every step of each score, why_not; all of it in docs/MEMORY.md |
/// | MemoryForgotten | id |
/// | ContextUpdated | ops |
/// | ContextSaved | version, bytes, explicit (somebody asked for it) |
/// | SaveFailed | message |
/// | KnowledgeLoaded | documents, entries, links: what a file already held when the run started (records as below), in pieces |
/// | KnowledgeSaved | one of `entry` (core/knowledge/records.h) and `document` (without its content), is_new |
/// | KnowledgeLinked | link: id, from, to (ids of entries), link_type, label, weight, kb_id, created_at_ms |
/// | KnowledgeDeleted | what (entry, document, link), id |
/// | KnowledgeSearched | query, limit, elapsed_us, results [{id, slug, title, title_score, content_score, score}] |
/// | DecisionsLoaded | nodes, edges: what a file already held when the run started, in pieces |
/// | DecisionRecorded | node (core/decisions/records.h), is_new |
/// | DecisionLinked | edge: id, from, to, edge_type, metadata, created_at_ms |
/// | DecisionUpdated | node, changed (names of its fields) |
/// | DecisionDeleted | id: the node, and with it all its edges |
enum class EventKind : std::uint8_t {
    RunStarted,
    RunFinished,
    RunPaused,
    RunResumed,
    AgentStarted,
    AgentState,
    AgentFinished,
    IterationStarted,
    MessageAdded,
    RequestSent,
    ModelDelta,
    ResponseReceived,
    RequestFailed,
    ToolStarted,
    ToolFinished,
    ApprovalRequested,
    ApprovalResolved,
    LimiterAcquired,
    LimiterWaiting,
    LimiterDenied,
    LimiterSettled,
    LimiterReleased,
    LimiterExpired,
    ClaimGranted,
    ClaimDenied,
    ClaimReleased,
    ClaimExpired,
    FileEdited,
    Warning,
    DiscoveryShared,
    PeerMessageSent,
    PeerMessageDelivered,
    MemoryStored,
    MemorySearched,
    MemoryForgotten,
    ContextUpdated,
    ContextSaved,
    SaveFailed,
    ModelSwitched,
    ToolRequested,
    HookDecided,
    OutputRejected,
    AgentJoined,
    AgentLeft,
    AgentInterrupted,
    HistoryCleared,
    ContextLoaded,
    KnowledgeLoaded,
    KnowledgeSaved,
    KnowledgeLinked,
    KnowledgeDeleted,
    KnowledgeSearched,
    DecisionsLoaded,
    DecisionRecorded,
    DecisionLinked,
    DecisionUpdated,
    DecisionDeleted,
    LimiterHeld,
    ClaimMoved,
    LoopNoticed,
    ContextCompacted,
    ResultSpilled,
    Count ///< not a kind
};

/// `run_started`, `agent_state`, …
std::string_view toString(EventKind kind);
/// Count when the name is unknown.
EventKind eventKindFromString(std::string_view name);

/// One fact, immutable once published. Projections hold it by EventPtr.
struct Event {
    std::uint64_t seq = 0;       ///< from 1 in a journal, without gaps; given by the EventBus
    std::int64_t timeUs = 0;     ///< wall clock, µs since 1970
    std::int64_t durationUs = 0; ///< of what ended with this event; 0 for an instant
    std::uint64_t parent =
        0; ///< seq of the event that this one belongs to (a tool's start for its end); 0 = none
    EventKind kind = EventKind::Warning; ///< Count: of a kind that this Orrery does not know
    std::string kindName;                ///< of such a kind; else empty, for toString(kind) has it
    std::string run;
    std::string agent; ///< empty when it concerns the run as a whole, `person` when a person did it
    EventData data;
};

using EventPtr = std::shared_ptr<const Event>;

/// As in a journal, also of a kind that is not known.
std::string_view kindNameOf(const Event &event);

/// {seq, time (ISO 8601 UTC, µs), kind, run, agent, parent, duration_us, data}
Json toJson(const Event &event);

/// The fixed vocabulary of what an agent is doing; names as in AgentState's `state`.
enum class AgentState : std::uint8_t {
    Idle,
    Thinking,
    Tool,
    WaitingApproval,
    WaitingRate,
    WaitingClaim,
    Paused,
    Done,
    Stopped,
    Failed,
    Crashed
};
std::string_view toString(AgentState state); ///< idle, thinking, tool, waiting_approval, …
AgentState agentStateFromString(std::string_view name); ///< Idle when unknown

} // namespace orrery
