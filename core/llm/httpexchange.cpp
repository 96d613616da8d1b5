// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpexchange.h"

#include "core/llm/httperror.h"
#include "core/llm/httpwire.h"
#include "core/llm/providers.h"

#include <QNetworkReply>

namespace orrery::llm {
namespace {

constexpr std::size_t kMaxFailureBytes = 64 * 1024;
constexpr int kDrainMs = 2000;

std::string_view view(const QByteArray &bytes)
{
    return {bytes.constData(), std::size_t(bytes.size())};
}

} // namespace

HttpExchange::HttpExchange(const ModelRequest &request, ModelHandlers handlers)
    : m_apiKey(request.apiKey), m_expected{wireFormOf(request.provider), request.stream,
                                           request.tools},
      m_handlers(std::move(handlers))
{
    m_silence.setSingleShot(true);
    m_silence.setInterval(request.timeoutMs);
    connect(&m_silence, &QTimer::timeout, this, &HttpExchange::onTimeout);
}

HttpExchange::~HttpExchange() { release(false); }

void HttpExchange::follow(QNetworkReply *reply, std::string host)
{
    m_host = std::move(host);
    m_reply = reply;
    m_reader = std::make_unique<ReplyReader>(m_expected, m_host);
    connect(reply, &QNetworkReply::readyRead, this, &HttpExchange::onReadyRead);
    connect(reply, &QNetworkReply::finished, this, &HttpExchange::onFinished);
    // Bytes of the headers count as a sign of life as well.
    connect(reply, &QNetworkReply::metaDataChanged, &m_silence, qOverload<>(&QTimer::start));
    if (m_silence.interval() > 0)
        m_silence.start();
}

void HttpExchange::failLater(Error error)
{
    QTimer::singleShot(0, this, [this, error = std::move(error)] { finish(fail(error)); });
}

void HttpExchange::abort()
{
    m_done = true;
    release(false);
}

void HttpExchange::onReadyRead()
{
    if (m_done || !m_reply)
        return;
    if (m_silence.interval() > 0)
        m_silence.start();
    const QByteArray bytes = m_reply->readAll();
    if (statusOf(*m_reply) != 200) {
        const std::size_t room = kMaxFailureBytes - m_failure.size();
        m_failure.append(bytes.constData(), std::min(room, std::size_t(bytes.size())));
        return;
    }
    std::vector<ModelDelta> deltas;
    m_reader->feed(view(bytes), deltas);
    const QPointer<HttpExchange> alive(this);
    for (const ModelDelta &delta : deltas) {
        if (m_handlers.onDelta)
            m_handlers.onDelta(delta);
        if (!alive || m_done)
            return;
    }
    if (m_reader->complete())
        finish(m_reader->take());
}

void HttpExchange::onFinished()
{
    if (m_done || !m_reply)
        return;
    const QPointer<HttpExchange> alive(this);
    if (m_reply->bytesAvailable() > 0)
        onReadyRead();
    if (!alive || m_done)
        return;
    const int code = statusOf(*m_reply);
    const bool cut = m_reply->error() != QNetworkReply::NoError;
    if (code != 200)
        finish(fail(errorOfReply(*m_reply, m_host, m_failure)));
    else
        finish(m_reader->end(cut, m_reply->errorString().toStdString()));
}

void HttpExchange::onTimeout()
{
    Error error = makeError(ErrorCode::Timeout, m_host + " sent nothing for "
                                                    + std::to_string(m_silence.interval()) + " ms");
    error.retryable = true;
    finish(fail(error));
}

void HttpExchange::finish(Result<ModelReply> result)
{
    if (m_done)
        return;
    m_done = true;
    if (!result) {
        redact(result.error(), m_apiKey);
        result.error().fromProvider = !m_reader || !m_reader->hasContent();
    }
    release(result.has_value());
    // The handler may destroy the call and let this go; nothing of it is used afterwards.
    const auto onDone = std::move(m_handlers.onDone);
    if (onDone)
        onDone(std::move(result));
}

void HttpExchange::release(bool drain)
{
    m_silence.stop();
    if (!m_reply)
        return;
    QNetworkReply *reply = m_reply;
    m_reply.clear();
    reply->disconnect(this);
    reply->disconnect(&m_silence);
    if (drain && !reply->isFinished()) {
        connect(reply, &QNetworkReply::finished, reply, &QObject::deleteLater);
        QTimer::singleShot(kDrainMs, reply, [reply] { reply->abort(); });
        return;
    }
    reply->abort();
    reply->deleteLater();
}

} // namespace orrery::llm
