// SPDX-License-Identifier: GPL-3.0-or-later
// The part of AgentWorker that asks the limiter, and then the model.
#include "core/runtime/agentworker.h"

#include "core/base/ids.h"
#include "core/llm/httprequest.h"
#include "core/llm/providers.h"

#include <QPointer>
#include <QTimer>

#include <algorithm>

namespace orrery::runtime {

llm::ModelRequest AgentWorker::makeRequest()
{
    llm::ModelRequest request = m_requests.make(m_machine.target(), m_machine.context());
    llm::prepareRequest(request);
    // Without a body the client says what is wrong with the messages.
    if (auto body = m_encoder.encode(request))
        request.body = std::move(*body);
    return request;
}

void AgentWorker::perform(effect::Acquire &)
{
    m_prepared = makeRequest();
    m_preparedFor = m_machine.target();
    const auto &body = m_prepared->body;
    const auto bytes = static_cast<std::int64_t>(body ? body->size() : 0);
    m_estimate =
        m_spec.reserveTokens > 0 ? m_spec.reserveTokens : std::max<std::int64_t>(1, bytes / 4);
    const std::uint64_t generation = m_generation;
    QPointer<AgentWorker> self(this);
    auto outcome = m_services.limiter.acquire(
        {name(), m_estimate, estimatedCost(), m_preparedFor.provider()}, m_services.clock.wallMs(),
        [this, generation](team::RateLimiter::Verdict verdict) {
            post(
                [this, verdict = std::move(verdict), generation] { granted(verdict, generation); });
        });
    if (outcome.verdict.reservation != 0) {
        granted(outcome.verdict, generation);
        return;
    }
    const team::LimiterDenial &denial = *outcome.verdict.denial;
    m_ticket = outcome.ticket;
    // Another provider need not be waited for.
    const bool isHeld = denial.reason == team::LimiterDenial::Reason::Provider;
    if (isHeld && m_machine.hasFallback())
        leaveQueue();
    const bool waits = m_ticket != 0;
    m_services.publish(waits ? EventKind::LimiterWaiting : EventKind::LimiterDenied, name(),
                       toJson(denial));
    if (!waits) {
        Error error = makeError(ErrorCode::RateLimited, denial.sentence);
        error.fromProvider = isHeld;
        feed(input::Refused{std::move(error)});
        return;
    }
    m_services.publish(
        EventKind::AgentState, name(),
        eventData({{"state", toString(AgentState::WaitingRate)}, {"reason", denial.sentence}}));
    armLimiterTimer(denial.fitsAtMs.value_or(m_services.clock.wallMs() + 1000));
}

void AgentWorker::armLimiterTimer(std::int64_t fitsAtMs)
{
    const std::int64_t wait =
        std::clamp<std::int64_t>(fitsAtMs - m_services.clock.wallMs(), 1, 60000);
    m_limiterTimer->start(static_cast<int>(wait));
}

void AgentWorker::leaveQueue()
{
    m_limiterTimer->stop();
    if (m_ticket)
        m_services.limiter.cancel(std::exchange(m_ticket, 0), m_services.clock.wallMs());
}

void AgentWorker::granted(const team::RateLimiter::Verdict &verdict, std::uint64_t generation)
{
    m_limiterTimer->stop();
    if (generation != m_generation) {
        // Stopped while it waited: nobody will use what it was given.
        if (verdict.reservation)
            m_services.limiter.release(verdict.reservation, m_services.clock.wallMs());
        return;
    }
    m_ticket = 0;
    if (verdict.reservation == 0) {
        m_services.publish(EventKind::LimiterDenied, name(), toJson(*verdict.denial));
        using Reason = team::LimiterDenial::Reason;
        const Reason reason = verdict.denial->reason;
        const bool money = reason == Reason::Budget || reason == Reason::AgentBudget;
        feed(input::Refused{makeError(money ? ErrorCode::Budget : ErrorCode::RateLimited,
                                      verdict.denial->sentence)});
        return;
    }
    m_reservation = verdict.reservation;
    if (m_services.hasLimits)
        m_services.publish(EventKind::LimiterAcquired, name(),
                           eventData({{"reservation", m_reservation},
                                      {"tokens", m_estimate},
                                      {"window_tokens", verdict.windowTokens},
                                      {"window_requests", verdict.windowRequests}}));
    feed(input::Granted{});
}

void AgentWorker::perform(effect::RequestModel &)
{
    // Made for the estimate already, unless it goes to another model now.
    llm::ModelRequest request =
        m_prepared && m_preparedFor == m_machine.target() ? std::move(*m_prepared) : makeRequest();
    m_prepared.reset();
    m_callId = newId("call");
    m_requestStartUs = m_services.clock.steadyUs();
    m_firstTokenUs = 0;
    m_requestSeq =
        m_services.publish(EventKind::RequestSent, name(),
                           eventData({{"call", m_callId},
                                      {"provider", request.provider},
                                      {"model", request.model},
                                      {"base_url", request.baseUrl},
                                      {"scripted", request.provider == "scripted"},
                                      {"message_count", request.messages.size()},
                                      {"tool_count", request.tools ? request.tools->size() : 0},
                                      {"body_bytes", request.body ? request.body->size() : 0},
                                      {"tokens_est", m_estimate},
                                      {"schema_conversions", m_services.schemas.conversions()}}));
    request.apiKey = llm::resolveApiKey(request.provider, m_machine.target().apiKeyEnv);

    const std::uint64_t generation = ++m_generation;
    llm::ModelHandlers handlers;
    handlers.onDelta = [this, generation](const llm::ModelDelta &delta) {
        if (generation != m_generation)
            return;
        if (m_firstTokenUs == 0)
            m_firstTokenUs = m_services.clock.steadyUs();
        const auto orAbsent = [](const std::string &text) {
            return text.empty() ? JsonItem::absent() : JsonItem(text);
        };
        m_services.publish(EventKind::ModelDelta, name(),
                           eventData({{"call", m_callId},
                                      {"text", orAbsent(delta.text)},
                                      {"thinking", orAbsent(delta.thinking)}}),
                           m_requestSeq);
    };
    handlers.onDone = [this, generation](Result<llm::ModelReply> reply) {
        if (generation == m_generation)
            modelDone(std::move(reply));
    };
    if (!m_client)
        m_client = m_services.makeModelClient();
    m_call = m_client->start(std::move(request), std::move(handlers));
}

std::optional<double> AgentWorker::costOf(const Usage &usage) const
{
    const ModelRef &model = m_machine.target();
    const Price *price = m_services.team.priceOf(model.model);
    return price ? std::optional(orrery::costOf(*price, usage, model.provider())) : std::nullopt;
}

void AgentWorker::modelDone(Result<llm::ModelReply> reply)
{
    // We are in one of the call's own functions: it is let go of when the next one has ended, or this worker goes.
    m_endedCall = std::move(m_call);
    if (!reply) {
        holdProvider(reply.error());
        feed(input::ModelFailed{reply.error(), m_firstTokenUs != 0});
        return;
    }
    const std::int64_t now = m_services.clock.steadyUs();
    m_cost = costOf(reply->usage);
    m_services.publish(
        EventKind::ResponseReceived, name(),
        eventData({{"call", m_callId},
                   {"finish_reason", reply->finishReason},
                   {"usage", reply->usage},
                   {"raw_usage", reply->rawUsage},
                   {"cost_usd", m_cost ? JsonItem(*m_cost) : JsonItem(nullptr)},
                   {"ttft_ms", m_firstTokenUs ? JsonItem((m_firstTokenUs - m_requestStartUs) / 1000)
                                              : JsonItem(nullptr)}}),
        m_requestSeq, now - m_requestStartUs);
    feed(input::Reply{std::move(*reply)});
}

/// What a call costs that uses the tokens reserved for it and answers as long as it may.
std::optional<double> AgentWorker::estimatedCost() const
{
    Usage usage;
    usage.inputTokens = m_estimate;
    if (const auto most = m_spec.settings.find("max_tokens");
        most != m_spec.settings.end() && most->is_number_integer())
        usage.outputTokens = most->get<std::int64_t>();
    return costOf(usage);
}

/// A provider that asks for a pause gets it from the whole team.
void AgentWorker::holdProvider(const Error &error)
{
    if (error.httpStatus != 429 || error.retryAfterMs <= 0)
        return;
    const std::string provider = m_machine.target().provider();
    const std::int64_t now = m_services.clock.wallMs();
    const std::int64_t until = now + error.retryAfterMs;
    const std::string sentence = provider + " answered that it gets too many calls (HTTP 429).";
    m_services.limiter.penalise(provider, until, sentence, now);
    m_services.publish(
        EventKind::LimiterHeld, name(),
        eventData({{"provider", provider}, {"until_ms", until}, {"sentence", sentence}}));
}

void AgentWorker::perform(effect::Settle &settle)
{
    if (!m_reservation)
        return;
    const auto reservation = std::exchange(m_reservation, 0);
    const std::int64_t now = m_services.clock.wallMs();
    m_services.limiter.record(name(), settle.usage.totalTokens, m_cost.value_or(0), reservation,
                              now);
    if (!m_services.hasLimits)
        return;
    const auto window = m_services.limiter.limiter().window(now);
    m_services.publish(EventKind::LimiterSettled, name(),
                       eventData({{"reservation", reservation},
                                  {"tokens_est", m_estimate},
                                  {"tokens_actual", settle.usage.totalTokens},
                                  {"window_tokens", window.tokens},
                                  {"window_requests", window.requests}}));
}

void AgentWorker::perform(effect::Release &)
{
    if (!m_reservation)
        return;
    const auto reservation = std::exchange(m_reservation, 0);
    if (m_services.hasLimits)
        m_services.publish(EventKind::LimiterReleased, name(),
                           eventData({{"reservation", reservation}, {"tokens", m_estimate}}));
    m_services.limiter.release(reservation, m_services.clock.wallMs());
}

void AgentWorker::perform(effect::Retry &retry)
{
    const std::uint64_t generation = m_generation;
    QTimer::singleShot(static_cast<int>(std::min<long long>(retry.delayMs, 3600000)), this,
                       [this, generation] {
                           if (generation == m_generation)
                               feed(input::RetryNow{});
                       });
}

} // namespace orrery::runtime
