// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/modelcaller.h"

#include "core/base/ids.h"
#include "core/guidance/contextmeter.h"
#include "core/llm/outputlimit.h"
#include "core/llm/picturetokens.h"
#include "core/llm/providers.h"
#include "core/runtime/targetprofile.h"
#include "core/runtime/teamservices.h"

#include <QTimer>

#include <algorithm>

namespace orrery::runtime {
namespace {

/// Nobody answers there, or the server has too much to do: others would fare no better. 503 Service Unavailable (RFC 9110);
/// 529 is Anthropic's "overloaded" (docs.claude.com "Errors", 2026-11).
bool isOutage(const Error &error)
{
    if (error.httpStatus != 0)
        return error.httpStatus == 503 || error.httpStatus == 529;
    return error.code == ErrorCode::Network && error.fromProvider;
}

bool isAboutMoney(team::LimiterDenial::Reason reason)
{
    using Reason = team::LimiterDenial::Reason;
    return reason == Reason::Budget || reason == Reason::AgentBudget;
}

/// What the limiter granted to a call that waited: it goes back unless somebody takes it.
class Grant
{
public:
    Grant(TeamServices &services, team::ReservationId reservation)
        : m_services(services), m_reservation(reservation)
    {}
    Grant(const Grant &) = delete;
    ~Grant()
    {
        if (m_reservation)
            m_services.limiter.release(m_reservation, m_services.clock.wallMs());
    }
    void take() { m_reservation = 0; }

private:
    TeamServices &m_services;
    team::ReservationId m_reservation;
};

JsonItem orAbsent(const std::string &text)
{
    return text.empty() ? JsonItem::absent() : JsonItem(text);
}

} // namespace

llm::ModelClient &ClientSlot::get()
{
    if (!m_client)
        m_client = m_services.makeModelClient();
    return *m_client;
}

ModelCaller::ModelCaller(TeamServices &services, std::string agent,
                         std::vector<std::string> ancestors, ClientSlot &client, QObject *parent)
    : QObject(parent), m_services(services), m_agent(std::move(agent)),
      m_ancestors(std::move(ancestors)), m_client(client),
      m_wayBack(std::make_shared<WayBack>(*this)), m_timer(new QTimer(this))
{
    m_timer->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, [this] {
        if (const auto next = m_services.limiter.pump(m_services.clock.wallMs()); next && m_ticket)
            armTimer(*next);
    });
}

ModelCaller::~ModelCaller()
{
    m_wayBack->close();
    giveUp();
}

guidance::Weight ModelCaller::weightOfRequest() const
{
    if (m_terms.purpose.empty())
        return m_terms.weight;
    const auto attachedTokens = [this](const Message &message) {
        return llm::attachedTokens(message, m_profile);
    };
    guidance::Weight weight;
    for (const auto &message : m_request->messages)
        weight += guidance::weightOf(*message, attachedTokens);
    return weight;
}

std::int64_t ModelCaller::estimatedTokens()
{
    m_weight = weightOfRequest();
    if (m_terms.reserveTokens > 0)
        return m_terms.reserveTokens;
    const std::string conversation = m_terms.purpose.empty() ? m_agent : std::string();
    const auto ratio = m_services.tokenScale->ratioFor(m_target.model, conversation);
    return std::max<std::int64_t>(1, ratio.tokens(m_weight));
}

/// From what the provider has counted. Of a turn's answer the agent's own budget learns.
void ModelCaller::learn(const Usage &usage)
{
    if (m_terms.purpose.empty())
        return;
    const TokenBuckets buckets = bucketsOf(usage, m_profile.inputHasCache);
    m_services.tokenScale->learn(m_target.model, {}, m_weight,
                                 buckets.freshInput + buckets.cacheRead + buckets.cacheWrite);
}

/// Whose pauses apply: servers at addresses of their own have nothing to do with others of the same name.
std::string ModelCaller::address() const
{
    return m_target.baseUrl.empty() ? m_target.provider()
                                    : m_target.provider() + " (" + m_target.baseUrl + ")";
}

std::optional<double> ModelCaller::costOf(const Usage &usage) const
{
    const Price *price = m_services.team.priceOf(m_target.model, m_services.models);
    return price ? std::optional(
               orrery::costOf(*price, usage, m_target.provider(), m_services.models))
                 : std::nullopt;
}

/// What the provider says that the call has cost, for models whose price nobody knows.
std::optional<double> ModelCaller::toldCost(const Json &rawUsage) const
{
    if (m_profile.usageCost.empty())
        return std::nullopt;
    const Json *place = &rawUsage;
    for (std::string_view rest = m_profile.usageCost; !rest.empty();) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        const auto found = place->find(rest.substr(0, end));
        if (!place->is_object() || found == place->end())
            return std::nullopt;
        place = &*found;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!place->is_number() || place->get<double>() < 0)
        return std::nullopt;
    return place->get<double>();
}

