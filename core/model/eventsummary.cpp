// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/eventsummary.h"

#include "core/base/numberwords.h"
#include "core/model/eventcolumns.h"

#include <algorithm>
#include <initializer_list>

namespace orrery {

namespace {

/// Of a text no more than this is looked at: a line is cut to kSummaryBytes anyway.
constexpr std::size_t kLongest = 400;

std::string joined(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (const std::string_view part : parts)
        text += part;
    return text;
}

std::string textOf(const JsonFields &data, std::string_view key)
{
    return data.text(key, kLongest);
}

std::string withReason(std::string text, std::string_view reason)
{
    if (!reason.empty())
        text.append(": ").append(reason);
    return text;
}

std::string counted(const JsonFields &data, std::string_view key, std::string_view one,
                    std::string_view many)
{
    return words::counted(data.count(key), one, many);
}

std::string listed(const JsonFields &data, std::string_view key)
{
    return std::to_string(data.at(key).size());
}

std::string linesOf(const JsonFields &data, std::string_view start, std::string_view end)
{
    return words::lines(data.line(start), data.line(end));
}

std::string region(const JsonFields &data)
{
    return joined({textOf(data, "file"), ":", linesOf(data, "start", "end")});
}

std::string arguments(const JsonFields &data)
{
    const JsonView args = data.at("args");
    if (!args.isObject() || JsonFields(args).isEmpty())
        return {};
    return ' ' + std::string(args.raw().substr(0, kLongest));
}

std::string messageSummary(const JsonFields &message)
{
    std::string calls;
    message.at("tool_calls").each([&](const JsonView &call) {
        if (calls.size() < kLongest)
            calls += (calls.empty() ? "calls " : ", ") + textOf(JsonFields(call), "name");
    });
    const std::string content = textOf(message, "content");
    if (!calls.empty() && !content.empty())
        calls += " · ";
    return withReason(textOf(message, "role"), calls + content);
}

std::string modelSummary(EventKind kind, const JsonFields &data)
{
    switch (kind) {
    case EventKind::RequestSent:
        return joined({"asks ", textOf(data, "provider"), ":", textOf(data, "model"), ", ",
                       counted(data, "message_count", "message", "messages"), ", ",
                       words::estimate(data.count("tokens_est")), " tokens (est.)"});
    case EventKind::ModelDelta:
        return data.has("thinking") && !data.has("text") ? "thinks: " + textOf(data, "thinking")
                                                         : textOf(data, "text");
    case EventKind::ResponseReceived: {
        const JsonFields usage = data.object("usage");
        return joined({"answered (", textOf(data, "finish_reason"),
                       "): ", words::count(usage.count("input_tokens")), " tokens in, ",
                       words::count(usage.count("output_tokens")), " out, ",
                       data.has("cost_usd") ? words::money(data.at("cost_usd").real().value_or(0))
                                            : std::string("unpriced")});
    }
    default: {
        std::string text = withReason("request failed", textOf(data, "message"));
        if (const auto retry = data.at("retry_in_ms").integer())
            text += " · tries again in " + words::duration(*retry * 1000);
        return text;
    }
    }
}

std::string limiterSummary(EventKind kind, const JsonFields &data)
{
    const auto count = [&](std::string_view key) { return words::count(data.count(key)); };
    const auto estimate = [&](std::string_view key) { return words::estimate(data.count(key)); };
    switch (kind) {
    case EventKind::LimiterAcquired:
        return estimate("tokens") + " tokens reserved; the window holds " + count("window_tokens");
    case EventKind::LimiterSettled:
        return count("tokens_actual") + " tokens used of " + estimate("tokens_est") + " reserved";
    case EventKind::LimiterReleased: return count("tokens") + " reserved tokens given back";
    case EventKind::LimiterExpired:
        return "a reservation of " + count("tokens") + " tokens expired";
    case EventKind::LimiterHeld: return withReason("a pause for all", textOf(data, "sentence"));
    default:
        return withReason(kind == EventKind::LimiterWaiting ? "waits" : "refused",
                          textOf(data, "sentence"));
    }
}

std::string claimSummary(EventKind kind, const JsonFields &data)
{
    switch (kind) {
    case EventKind::ClaimGranted: {
        const JsonFields before = data.object("replaced");
        return "claimed " + region(data)
               + (before.has("start") ? ", replaced " + linesOf(before, "start", "end") : "");
    }
    case EventKind::ClaimDenied:
        return joined({"was refused ", region(data), ": ", textOf(data, "holder"), " holds ",
                       linesOf(data, "holder_start", "holder_end"), " for another ",
                       words::remaining(data.integer("expires_in_ms"))});
    case EventKind::ClaimReleased: return "released " + region(data);
    case EventKind::ClaimExpired: return "the claim on " + region(data) + " expired";
    case EventKind::ClaimMoved:
        return joined({"the claim on ", textOf(data, "file"), ":",
                       linesOf(data, "from_start", "from_end"), " moved to ",
                       linesOf(data, "start", "end"), " with an edit by ", textOf(data, "by")});
    default:
        return joined({"edited ", region(data), ", +", std::to_string(data.count("added")), " −",
                       std::to_string(data.count("removed")),
                       data.flag("inside_claim", true) ? "" : ", outside any claim"});
    }
}

std::string memorySummary(EventKind kind, const JsonFields &data)
{
    switch (kind) {
    case EventKind::MemoryStored:
        return joined({"remembered (", textOf(data, "type"), "): ", textOf(data, "content")});
    case EventKind::MemoryForgotten: return "forgot " + textOf(data, "id");
    default:
        return joined({"searched “", textOf(data, "query"), "”: ", listed(data, "results"),
                       " found, ", listed(data, "dropped"), " dropped"});
    }
}

std::string knowledgeSummary(EventKind kind, const JsonFields &data)
{
    switch (kind) {
    case EventKind::KnowledgeLoaded:
        return joined({"the knowledge base holds ", listed(data, "entries"), " entries, ",
                       listed(data, "links"), " links and ", listed(data, "documents"),
                       " documents from before"});
    case EventKind::KnowledgeSaved: {
        const JsonFields document = data.object("document");
        const JsonFields entry = data.object("entry");
        if (data.has("document"))
            return joined(
                {"document “", textOf(document, "title"), "”: ", textOf(document, "status")});
        return withReason(joined({"entry “", textOf(entry, "title"), "”"}),
                          textOf(entry, entry.has("summary") ? "summary" : "content"));
    }
    case EventKind::KnowledgeLinked:
        return joined({"linked two entries (", textOf(data.object("link"), "link_type"), ")"});
    case EventKind::KnowledgeDeleted:
        return joined({"deleted ", textOf(data, "what"), " ", textOf(data, "id")});
    default:
        return joined({"searched the knowledge base for “", textOf(data, "query"),
                       "”: ", listed(data, "results"), " found"});
    }
}

std::string decisionSummary(EventKind kind, const JsonFields &data)
{
    const JsonFields node = data.object("node");
    switch (kind) {
    case EventKind::DecisionsLoaded:
        return joined({"the decision graph holds ", listed(data, "nodes"), " nodes and ",
                       listed(data, "edges"), " edges from before"});
    case EventKind::DecisionRecorded:
        return withReason(joined({textOf(node, "type"), ": ", textOf(node, "label")}),
                          textOf(node, "rationale"));
    case EventKind::DecisionLinked:
        return joined({"linked two nodes (", textOf(data.object("edge"), "edge_type"), ")"});
    case EventKind::DecisionUpdated:
        return joined(
            {textOf(node, "type"), " “", textOf(node, "label"), "” is ", textOf(node, "status")});
    default: return "deleted node " + textOf(data, "id");
    }
}

std::string agentSummary(EventKind kind, const JsonFields &data)
{
    switch (kind) {
    case EventKind::AgentStarted: {
        const std::string role = textOf(data, "role");
        const std::string model = textOf(data, "model");
        return role.empty() ? "started on " + model : joined({"started as ", role, " on ", model});
    }
    case EventKind::AgentState: {
        std::string state = textOf(data, "state");
        std::replace(state.begin(), state.end(), '_', ' ');
        return withReason(std::move(state), textOf(data, "reason"));
    }
    case EventKind::AgentFinished:
        return withReason(joined({"finished, ", textOf(data, "outcome"), ", after ",
                                  counted(data, "iterations", "iteration", "iterations")}),
                          textOf(data, data.has("error") ? "error" : "output"));
    case EventKind::AgentJoined: {
        const std::string parent = textOf(data, "parent");
        return withReason(parent.empty() ? "joined as " + textOf(data, "role")
                                         : "joined as sub-agent of " + parent,
                          textOf(data, "task"));
    }
    case EventKind::AgentLeft: return withReason("left the team", textOf(data, "reason"));
    case EventKind::AgentInterrupted: return withReason("interrupted", textOf(data, "reason"));
    case EventKind::HistoryCleared:
        return "conversation cleared, " + counted(data, "messages", "message", "messages");
    case EventKind::ContextLoaded:
        return joined({"goes on from ", textOf(data, "session"), ", ",
                       counted(data, "messages", "message", "messages")});
    default:
        return joined(
            {"conversation shortened from ", words::count(data.count("before_tokens")), " to ",
             words::count(data.count("after_tokens")), " tokens: ",
             words::counted(std::int64_t(data.at("shortened").size()), "result", "results"),
             " cut, ", counted(data, "dropped_messages", "message", "messages"), " taken out"});
    }
}

std::string toolSummary(EventKind kind, const JsonFields &data)
{
    const std::string tool = textOf(data, "tool");
    switch (kind) {
    case EventKind::ToolRequested: return joined({"wants ", tool, arguments(data)});
    case EventKind::ToolStarted: return tool + arguments(data);
    case EventKind::ToolFinished:
        return withReason(tool + (data.flag("ok") ? " ok" : " failed"), textOf(data, "content"));
    case EventKind::ApprovalRequested:
        return joined({"asks for approval of ", tool, arguments(data)});
    case EventKind::ApprovalResolved:
        return withReason(
            joined({tool, ": ", textOf(data, "decision"), " by ", textOf(data, "by")}),
            textOf(data, "note"));
    case EventKind::HookDecided:
        return withReason(
            joined({"hooks at ", textOf(data, "point"), ": ", textOf(data, "decision")}),
            textOf(data, "reason"));
    default:
        return joined({tool, ": a result of ", words::count(data.count("bytes")),
                       " bytes is kept as ", textOf(data, "handle")});
    }
}

std::string runSummary(const JsonFields &data)
{
    std::string text = "run of team " + textOf(data, "team");
    if (const std::string sandbox = textOf(data, "sandbox"); !sandbox.empty())
        text += joined({" (sandbox of commands: ", sandbox, ")"});
    return withReason(std::move(text), textOf(data, "task"));
}

std::string loopSummary(const JsonFields &data)
{
    return joined({data.flag("stops") ? "ended: " : "", "the same calls ",
                   std::to_string(data.count("repeats")), " times"});
}

std::string wholeSummary(EventKind kind, const JsonFields &data)
{
    switch (kind) {
    case EventKind::RunStarted: return runSummary(data);
    case EventKind::RunFinished:
        return withReason("run " + textOf(data, "outcome"), textOf(data, "reason"));
    case EventKind::RunPaused: return "run paused";
    case EventKind::RunResumed: return "run goes on";
    case EventKind::IterationStarted: return "iteration " + std::to_string(data.count("n"));
    case EventKind::MessageAdded: return messageSummary(data.object("message"));
    case EventKind::AgentStarted:
    case EventKind::AgentState:
    case EventKind::AgentFinished:
    case EventKind::AgentJoined:
    case EventKind::AgentLeft:
    case EventKind::AgentInterrupted:
    case EventKind::HistoryCleared:
    case EventKind::ContextLoaded:
    case EventKind::ContextCompacted: return agentSummary(kind, data);
    case EventKind::RequestSent:
    case EventKind::ModelDelta:
    case EventKind::ResponseReceived:
    case EventKind::RequestFailed: return modelSummary(kind, data);
    case EventKind::ToolRequested:
    case EventKind::ToolStarted:
    case EventKind::ToolFinished:
    case EventKind::ApprovalRequested:
    case EventKind::ApprovalResolved:
    case EventKind::HookDecided:
    case EventKind::ResultSpilled: return toolSummary(kind, data);
    case EventKind::LimiterAcquired:
    case EventKind::LimiterWaiting:
    case EventKind::LimiterDenied:
    case EventKind::LimiterSettled:
    case EventKind::LimiterReleased:
    case EventKind::LimiterExpired:
    case EventKind::LimiterHeld: return limiterSummary(kind, data);
    case EventKind::ClaimGranted:
    case EventKind::ClaimDenied:
    case EventKind::ClaimReleased:
    case EventKind::ClaimExpired:
    case EventKind::ClaimMoved:
    case EventKind::FileEdited: return claimSummary(kind, data);
    case EventKind::Warning: return withReason("warning", textOf(data, "message"));
    case EventKind::DiscoveryShared: return withReason(textOf(data, "topic"), textOf(data, "text"));
    case EventKind::PeerMessageSent:
        return joined({"to ", data.has("to") ? textOf(data, "to") : std::string("everybody"), ": ",
                       textOf(data, "text")});
    case EventKind::PeerMessageDelivered:
        return joined({"from ", textOf(data, "from"), ": ", textOf(data, "text")});
    case EventKind::MemoryStored:
    case EventKind::MemorySearched:
    case EventKind::MemoryForgotten: return memorySummary(kind, data);
    case EventKind::ContextUpdated:
        return "context changed by "
               + words::counted(std::int64_t(data.at("ops").size()), "operation", "operations");
    case EventKind::ContextSaved:
        return joined({"context saved, version ", std::to_string(data.count("version")), ", ",
                       std::to_string(data.count("bytes")), " bytes"});
    case EventKind::SaveFailed: return withReason("context not saved", textOf(data, "message"));
    case EventKind::ModelSwitched:
        return joined({textOf(data, "to"), " in place of ", textOf(data, "from")});
    case EventKind::OutputRejected:
        return withReason("answer not accepted", textOf(data, "message"));
    case EventKind::LoopNoticed: return loopSummary(data);
    case EventKind::KnowledgeLoaded:
    case EventKind::KnowledgeSaved:
    case EventKind::KnowledgeLinked:
    case EventKind::KnowledgeDeleted:
    case EventKind::KnowledgeSearched: return knowledgeSummary(kind, data);
    case EventKind::DecisionsLoaded:
    case EventKind::DecisionRecorded:
    case EventKind::DecisionLinked:
    case EventKind::DecisionUpdated:
    case EventKind::DecisionDeleted: return decisionSummary(kind, data);
    case EventKind::Count: break;
    }
    return {};
}

} // namespace

std::string summaryOf(const Event &event, const JsonFields &data)
{
    // Of a kind that is not known there is only the data to show.
    const std::string whole = event.kind == EventKind::Count ? event.data.text().substr(0, kLongest)
                                                             : wholeSummary(event.kind, data);
    return words::oneLine(whole, kSummaryBytes);
}

std::string summaryOf(const Event &event)
{
    return summaryOf(event, JsonFields(event.data.text()));
}

} // namespace orrery
