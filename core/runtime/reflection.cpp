// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/reflection.h"

#include "core/base/ids.h"
#include "core/llm/httprequest.h"
#include "core/memory/memorycontext.h"
#include "core/memory/searchjson.h"
#include "core/model/jsonobject.h"
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

Reflection::Reflection(TeamServices &services, std::string agent, QObject *parent)
    : QObject(parent), m_services(services), m_agent(std::move(agent))
{}

void Reflection::start(const Context &context, llm::ModelRequest request, llm::ModelClient &client,
                       std::function<void()> done)
{
    m_active = true;
    m_done = std::move(done);
    const std::uint64_t generation = ++m_generation;
    std::vector<Message> messages;
    for (const auto &message : context.messages)
        messages.push_back(*message);
    // Reading what is known may block. The pool is waited for before any agent is destroyed.
    m_services.toolPool.start([this, generation, messages = std::move(messages),
                               request = std::move(request), &client]() mutable {
        auto known = m_services.memory->list(reachOf(m_agent), kMostKnown);
        const auto asked = memory::reflectionRequest(
            messages, kMostMessages, known ? *known : std::vector<memory::MemoryEntry>());
        QMetaObject::invokeMethod(
            this,
            [this, generation, asked, request = std::move(request), &client]() mutable {
                if (generation == m_generation)
                    ask({Message::system(asked.system), Message::user(asked.prompt)},
                        std::move(request), client);
            },
            Qt::QueuedConnection);
    });
}

void Reflection::ask(const std::vector<Message> &messages, llm::ModelRequest request,
                     llm::ModelClient &client)
{
    request.agent = m_agent + "/memory";
    request.messages.clear();
    for (const Message &message : messages)
        request.messages.push_back(std::make_shared<const Message>(message));
    request.tools.reset();
    request.body.reset();
    request.stream = false;
    request.settings.erase("tool_choice");
    request.settings.erase("response_format");
    m_model = request.provider + ":" + request.model;
    m_reservation = 0;
    std::int64_t bytes = 0;
    for (const Message &message : messages)
        bytes += static_cast<std::int64_t>(message.content.value_or("").size());
    const std::int64_t now = m_services.clock.wallMs();
    team::LimiterAsk ask;
    ask.agent = m_agent;
    ask.tokens = std::max<std::int64_t>(1, bytes / 4);
    ask.provider = request.provider;
    // It does not wait; what it is given before it has left the queue goes back.
    auto outcome = m_services.limiter.acquire(
        std::move(ask), now, [&services = m_services](const team::RateLimiter::Verdict &late) {
            if (late.reservation)
                services.limiter.release(late.reservation, services.clock.wallMs());
        });
    if (outcome.ticket != 0)
        m_services.limiter.cancel(outcome.ticket, now);
    if (outcome.verdict.reservation == 0) {
        // The agents' own calls go first: what could have been remembered is still in the conversation.
        warn("nothing was remembered of this turn: " + outcome.verdict.denial->sentence);
        end();
        return;
    }
    m_reservation = outcome.verdict.reservation;
    m_callId = newId("call");
    m_startUs = m_services.clock.steadyUs();
    m_requestSeq = m_services.publish(EventKind::RequestSent, m_agent,
                                      jsonObject({{"call", m_callId},
                                                  {"purpose", "memory"},
                                                  {"provider", request.provider},
                                                  {"model", request.model},
                                                  {"base_url", request.baseUrl},
                                                  {"scripted", request.provider == "scripted"},
                                                  {"message_count", request.messages.size()},
                                                  {"tool_count", 0}}));
    const std::uint64_t generation = m_generation;
    llm::ModelHandlers handlers;
    handlers.onDelta = [](const llm::ModelDelta &) {};
    handlers.onDone = [this, generation](Result<llm::ModelReply> reply) {
        // Out of the call's own stack frame, so that it may be destroyed.
        QMetaObject::invokeMethod(
            this,
            [this, generation, reply = std::move(reply)]() mutable {
                if (generation == m_generation)
                    answered(std::move(reply));
            },
            Qt::QueuedConnection);
    };
    m_call = client.start(std::move(request), std::move(handlers));
}

