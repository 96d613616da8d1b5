// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/window/inventedrun.h"

namespace orrery::bench {

InventedRun::InventedRun(int agents, unsigned seed, int deltasPerAnswer)
    : m_random(seed), m_deltas(deltasPerAnswer)
{
    for (int i = 0; i < agents; ++i)
        m_agents.push_back({"agent" + std::to_string(i), 0, 0, {}});
}

EventPtr InventedRun::publish(EventKind kind, const std::string &agent, Json data,
                              std::int64_t durationUs, std::uint64_t parent)
{
    auto event = std::make_shared<Event>();
    event->seq = ++m_seq;
    event->timeUs = m_timeUs;
    event->durationUs = durationUs;
    event->parent = parent;
    event->kind = kind;
    event->run = "run_invented";
    event->agent = agent;
    event->data = data;
    m_timeUs += 500 + below(4000);
    return event;
}

std::string InventedRun::words(int count)
{
    static const char *const all[] = {"the",   "window", "holds", "claim", "of",   "parser",
                                      "tests", "fail",   "in",    "line",  "with", "journal",
                                      "and",   "limit",  "waits", "agent"};
    std::string text;
    for (int i = 0; i < count; ++i)
        text += (i ? " " : "") + std::string(all[below(16)]);
    return text;
}

EventPtr InventedRun::next()
{
    if (m_seq == 0) {
        Json agents = Json::array();
        for (const Agent &agent : m_agents)
            agents.push_back({{"name", agent.name}, {"role", "coder"}, {"model", "scripted:m"}});
        return publish(
            EventKind::RunStarted, "",
            {{"team", "invented"},
             {"task", "Measure the window"},
             {"workspace", "/tmp/w"},
             {"scripted", true},
             {"agents", agents},
             {"limits",
              {{"rpm", 600}, {"tpm", 400000}, {"budget_usd", nullptr}, {"policy", "wait"}}},
             {"claim_ttl_ms", 300000},
             {"sandbox", "bubblewrap"}});
    }
    Agent &agent = m_agents[std::size_t(below(int(m_agents.size())))];
    if (agent.ahead.empty())
        plan(agent);
    Planned planned = std::move(agent.ahead.front());
    agent.ahead.pop_front();
    const auto event = publish(planned.kind, agent.name, std::move(planned.data),
                               planned.durationUs, planned.belongsToStart ? agent.toolStarted : 0);
    if (event->kind == EventKind::ToolStarted)
        agent.toolStarted = event->seq;
    return event;
}

/// One iteration: what is asked for, what comes of it, and the tool call that follows.
void InventedRun::plan(Agent &agent)
{
    auto &ahead = agent.ahead;
    const auto add = [&](EventKind kind, Json data, std::int64_t durationUs = 0,
                         bool belongsToStart = false) {
        ahead.push_back({kind, std::move(data), durationUs, belongsToStart});
    };
    const auto ofTable = [&](Json data) {
        data["table_seq"] = ++m_tableSeq;
        data["at_ms"] = m_timeUs / 1000;
        return data;
    };
    if (agent.iteration++ == 0)
        add(EventKind::AgentStarted,
            {{"role", "coder"}, {"model", "scripted:m"}, {"prompt", words(20)}});
    const std::string request = "req_" + std::to_string(++m_calls);
    const std::string call = "call_" + std::to_string(m_calls);
    const std::string file = "src/file" + std::to_string(below(40)) + ".cpp";
    const std::int64_t tokens = 800 + below(4000);
    const int first = 1 + below(300);
    add(EventKind::IterationStarted, {{"n", agent.iteration}});
    if (below(12) == 0)
        add(EventKind::LimiterWaiting, ofTable({{"reason", "tokens"},
                                                {"tokens", tokens},
                                                {"limit", 400000},
                                                {"window_tokens", 399000},
                                                {"window_requests", 60},
                                                {"holders", Json::array()},
                                                {"fits_at_ms", m_timeUs / 1000 + 2000},
                                                {"sentence", "The window is full."}}));
    add(EventKind::LimiterAcquired, ofTable({{"reservation", m_calls},
                                             {"tokens", tokens},
                                             {"window_tokens", tokens},
                                             {"window_requests", 1}}));
    add(EventKind::AgentState, {{"state", "thinking"}, {"reason", ""}});
    add(EventKind::RequestSent, {{"call", request},
                                 {"provider", "scripted"},
                                 {"model", "m"},
                                 {"base_url", ""},
                                 {"scripted", true},
                                 {"message_count", agent.iteration * 2},
                                 {"tool_count", 12},
                                 {"body_bytes", 4000 + below(40000)},
                                 {"tokens_est", tokens},
                                 {"schema_conversions", 0}});
    std::string answer;
    for (int i = 0; i < m_deltas; ++i) {
        const std::string piece = words(4) + " ";
        answer += piece;
        add(EventKind::ModelDelta, {{"call", request}, {"text", piece}});
    }
    add(EventKind::ResponseReceived,
        {{"call", request},
         {"finish_reason", "tool_calls"},
         {"ending", "tool_calls"},
         {"usage",
          {{"input_tokens", tokens - 200}, {"output_tokens", 200}, {"total_tokens", tokens}}},
         {"raw_usage", Json::object()},
         {"cost_usd", 0.001},
         {"ttft_ms", 120 + below(400)}},
        400000 + below(2000000));
    add(EventKind::LimiterSettled, ofTable({{"reservation", m_calls},
                                            {"tokens_est", tokens},
                                            {"tokens_actual", tokens},
                                            {"window_tokens", tokens},
                                            {"window_requests", 1}}));
    const Json args = {{"path", file}, {"line", first}};
    add(EventKind::MessageAdded,
        {{"message",
          {{"role", "assistant"},
           {"content", answer},
           {"tool_calls", {{{"id", call}, {"name", "edit_file"}, {"arguments", args}}}}}}});
    add(EventKind::ToolRequested, {{"call", call}, {"tool", "edit_file"}, {"args", args}});
    const bool isAsked = below(20) == 0;
    if (isAsked) {
        const std::string approval = "ap_" + std::to_string(m_calls);
        add(EventKind::ApprovalRequested, {{"approval", approval},
                                           {"call", call},
                                           {"tool", "edit_file"},
                                           {"args", args},
                                           {"reason", "It writes."}});
        add(EventKind::ApprovalResolved, {{"approval", approval},
                                          {"call", call},
                                          {"tool", "edit_file"},
                                          {"decision", "approve"},
                                          {"note", ""},
                                          {"by", "person"}});
    }
    add(EventKind::ClaimGranted, ofTable({{"file", file},
                                          {"start", first},
                                          {"end", first + 20},
                                          {"expires_at_ms", m_timeUs / 1000 + 300000},
                                          {"replaced", nullptr}}));
    add(EventKind::ToolStarted,
        {{"call", call}, {"tool", "edit_file"}, {"args", args}, {"category", "write"}});
    add(EventKind::AgentState, {{"state", "tool"}, {"reason", "edit_file"}});
    if (below(3) == 0)
        add(EventKind::FileEdited, {{"file", file},
                                    {"start", first},
                                    {"end", first + 3},
                                    {"inside_claim", true},
                                    {"added", 3},
                                    {"removed", 1},
                                    {"call", call}});
    const bool isGood = below(15) != 0;
    add(EventKind::ToolFinished,
        {{"call", call}, {"tool", "edit_file"}, {"ok", isGood}, {"content", words(12)}},
        1000 + below(200000), true);
    add(EventKind::MessageAdded,
        {{"message", {{"role", "tool"}, {"content", words(12)}, {"tool_call_id", call}}},
         {"how", "answered"},
         {"tool", "edit_file"}});
    add(EventKind::ClaimReleased, ofTable({{"file", file}, {"start", first}, {"end", first + 20}}));
    if (below(6) == 0) {
        const std::string to = m_agents[std::size_t(below(int(m_agents.size())))].name;
        const std::string id = "msg_" + std::to_string(m_calls);
        add(EventKind::PeerMessageSent, {{"id", id}, {"to", to}, {"text", words(8)}});
    }
    if (below(10) == 0)
        add(EventKind::MemoryStored, {{"id", "mem_" + std::to_string(m_calls)},
                                      {"content", words(10)},
                                      {"type", "fact"},
                                      {"importance", 0.5},
                                      {"scope", Json::object()}});
}

std::vector<EventPtr> InventedRun::end()
{
    std::vector<EventPtr> events;
    for (const Agent &agent : m_agents)
        events.push_back(publish(EventKind::AgentFinished, agent.name,
                                 {{"outcome", "done"},
                                  {"output", "Done."},
                                  {"iterations", agent.iteration},
                                  {"usage", Json::object()},
                                  {"error", nullptr}}));
    events.push_back(publish(EventKind::RunFinished, "", {{"outcome", "done"}, {"reason", ""}}));
    return events;
}

} // namespace orrery::bench