/// What a call costs that uses the tokens reserved for it and answers as long as it may.
std::optional<double> ModelCaller::estimatedCost() const
{
    Usage usage;
    usage.inputTokens = m_estimate;
    usage.outputTokens = llm::outputLimitOf(m_profile, m_request->settings);
    return costOf(usage);
}

void ModelCaller::reserve(llm::ModelRequest request, ModelRef target, Terms terms,
                          std::function<void(Result<void>)> done)
{
    m_request = std::move(request);
    if (m_profile.provider.empty() || !(m_target == target))
        m_profile = profileFor(target, m_services.models);
    m_target = std::move(target);
    m_terms = std::move(terms);
    m_reserved = std::move(done);
    m_estimate = estimatedTokens();
    const std::uint64_t generation = ++m_generation;
    team::LimiterAsk ask;
    ask.agent = m_agent;
    ask.tokens = m_estimate;
    ask.costUsd = estimatedCost();
    ask.provider = address();
    ask.payers = m_ancestors;
    // Called by whoever made room, when this object may be gone, or go before it hears of it, or have given up.
    auto late = [this, back = m_wayBack, generation,
                 &services = m_services](const team::RateLimiter::Verdict &verdict) {
        const auto grant = std::make_shared<Grant>(services, verdict.reservation);
        back->post([this, generation, verdict, grant] {
            if (generation != m_generation || !m_ticket)
                return;
            m_ticket = 0;
            m_timer->stop();
            grant->take();
            if (verdict.reservation)
                granted(verdict);
            else
                refused(*verdict.denial);
        });
    };
    auto outcome = m_services.limiter.acquire(std::move(ask), m_services.clock.wallMs(),
                                              std::move(late), m_terms.patience);
    if (outcome.verdict.reservation != 0) {
        granted(outcome.verdict);
        return;
    }
    m_ticket = outcome.ticket;
    if (!m_ticket) {
        refused(*outcome.verdict.denial);
        return;
    }
    const team::LimiterDenial &denial = *outcome.verdict.denial;
    m_services.publish(EventKind::AgentState, m_agent,
                       eventData({{"state", toString(AgentState::WaitingRate)},
                                  {"reason", denial.sentence},
                                  {"until_ms", denial.fitsAtMs ? JsonItem(*denial.fitsAtMs)
                                                               : JsonItem::absent()}}));
    armTimer(denial.fitsAtMs.value_or(m_services.clock.wallMs() + 1000));
}

void ModelCaller::granted(const team::RateLimiter::Verdict &verdict)
{
    m_reservation = verdict.reservation;
    std::exchange(m_reserved, nullptr)({});
}

void ModelCaller::refused(const team::LimiterDenial &denial)
{
    Error error = makeError(
        isAboutMoney(denial.reason) ? ErrorCode::Budget : ErrorCode::RateLimited, denial.sentence);
    error.fromProvider = denial.reason == team::LimiterDenial::Reason::Provider;
    if (denial.fitsAtMs)
        error.retryAfterMs =
            std::max<std::int64_t>(0, *denial.fitsAtMs - m_services.clock.wallMs());
    m_request.reset();
    std::exchange(m_reserved, nullptr)(fail(std::move(error)));
}

void ModelCaller::armTimer(std::int64_t fitsAtMs)
{
    const std::int64_t wait =
        std::clamp<std::int64_t>(fitsAtMs - m_services.clock.wallMs(), 1, 60000);
    m_timer->start(static_cast<int>(wait));
}

void ModelCaller::leaveQueue()
{
    m_timer->stop();
    if (m_ticket)
        m_services.limiter.cancel(std::exchange(m_ticket, 0), m_services.clock.wallMs());
}

void ModelCaller::send(std::function<void(Reply)> done)
{
    llm::ModelRequest request = std::move(*m_request);
    m_request.reset();
    m_done = std::move(done);
    m_callId = newId("call");
    m_startUs = m_services.clock.steadyUs();
    m_firstTokenUs = 0;
    m_requestSeq =
        m_services.publish(EventKind::RequestSent, m_agent,
                           eventData({{"call", m_callId},
                                      {"purpose", orAbsent(m_terms.purpose)},
                                      {"provider", request.provider},
                                      {"model", request.model},
                                      {"base_url", request.baseUrl},
                                      {"scripted", request.provider == "scripted"},
                                      {"message_count", request.messages.size()},
                                      {"tool_count", request.tools ? request.tools->size() : 0},
                                      {"body_bytes", request.body ? request.body->size() : 0},
                                      {"tokens_est", m_estimate},
                                      {"schema_conversions", m_services.schemas.conversions()}}));
    request.apiKey = llm::resolveApiKey(request.provider, m_target.apiKeyEnv, *request.models);

    const std::uint64_t generation = ++m_generation;
    llm::ModelHandlers handlers;
    handlers.onDelta = [this, generation](const llm::ModelDelta &delta) {
        if (generation == m_generation)
            published(delta);
    };
    handlers.onDone = [this, generation](Result<llm::ModelReply> reply) {
        if (generation == m_generation)
            answered(std::move(reply));
    };
    m_call = m_client.get().start(std::move(request), std::move(handlers));
}