void Reflection::answered(Result<llm::ModelReply> reply)
{
    m_call.reset();
    const std::int64_t now = m_services.clock.wallMs();
    if (!reply) {
        if (m_reservation)
            m_services.limiter.release(std::exchange(m_reservation, 0), now);
        m_services.publish(EventKind::RequestFailed, m_agent,
                           jsonObject({{"call", m_callId},
                                       {"code", toString(reply.error().code)},
                                       {"message", reply.error().message},
                                       {"detail", reply.error().detail},
                                       {"http_status", reply.error().httpStatus},
                                       {"retry_in_ms", nullptr},
                                       {"fallback", nullptr},
                                       {"attempt", 1}}));
        warn("nothing was remembered of this turn: " + reply.error().message);
        end();
        return;
    }
    const Price *price = m_services.team.priceOf(m_model);
    const std::string provider = m_model.substr(0, m_model.find(':'));
    const auto cost = price ? std::optional(costOf(*price, reply->usage, provider)) : std::nullopt;
    if (m_reservation)
        m_services.limiter.record(m_agent, reply->usage.totalTokens, cost.value_or(0),
                                  std::exchange(m_reservation, 0), now);
    m_services.publish(EventKind::ResponseReceived, m_agent,
                       jsonObject({{"call", m_callId},
                                   {"purpose", "memory"},
                                   {"finish_reason", reply->finishReason},
                                   {"usage", toJson(reply->usage)},
                                   {"raw_usage", reply->rawUsage},
                                   {"cost_usd", cost ? Json(*cost) : Json()},
                                   {"ttft_ms", nullptr}}),
                       m_requestSeq, m_services.clock.steadyUs() - m_startUs);
    const std::uint64_t generation = m_generation;
    m_services.toolPool.start([this, generation, answer = reply->message.content.value_or("")] {
        apply(answer);
        QMetaObject::invokeMethod(
            this,
            [this, generation] {
                if (generation == m_generation)
                    end();
            },
            Qt::QueuedConnection);
    });
}

// On the pool: touches nothing but the services.
void Reflection::apply(const std::string &answer)
{
    const auto read = memory::reflectionAnswer(answer);
    if (!read) {
        warn("the model's answer on what to remember cannot be read: " + read.error().message);
        return;
    }
    for (const std::string &skipped : read->skipped)
        warn(skipped);
    memory::MemoryEntry owner;
    owner.scope = m_agent;
    owner.owner[static_cast<std::size_t>(memory::ScopeField::AgentId)] = m_agent;
    owner.owner[static_cast<std::size_t>(memory::ScopeField::SessionId)] = m_services.run;
    owner.createdMs = owner.updatedMs = owner.accessedMs = m_services.clock.wallMs();
    for (const memory::AppliedChange &change :
         memory::applyChanges(*m_services.memory, read->changes, owner, reachOf(m_agent),
                              [] { return newId("mem"); })) {
        m_services.embedder.grew(*m_services.memory);
        if (!change.error.empty()) {
            warn(change.error);
        } else if (change.action == memory::MemoryChange::Action::Forget) {
            m_services.publish(EventKind::MemoryForgotten, m_agent, {{"id", change.entry.id}});
        } else {
            Json data = memory::toJson(change.entry);
            data["via"] = "reflection";
            m_services.publish(EventKind::MemoryStored, m_agent, std::move(data));
        }
    }
}

void Reflection::warn(const std::string &what)
{
    m_services.publish(EventKind::Warning, m_agent,
                       {{"code", "memory"}, {"message", m_agent + ": " + what}});
}

void Reflection::cancel()
{
    if (!m_active)
        return;
    ++m_generation;
    if (m_call)
        m_call->abort();
    m_call.reset();
    if (m_reservation)
        m_services.limiter.release(std::exchange(m_reservation, 0), m_services.clock.wallMs());
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
