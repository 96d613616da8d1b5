// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/reflection.h"

#include "core/base/ids.h"
#include "core/memory/memorycontext.h"
#include "core/memory/searchjson.h"
#include "core/model/jsonobject.h"
#include "core/runtime/answerrules.h"
#include "core/runtime/agentrequest.h"
#include "core/runtime/teamservices.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

/// Of the conversation, and of what is remembered so far: enough to judge by, not so much that it costs like the turn.
constexpr std::size_t kMostMessages = 20;
constexpr std::size_t kMostKnown = 30;

memory::Filter reachOf(const std::string &agent)
{
    memory::Filter filter;
    filter.scope = agent;
    return filter;
}

void warn(TeamServices &services, const std::string &agent, const std::string &what)
{
    services.publish(EventKind::Warning, agent,
                     {{"code", "memory"}, {"message", agent + ": " + what}});
}

/// Does what the model's answer says. Blocks.
void applyAnswer(TeamServices &services, const std::string &agent, const std::string &answer)
{
    const auto read = memory::reflectionAnswer(answer);
    if (!read) {
        warn(services, agent,
             "the model's answer on what to remember cannot be read: " + read.error().message);
        return;
    }
    for (const std::string &skipped : read->skipped)
        warn(services, agent, skipped);
    memory::MemoryEntry owner;
    owner.scope = agent;
    owner.owner[static_cast<std::size_t>(memory::ScopeField::AgentId)] = agent;
    owner.owner[static_cast<std::size_t>(memory::ScopeField::SessionId)] = services.run;
    owner.createdMs = owner.updatedMs = owner.accessedMs = services.clock.wallMs();
    for (const memory::AppliedChange &change : memory::applyChanges(
             *services.memory, read->changes, owner, reachOf(agent), [] { return newId("mem"); })) {
        services.embedder.grew(*services.memory);
        if (!change.error.empty()) {
            warn(services, agent, change.error);
        } else if (change.action == memory::MemoryChange::Action::Forget) {
            services.publish(EventKind::MemoryForgotten, agent, {{"id", change.entry.id}});
        } else {
            Json data = memory::toJson(change.entry);
            data["via"] = "reflection";
            services.publish(EventKind::MemoryStored, agent, std::move(data));
        }
    }
}

} // namespace

std::string relevantMemories(TeamServices &services, const std::string &agent,
                             const std::vector<Message> &messages, int limit)
{
    memory::SearchQuery query;
    query.text = memory::relevantQuery(messages);
    if (query.text.empty() || services.memory->count() == 0)
        return {};
    query.filter = reachOf(agent);
    query.rank.limit = limit;
    query.rank.nowMs = services.clock.wallMs();
    query.countsAccess = true;
    const auto outcome = services.memory->search(query);
    if (!outcome) {
        services.publish(EventKind::Warning, agent,
                         {{"code", "memory"}, {"message", outcome.error().message}});
        return {};
    }
    services.publish(EventKind::MemorySearched, agent, memory::toJson(query, *outcome), 0,
                     outcome->elapsedUs);
    return memory::retrievedMemories(outcome->hits);
}

Reflection::Reflection(TeamServices &services, std::string agent,
                       std::vector<std::string> ancestors, ClientSlot &client, QObject *parent)
    : QObject(parent), m_services(services), m_agent(std::move(agent)),
      m_wayBack(std::make_shared<WayBack>(*this)),
      m_caller(services, m_agent, std::move(ancestors), client, this)
{}

Reflection::~Reflection() { m_wayBack->close(); }

void Reflection::start(const Context &context, llm::ModelRequest request, ModelRef target,
                       std::function<void()> done)
{
    m_active = true;
    m_done = std::move(done);
    const std::uint64_t generation = ++m_generation;
    std::vector<Message> messages;
    for (const auto &message : context.messages)
        messages.push_back(*message);
    // Reading what is known may block.
    m_services.tasks.start([this, generation, messages = std::move(messages),
                            request = std::move(request), target = std::move(target),
                            &services = m_services, agent = m_agent, back = m_wayBack] {
        auto known = services.memory->list(reachOf(agent), kMostKnown);
        const auto asked = memory::reflectionRequest(
            messages, kMostMessages, known ? *known : std::vector<memory::MemoryEntry>());
        back->post([this, generation, asked, request, target] {
            if (generation == m_generation)
                ask(requestBeside(request, "memory", asked.system, asked.prompt), target);
        });
    });
}

void Reflection::ask(llm::ModelRequest request, const ModelRef &target)
{
    // The agents' own calls go first: what could have been remembered is still in the conversation.
    m_caller.reserve(
        std::move(request), target, {.purpose = "memory", .patience = LimiterGate::Patience::Never},
        [this](Result<void> reserved) {
            if (!reserved) {
                warn(m_services, m_agent,
                     "nothing was remembered of this turn: " + reserved.error().message);
                end();
                return;
            }
            m_caller.send([this](const ModelCaller::Reply &answer) { answered(answer); });
        });
}

void Reflection::answered(const ModelCaller::Reply &answer)
{
    const auto &reply = answer.reply;
    if (!reply) {
        m_caller.giveBack(reply.error());
        warn(m_services, m_agent, "nothing was remembered of this turn: " + reply.error().message);
        end();
        return;
    }
    m_caller.settle(reply->usage);
    if (reply->ending == Ending::Refusal || reply->ending == Ending::ContentFilter
        || reply->ending == Ending::Length || !saysSomething(reply->message)) {
        warn(m_services, m_agent,
             std::string("nothing was remembered of this turn: the model's answer ended with ")
                 + toString(reply->ending)
                 + (saysSomething(reply->message) ? "." : ", and held nothing."));
        end();
        return;
    }
    const bool taken = m_services.tasks.start(
        [this, generation = m_generation, answer = reply->message.content.value_or(""),
         &services = m_services, agent = m_agent, back = m_wayBack] {
            applyAnswer(services, agent, answer);
            back->post([this, generation] {
                if (generation == m_generation)
                    end();
            });
        });
    if (!taken)
        end();
}

void Reflection::cancel()
{
    if (!m_active)
        return;
    ++m_generation;
    m_caller.giveUp();
    m_active = false;
    m_done = nullptr;
}

void Reflection::end()
{
    m_active = false;
    if (const auto done = std::exchange(m_done, nullptr))
        done();
}

} // namespace orrery::runtime
