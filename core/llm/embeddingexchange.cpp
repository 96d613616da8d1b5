// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/embeddingexchange.h"

#include "core/llm/httperror.h"
#include "core/llm/httpwire.h"
#include "core/llm/serveraddress.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>

#include <algorithm>
#include <span>

namespace orrery::llm {
namespace {

/// More than the largest vectors of a full request take; a server that sends more sends something else.
constexpr std::size_t kMaxAnswerBytes = 256UL * 1024 * 1024;

} // namespace

EmbeddingExchange::EmbeddingExchange(const EmbeddingServer &server, QNetworkAccessManager &network,
                                     std::vector<std::string> texts, EmbeddingsDone done)
    : m_server(server), m_network(network), m_texts(std::move(texts)), m_done(std::move(done))
{
    m_clock.setSingleShot(true);
    connect(&m_clock, &QTimer::timeout, this, &EmbeddingExchange::onTimeout);
    QMetaObject::invokeMethod(this, &EmbeddingExchange::sendNext, Qt::QueuedConnection);
}

EmbeddingExchange::~EmbeddingExchange() { release(); }

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

void EmbeddingExchange::send()
{
    const std::string url = embeddingUrl(m_server.api, m_server.baseUrl);
    if (auto checked = checkServerAddress("custom", url, true); !checked) {
        finish(fail(std::move(checked.error())));
        return;
    }
    const std::string body =
        embeddingBody(m_server.api, m_server.model,
                      std::span<const std::string>(m_texts).subspan(m_vectors.size(), count()),
                      m_server.asksForDimensions ? m_server.dimensions : 0);
    HttpHeaders headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}};
    if (!m_server.apiKey.empty())
        headers.emplace_back("Authorization", "Bearer " + m_server.apiKey);
    const QNetworkRequest request = wireRequest(url, headers, body.size());
    m_host = hostOf(request.url());
    m_answer.clear();
    m_reply = m_network.post(request, QByteArray::fromStdString(body));
    connect(m_reply, &QNetworkReply::readyRead, this, &EmbeddingExchange::onReadyRead);
    connect(m_reply, &QNetworkReply::finished, this, &EmbeddingExchange::onFinished);
    m_clock.start(m_server.timeoutMs);
}

void EmbeddingExchange::onReadyRead()
{
    const QByteArray bytes = m_reply->readAll();
    m_answer.append(bytes.constData(), std::size_t(bytes.size()));
    if (m_answer.size() > kMaxAnswerBytes) {
        release();
        onError(makeError(ErrorCode::BadResponse, m_host + ": the answer is too long"));
    }
}

void EmbeddingExchange::onFinished()
{
    const QPointer<QNetworkReply> reply = m_reply;
    if (reply->bytesAvailable() > 0)
        onReadyRead();
    if (!m_reply)
        return;
    if (statusOf(*m_reply) != 200) {
        Error error = errorOfReply(*m_reply, m_host, m_answer);
        release();
        onError(std::move(error));
    } else if (m_reply->error() != QNetworkReply::NoError) {
        Error error = makeError(ErrorCode::Network, m_host + ": the answer was cut",
                                m_reply->errorString().toStdString());
        error.retryable = true;
        release();
        onError(std::move(error));
    } else {
        release();
        onAnswer();
    }
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

void EmbeddingExchange::onAnswer()
{
    const std::size_t dimensions = m_server.dimensions > 0 ? std::size_t(m_server.dimensions)
                                   : m_vectors.empty()     ? 0
                                                           : m_vectors.front().size();
    auto vectors = readEmbeddings(m_server.api, m_answer, count(), dimensions, m_host);
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
    if (!m_reply)
        return;
    QNetworkReply *reply = m_reply;
    m_reply.clear();
    reply->disconnect(this);
    reply->abort();
    reply->deleteLater();
}

} // namespace orrery::llm
