// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/embeddingexchange.h"

#include "core/llm/httperror.h"
#include "core/llm/httpwire.h"
#include "core/llm/serveraddress.h"

#include <algorithm>
#include <span>

namespace orrery::llm {
namespace {

/// More than the largest vectors of a full request take; a server that sends more sends something else.
constexpr std::size_t kMaxAnswerBytes = 256UL * 1024 * 1024;

} // namespace

EmbeddingExchange::EmbeddingExchange(const EmbeddingServer &server, HttpTransport &transport,
                                     std::vector<std::string> texts, EmbeddingsDone done)
    : m_server(server), m_transport(transport), m_texts(std::move(texts)), m_done(std::move(done))
{
    m_clock.setSingleShot(true);
    connect(&m_clock, &QTimer::timeout, this, &EmbeddingExchange::onTimeout);
    QMetaObject::invokeMethod(this, &EmbeddingExchange::sendNext, Qt::QueuedConnection);
}

void EmbeddingExchange::abort()
{
    m_isOver = true;
    release();
}

std::size_t EmbeddingExchange::count() const
{
    return std::min(m_texts.size() - m_vectors.size(),
                    std::max<std::size_t>(m_server.textsPerRequest, 1));
}

void EmbeddingExchange::sendNext()
{
    if (m_isOver)
        return;
    if (m_vectors.size() == m_texts.size()) {
        finish(std::move(m_vectors));
        return;
    }
    m_attempt = 1;
    send();
}

HttpMessage EmbeddingExchange::message() const
{
    HttpMessage message;
    message.url = embeddingUrl(m_server.api, m_server.baseUrl);
    message.headers = {{"accept", "application/json"}, {"content-type", "application/json"}};
    if (!m_server.apiKey.empty())
        message.headers.emplace_back("authorization", "Bearer " + m_server.apiKey);
    message.body = std::make_shared<const EncodedRequest>(
        std::make_shared<const std::string>(
            embeddingBody(m_server.api, m_server.model,
                          std::span<const std::string>(m_texts).subspan(m_vectors.size(), count()),
                          m_server.asksForDimensions ? m_server.dimensions : 0)),
        std::make_shared<const ByteLog>(), std::string());
    message.proxy = m_server.proxy;
    message.caFile = m_server.caFile;
    message.limits = {m_server.timeoutMs, 0, 0}; // m_clock watches the rest
    return message;
}

void EmbeddingExchange::send()
{
    HttpMessage message = this->message();
    if (auto checked = checkServerAddress("custom", message.url, true); !checked) {
        finish(fail(std::move(checked.error())));
        return;
    }
    m_host = hostOf(message.url);
    m_url = message.url;
    m_fetch = std::make_unique<HttpFetch>(m_transport, std::move(message), kMaxAnswerBytes,
                                          [this](const HttpAnswer &answer) { onAnswer(answer); });
    m_clock.start(m_server.timeoutMs);
}

void EmbeddingExchange::onAnswer(const HttpAnswer &answer)
{
    release();
    if (answer.isTooLong)
        onError(makeError(ErrorCode::BadResponse, m_host + ": the answer is too long"));
    else if (answer.end.fault != HttpFault::None)
        onError(errorOfEnd(answer.end, m_host));
    else if (answer.head.status != 200)
        onError(errorOfAnswer(answer.head, m_url, answer.body));
    else
        take(answer.body);
}

void EmbeddingExchange::onTimeout()
{
    if (m_isWaiting) {
        m_isWaiting = false;
        send();
        return;
    }
    release();
    Error error = makeError(ErrorCode::Timeout, m_host + " has not answered within "
                                                    + std::to_string(m_server.timeoutMs) + " ms");
    error.retryable = true;
    onError(std::move(error));
}

void EmbeddingExchange::take(const std::string &body)
{
    const std::size_t dimensions = m_server.dimensions > 0 ? std::size_t(m_server.dimensions)
                                   : m_vectors.empty()     ? 0
                                                           : m_vectors.front().size();
    auto vectors = readEmbeddings(m_server.api, body, count(), dimensions, m_host);
    if (!vectors) {
        onError(std::move(vectors.error()));
        return;
    }
    std::move(vectors->begin(), vectors->end(), std::back_inserter(m_vectors));
    sendNext();
}

void EmbeddingExchange::onError(Error error)
{
    redact(error, m_server.apiKey);
    const long long doubled = static_cast<long long>(m_server.firstDelayMs)
                              << std::min(m_attempt - 1, 20);
    const long long delay = error.retryAfterMs >= 0
                                ? error.retryAfterMs
                                : std::min<long long>(doubled, m_server.longestDelayMs);
    if (!error.retryable || m_attempt >= m_server.attempts || delay > m_server.longestDelayMs) {
        finish(fail(std::move(error)));
        return;
    }
    ++m_attempt;
    m_isWaiting = true;
    m_clock.start(static_cast<int>(delay));
}

void EmbeddingExchange::finish(Result<Embeddings> result)
{
    m_isOver = true;
    release();
    // The handler may destroy the call and let this go; nothing of it is used afterwards.
    const auto done = std::move(m_done);
    if (done)
        done(std::move(result));
}

void EmbeddingExchange::release()
{
    m_clock.stop();
    m_fetch.reset();
}

} // namespace orrery::llm
