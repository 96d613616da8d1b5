// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace orrery {

/// A summary has no more bytes.
inline constexpr std::size_t kSummaryBytes = 200;

/// Why the limiter lets somebody wait or refuses; as LimiterWaiting's `reason`.
enum class LimiterReason : std::uint8_t {
    Unknown,
    Tokens,
    Requests,
    Budget,
    AgentBudget,
    TooLarge,
    Provider,
    Queued
};
/// How an agent or a run ended; as `outcome` of AgentFinished and RunFinished.
enum class Outcome : std::uint8_t { Unknown, Done, Failed, Stopped, Crashed };
/// What was decided about a call; as `decision` of ApprovalResolved.
enum class ApprovalDecision : std::uint8_t { Unknown, Approve, Reject, Edit };

/// What a journal holds of an event in columns of their own, so that nobody has to read its data to list, filter, add up
/// or draw it. Made in one place, from the data alone, which may be any JSON object.
struct EventColumns {
    std::string tool; ///< its name; of what is about a tool
    std::string call; ///< the id of a call of a tool or a model; of a PeerMessage… the message's id
    std::int64_t tokens =
        0; ///< ResponseReceived: input and output; LimiterSettled: tokens_actual; other Limiter…: tokens
    std::int64_t outputTokens = 0; ///< ResponseReceived
    std::int64_t costNanoUsd = -1; ///< ResponseReceived; -1 = not priced
    std::int32_t firstMs = -1;     ///< ResponseReceived: ttft_ms; -1 = not known
    /// AgentState: orrery::AgentState. ToolFinished: 1 = ok. RequestSent, ResponseReceived: 1 = the turn itself, 0 =
    /// another purpose. LimiterWaiting, LimiterDenied: LimiterReason. AgentFinished, RunFinished: Outcome.
    /// ApprovalResolved: ApprovalDecision. FileEdited: 1 = inside a claim. MessageAdded: MessageRole. Else 0.
    std::uint8_t detail = 0;
    std::string summary; ///< as summaryOf()
};

/// Whose message it is; as `role` of a MessageAdded's message.
enum class MessageRole : std::uint8_t { Unknown, System, User, Assistant, Tool };

/// The highest `detail` that an event of this kind can have.
std::uint8_t mostDetail(EventKind kind);

/// O(bytes of the data). Safe for any data.
EventColumns columnsOf(const Event &event);

/// What an event says, in plain words: one line of UTF-8, at most kSummaryBytes.
std::string summaryOf(const Event &event);

} // namespace orrery
