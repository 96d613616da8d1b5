// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/sharedstores.h"

#include "core/decisions/decisiontext.h"
#include "core/knowledge/knowledgetools.h"

#include <algorithm>

namespace orrery::runtime {

namespace {

/// A piece of what a store holds, small enough for one event.
constexpr std::size_t kPiece = 200;

std::string fileIn(const TeamServices &services, const SharedStore &store)
{
    return store.path.empty() ? std::string() : (services.workspace / store.path).string();
}

bool lists(const AgentSpec &agent, const tools::ToolPtr &tool)
{
    return agent.tools.names(tool->name);
}

/// The tools of a store that the team file asks for, or else those that an agent names.
void addOffered(std::vector<tools::ToolPtr> &all, const std::vector<tools::ToolPtr> &tools,
                bool offered, const std::vector<AgentSpec> &agents)
{
    for (const tools::ToolPtr &tool : tools)
        if (offered || std::any_of(agents.begin(), agents.end(), [&](const AgentSpec &agent) {
                return lists(agent, tool);
            }))
            all.push_back(tool);
}

bool has(const AgentSpec &agent, const TeamServices &services, const char *tool)
{
    return services.tools.find(tool) && !services.policy.isBlocked(tool) && agent.tools.has(tool);
}

/// Publishes lists of records as events of at most kPiece records.
class Pieces
{
public:
    Pieces(TeamServices &services, EventKind kind, std::vector<const char *> keys)
        : m_services(services), m_kind(kind), m_keys(std::move(keys))
    {
        begin();
    }

    void add(const char *key, Json record)
    {
        m_data[key].push_back(std::move(record));
        if (++m_count == kPiece)
            flush();
    }

    void flush()
    {
        if (m_count == 0)
            return;
        m_services.publish(m_kind, "", std::move(m_data));
        begin();
    }

private:
    void begin()
    {
        m_count = 0;
        m_data = Json::object();
        for (const char *key : m_keys)
            m_data[key] = Json::array();
    }

    TeamServices &m_services;
    EventKind m_kind;
    std::vector<const char *> m_keys;
    Json m_data;
    std::size_t m_count = 0;
};

} // namespace

Result<void> openSharedStores(TeamServices &services)
{
    auto knowledge = knowledge::KnowledgeBase::open(fileIn(services, services.team.knowledge));
    if (!knowledge)
        return fail(knowledge.error());
    auto decisions = decisions::DecisionGraph::open(fileIn(services, services.team.decisions));
    if (!decisions)
        return fail(decisions.error());
    services.knowledge = std::move(*knowledge);
    services.decisions = std::move(*decisions);
    return {};
}

void publishLoaded(TeamServices &services)
{
    Pieces knowledge(services, EventKind::KnowledgeLoaded, {"documents", "entries", "links"});
    for (const auto &document : services.knowledge->documents())
        knowledge.add("documents", toJson(*document));
    for (const auto &entry : services.knowledge->entries())
        knowledge.add("entries", toJson(*entry));
    for (const auto &link : services.knowledge->links())
        knowledge.add("links", toJson(*link));
    knowledge.flush();
    Pieces decisions(services, EventKind::DecisionsLoaded, {"nodes", "edges"});
    for (const auto &node : services.decisions->nodes())
        decisions.add("nodes", toJson(*node));
    for (const auto &edge : services.decisions->edges())
        decisions.add("edges", toJson(*edge));
    decisions.flush();
}

std::vector<tools::ToolPtr> sharedStoreTools(TeamServices &services)
{
    std::vector<tools::ToolPtr> all;
    const TeamSpec &team = services.team;
    addOffered(all, knowledgeTools(services), team.knowledge.offered, team.agents);
    addOffered(all, decisionTools(services), team.decisions.offered, team.agents);
    return all;
}

std::string instructionsWithStores(const AgentSpec &agent, const TeamServices &services)
{
    std::string text = agent.instructions;
    const auto section = [&text](const std::string &more) {
        text += (text.empty() ? "" : "\n\n") + more;
    };
    if (has(agent, services, "kb_search"))
        section("## Knowledge Base\n\n"
                "The team has a knowledge base. When answering questions, search it first "
                "(kb_search, kb_read). Use [[slug]] for links between entries, and cite the "
                "entries that you used.");
    const bool records = has(agent, services, "record_decision");
    if (records)
        section("## Decisions\n\n"
                "The team records what it decides and why: goals at the start (add_goal), "
                "decisions as you make them (record_decision), outcomes when you see them "
                "(record_outcome).");
    if (records || has(agent, services, "query_decisions"))
        if (const auto held = decisions::contextText(*services.decisions))
            section(*held);
    return text;
}

void ingestForPerson(TeamServices &services, const std::string &title, const std::string &content)
{
    knowledge::KnowledgeTools tools(
        *services.knowledge, std::nullopt, services.clock.wallMs(),
        [&](EventKind kind, Json data) { services.publish(kind, "person", std::move(data)); });
    const Json result = tools.ingest({{"title", title}, {"content", content}});
    if (result.value("status", "") != "ingested")
        services.publish(EventKind::Warning, "person",
                         {{"code", "knowledge"}, {"message", result.value("message", "")}});
}

} // namespace orrery::runtime
