// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"

#include <array>
#include <random>
#include <string>
#include <vector>

namespace orrery::test {

/// Events as runs publish them, in a random order that keeps to little: claims that nobody holds are released, approvals
/// are answered twice, agents come and go. Some of the data lacks fields, or has another type in their place.
class RandomRun
{
public:
    explicit RandomRun(unsigned seed) : m_random(seed) {}

    std::vector<EventPtr> events(std::size_t count)
    {
        std::vector<EventPtr> events;
        events.reserve(count);
        for (std::size_t i = 0; i < count; ++i)
            events.push_back(next());
        return events;
    }

    EventPtr next()
    {
        auto event = std::make_shared<Event>();
        event->seq = ++m_seq;
        m_timeUs += chance(200) ? -5'000'000 : below(400'000);
        event->timeUs = m_timeUs;
        event->durationUs = chance(3) ? below(9'000'000) : 0;
        event->parent =
            m_seq > 1 && chance(2) ? m_seq - 1 - below(std::min<int>(int(m_seq) - 1, 50)) : 0;
        event->kind = m_seq == 1 || chance(2000) ? EventKind::RunStarted : kind();
        if (event->kind == EventKind::RunStarted)
            ++m_run;
        event->run = "run_" + std::to_string(m_run);
        event->agent = chance(12) ? "" : chance(30) ? "person" : agent();
        event->data = data(event->kind);
        return event;
    }

private:
    int below(int limit) { return limit <= 0 ? 0 : int(m_random() % unsigned(limit)); }
    bool chance(int in) { return below(in) == 0; }
    std::string agent() { return "agent" + std::to_string(below(6)); }
    std::string file() { return "src/file" + std::to_string(below(8)) + ".cpp"; }
    std::string call()
    {
        return "call_" + std::to_string(m_seq / 40) + "_" + std::to_string(below(6));
    }
    std::string tool()
    {
        static constexpr std::array<const char *, 4> tools = {"bash", "read_file", "edit_file",
                                                              "grep"};
        return tools[std::size_t(below(4))];
    }
    std::string text()
    {
        std::string text;
        for (int i = below(chance(20) ? 400 : 12); i > 0; --i)
            text += chance(30) ? "\n" : chance(10) ? "ü🙂 " : "word ";
        return text;
    }
    template <std::size_t Count>
    std::string one(const std::array<const char *, Count> &of)
    {
        return of[std::size_t(below(int(Count)))];
    }
    std::string id(const char *what) { return std::string(what) + std::to_string(below(30)); }

    /// Those that runs have most of more often.
    EventKind kind()
    {
        static constexpr std::array<EventKind, 22> frequent = {
            EventKind::ModelDelta,        EventKind::ModelDelta,       EventKind::ModelDelta,
            EventKind::AgentState,        EventKind::AgentState,       EventKind::MessageAdded,
            EventKind::ToolStarted,       EventKind::ToolFinished,     EventKind::RequestSent,
            EventKind::ResponseReceived,  EventKind::LimiterAcquired,  EventKind::LimiterSettled,
            EventKind::LimiterWaiting,    EventKind::ClaimGranted,     EventKind::ClaimReleased,
            EventKind::ClaimMoved,        EventKind::ClaimDenied,      EventKind::FileEdited,
            EventKind::ApprovalRequested, EventKind::ApprovalResolved, EventKind::IterationStarted,
            EventKind::ToolRequested};
        if (!chance(4))
            return frequent[std::size_t(below(int(frequent.size())))];
        const auto kind = EventKind(below(int(EventKind::Count)));
        const bool isRare = kind == EventKind::RunStarted || kind == EventKind::RunFinished;
        return isRare && !chance(20) ? EventKind::ContextSaved : kind;
    }

    Json data(EventKind kind)
    {
        Json data = wholeData(kind);
        if (!chance(25) || data.empty())
            return data;
        auto member = data.begin();
        std::advance(member, below(int(data.size())));
        if (chance(2))
            data.erase(member);
        else
            *member = chance(2) ? Json(5) : Json::array({"x"});
        return data;
    }

    Json lines(Json data)
    {
        const int start = 1 + below(300);
        data["file"] = file();
        data["start"] = start;
        data["end"] = start + below(40);
        return data;
    }

    Json limiter(Json data)
    {
        data["tokens"] = below(9000);
        data["window_tokens"] = below(90000);
        data["window_requests"] = below(60);
        data["reservation"] = int(m_seq / 10) + below(6);
        return data;
    }

    Json wholeData(EventKind kind)
    {
        using K = EventKind;
        switch (kind) {
        case K::RunStarted:
            return {{"team", "team"},
                    {"task", text()},
                    {"claim_ttl_ms", 1000 + below(400000)},
                    {"limits", {{"rpm", 10}, {"tpm", 1000 * below(90)}, {"budget_usd", nullptr}}},
                    {"agents",
                     {{{"name", agent()}, {"role", "coder"}, {"model", "m:1"}},
                      {{"name", agent()}, {"role", "lead"}, {"model", "m:2"}}}}};
        case K::RunFinished:
            return {{"outcome", one<3>({"done", "failed", "stopped"})}, {"reason", text()}};
        case K::AgentStarted: return {{"role", id("role")}, {"model", id("m:")}};
        case K::AgentJoined:
            return {{"role", id("role")},
                    {"model", id("m:")},
                    {"parent", chance(2) ? "" : agent()},
                    {"task", text()}};
        case K::AgentState:
            return {{"state", std::string(toString(AgentState(below(11))))}, {"reason", text()}};
        case K::AgentFinished:
            return {{"outcome", one<5>({"done", "failed", "stopped", "crashed", "other"})},
                    {"output", text()},
                    {"error", nullptr},
                    {"iterations", below(9)}};
        case K::IterationStarted: return {{"n", 1 + below(50)}};
        case K::MessageAdded: {
            Json message = {{"role", one<4>({"user", "assistant", "tool", "system"})},
                            {"content", text()},
                            {"tool_call_id", call()}};
            if (chance(3))
                message["tool_calls"] = {{{"name", tool()}, {"id", call()}}};
            return {{"message", std::move(message)}, {"tool", tool()}};
        }
        case K::RequestSent: {
            Json data = {
                {"call", call()}, {"provider", "p"}, {"model", "m"}, {"tokens_est", below(9000)}};
            if (chance(4))
                data["purpose"] = "memory";
            return data;
        }
        case K::ModelDelta: return {{"call", call()}, {chance(5) ? "thinking" : "text", text()}};
        case K::ResponseReceived: {
            Json data = {
                {"call", call()},
                {"finish_reason", "stop"},
                {"usage", {{"input_tokens", below(90000)}, {"output_tokens", below(3000)}}},
                {"cost_usd", chance(6) ? Json() : Json(below(100000) / 1e6)},
                {"ttft_ms", below(5000)}};
            if (chance(4))
                data["purpose"] = "summary";
            return data;
        }
        case K::RequestFailed:
            return {
                {"call", call()}, {"message", text()}, {"http_status", 429}, {"retry_in_ms", 100}};
        case K::ToolRequested:
        case K::ToolStarted:
            return {
                {"call", call()}, {"tool", tool()}, {"args", {{"path", file()}, {"x", text()}}}};
        case K::ToolFinished:
            return {{"call", call()}, {"tool", tool()}, {"ok", !chance(4)}, {"content", text()}};
        case K::ApprovalRequested:
            return {{"approval", chance(4) ? "" : id("ap")},
                    {"call", call()},
                    {"tool", tool()},
                    {"args", Json::object()},
                    {"reason", text()}};
        case K::ApprovalResolved:
            return {{"approval", chance(4) ? "" : id("ap")},
                    {"call", call()},
                    {"tool", tool()},
                    {"decision", one<3>({"approve", "reject", "edit"})},
                    {"by", "person"}};
        case K::LimiterAcquired:
        case K::LimiterReleased:
        case K::LimiterExpired: return limiter({});
        case K::LimiterSettled:
            return limiter({{"tokens_est", below(9000)}, {"tokens_actual", below(9000)}});
        case K::LimiterWaiting:
        case K::LimiterDenied:
            return limiter({{"reason", one<4>({"tokens", "requests", "budget", "queued"})},
                            {"sentence", text()},
                            {"fits_at_ms", chance(2) ? Json() : Json(m_timeUs / 1000 + 500)}});
        case K::ClaimGranted: {
            Json data = lines({{"replaced", nullptr}});
            if (!chance(3))
                data["expires_at_ms"] = m_timeUs / 1000 + below(300000);
            return data;
        }
        case K::ClaimDenied:
            return lines({{"holder", agent()},
                          {"holder_start", 1},
                          {"holder_end", 9},
                          {"via", "write"},
                          {"expires_in_ms", below(9000)}});
        case K::ClaimReleased:
        case K::ClaimExpired: return lines({});
        case K::ClaimMoved: return lines({{"by", agent()}, {"from_start", 1}, {"from_end", 5}});
        case K::FileEdited:
            return lines({{"inside_claim", chance(2)},
                          {"added", below(9)},
                          {"removed", below(9)},
                          {"call", call()}});
        case K::MemoryStored: return {{"id", id("mem")}, {"content", text()}, {"type", "fact"}};
        case K::MemoryForgotten: return {{"id", id("mem")}};
        case K::KnowledgeLoaded:
            return {{"documents", {{{"id", id("doc")}}}},
                    {"entries", {{{"id", id("en")}}, {{"id", id("en")}}}},
                    {"links", {{{"id", id("li")}, {"from", id("en")}, {"to", id("en")}}}}};
        case K::KnowledgeSaved:
            return chance(3) ? Json{{"document", {{"id", id("doc")}, {"title", text()}}}}
                             : Json{{"entry", {{"id", id("en")}, {"title", text()}}}};
        case K::KnowledgeLinked:
            return {{"link", {{"id", id("li")}, {"from", id("en")}, {"to", id("en")}}}};
        case K::KnowledgeDeleted: {
            const std::string what = one<3>({"entry", "document", "link"});
            return {{"what", what},
                    {"id", id(what == "entry"  ? "en"
                              : what == "link" ? "li"
                                               : "doc")}};
        }
        case K::DecisionsLoaded:
            return {{"nodes", {{{"id", id("no")}}, {{"id", id("no")}}}},
                    {"edges", {{{"id", id("ed")}, {"from", id("no")}, {"to", id("no")}}}}};
        case K::DecisionRecorded:
        case K::DecisionUpdated:
            return {{"node", {{"id", id("no")}, {"type", "goal"}, {"label", text()}}}};
        case K::DecisionLinked:
            return {{"edge", {{"id", id("ed")}, {"from", id("no")}, {"to", id("no")}}}};
        case K::DecisionDeleted: return {{"id", id("no")}};
        case K::PeerMessageSent: return {{"id", id("pm")}, {"to", agent()}, {"text", text()}};
        case K::PeerMessageDelivered:
            return {{"id", id("pm")}, {"from", agent()}, {"text", text()}};
        case K::HistoryCleared: return {{"messages", below(20)}};
        case K::Warning: return {{"code", "c"}, {"message", text()}, {"call", call()}};
        default: return {{"message", text()}, {"id", id("x")}};
        }
    }

    std::mt19937 m_random;
    std::uint64_t m_seq = 0;
    int m_run = 0;
    std::int64_t m_timeUs = 1'750'000'000'000'000;
};

} // namespace orrery::test