void ModelCaller::published(const llm::ModelDelta &delta)
{
    if (m_firstTokenUs == 0)
        m_firstTokenUs = m_services.clock.steadyUs();
    if (!m_terms.purpose.empty())
        return; // nobody reads along
    m_services.publish(EventKind::ModelDelta, m_agent,
                       eventData({{"call", m_callId},
                                  {"text", orAbsent(delta.text)},
                                  {"thinking", orAbsent(delta.thinking)}}),
                       m_requestSeq);
}

void ModelCaller::answered(Result<llm::ModelReply> reply)
{
    // We are in one of the call's own functions: it is let go of when the next one has ended, or this object goes.
    m_endedCall = std::move(m_call);
    m_call.reset();
    const bool hasStreamed = m_firstTokenUs != 0;
    const std::int64_t now = m_services.clock.steadyUs();
    if (!reply) {
        holdProvider(reply.error());
    } else {
        liftProvider();
        learn(reply->usage);
        m_cost = costOf(reply->usage);
        const bool isTold = !m_cost && (m_cost = toldCost(reply->rawUsage));
        m_services.publish(
            EventKind::ResponseReceived, m_agent,
            eventData({{"call", m_callId},
                       {"purpose", orAbsent(m_terms.purpose)},
                       {"finish_reason", reply->finishReason},
                       {"ending", toString(reply->ending)},
                       {"usage", reply->usage},
                       {"raw_usage", reply->rawUsage},
                       {"cost_usd", m_cost ? JsonItem(*m_cost) : JsonItem(nullptr)},
                       {"cost_by", isTold ? JsonItem("provider") : JsonItem::absent()},
                       {"ttft_ms", hasStreamed ? JsonItem((m_firstTokenUs - m_startUs) / 1000)
                                               : JsonItem(nullptr)}}),
            m_requestSeq, now - m_startUs);
    }
    std::exchange(m_done, nullptr)({std::move(reply), hasStreamed, (now - m_startUs) / 1000});
}

/// A provider that asks for a pause, or needs one, gets it from the whole team.
void ModelCaller::holdProvider(const Error &error)
{
    const std::string provider = m_target.provider();
    const std::int64_t now = m_services.clock.wallMs();
    if (error.httpStatus == 429 && error.retryAfterMs > 0 && error.code == ErrorCode::RateLimited) {
        m_services.outages.answered(address()); // it is there; what it asks for is not to be lifted
        m_services.limiter.penalise(address(), now + error.retryAfterMs,
                                    provider + " answered that it gets too many calls (HTTP 429).",
                                    now, m_agent);
        return;
    }
    if (!isOutage(error))
        return;
    const auto wait =
        m_services.outages.failed(address(), now, error.retryAfterMs, m_services.chance());
    if (!wait)
        return;
    m_services.limiter.penalise(address(), now + *wait,
                                error.httpStatus != 0
                                    ? provider + " is overloaded (HTTP "
                                          + std::to_string(error.httpStatus) + ")."
                                    : provider + " cannot be reached: " + error.message,
                                now, m_agent);
}

void ModelCaller::liftProvider()
{
    if (m_services.outages.answered(address()))
        m_services.limiter.lift(address(), m_target.provider() + " answers again.",
                                m_services.clock.wallMs(), m_agent);
}

void ModelCaller::settle(const Usage &usage)
{
    if (m_reservation)
        m_services.limiter.record(m_agent, usage.totalTokens, m_cost.value_or(0),
                                  std::exchange(m_reservation, 0), m_services.clock.wallMs());
}

void ModelCaller::release()
{
    if (m_reservation)
        m_services.limiter.release(std::exchange(m_reservation, 0), m_services.clock.wallMs());
}

void ModelCaller::giveBack(const Error &error)
{
    release();
    m_services.publish(EventKind::RequestFailed, m_agent,
                       eventData({{"call", m_callId},
                                  {"code", toString(error.code)},
                                  {"message", error.message},
                                  {"detail", error.detail},
                                  {"http_status", error.httpStatus},
                                  {"retry_in_ms", nullptr},
                                  {"fallback", nullptr},
                                  {"attempt", 1}}));
}

void ModelCaller::giveUp()
{
    ++m_generation;
    m_reserved = nullptr;
    m_done = nullptr;
    m_request.reset();
    if (m_call)
        m_call->abort();
    m_call.reset();
    leaveQueue();
    release();
}

} // namespace orrery::runtime
