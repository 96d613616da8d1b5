// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpexchange.h"

#include "core/llm/httperror.h"
#include "core/llm/providers.h"
#include "core/llm/retryhint.h"

#include <QDateTime>
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

int HttpExchange::status() const
{
    return m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

void HttpExchange::onReadyRead()
{
    if (m_done || !m_reply)
        return;
    if (m_silence.interval() > 0)
        m_silence.start();
    const QByteArray bytes = m_reply->readAll();
    if (status() != 200) {
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
    const int code = status();
    const bool cut = m_reply->error() != QNetworkReply::NoError;
    if (code == 0)
        finish(fail(networkError()));
    else if (code != 200)
        finish(fail(statusError(code)));
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

Error HttpExchange::networkError() const
{
    const QNetworkReply::NetworkError code = m_reply->error();
    Error error = makeError(ErrorCode::Network, "cannot talk to " + m_host,
                            m_reply->errorString().toStdString());
    error.retryable = true;
    switch (code) {
    case QNetworkReply::ConnectionRefusedError:
        error.message = m_host + " refuses connections: is the server running?";
        break;
    case QNetworkReply::HostNotFoundError: error.message = "there is no host " + m_host; break;
    case QNetworkReply::RemoteHostClosedError:
        error.message = m_host + " closed the connection without an answer";
        break;
    case QNetworkReply::SslHandshakeFailedError:
        error.message = "no secure connection to " + m_host;
        error.retryable = false;
        break;
    case QNetworkReply::ProtocolFailure:
    case QNetworkReply::ProtocolUnknownError:
    case QNetworkReply::ProtocolInvalidOperationError:
        error.message = m_host + " does not answer in HTTP";
        error.code = ErrorCode::BadResponse;
        error.retryable = false;
        break;
    default: break;
    }
    return error;
}

Error HttpExchange::statusError(int status) const
{
    if (status < 400) {
        Error error = errorFromAnswer(status, m_host, m_failure);
        if (status >= 300) {
            error.message =
                m_host + " answered " + std::to_string(status)
                + " and points elsewhere; redirects are not followed, correct the base_url";
            error.detail =
                m_reply->header(QNetworkRequest::LocationHeader).toString().toStdString();
        }
        return error;
    }
    Error error = errorFromAnswer(status, m_host, m_failure);
    HttpHeaders headers;
    for (const auto &[name, value] : m_reply->rawHeaderPairs())
        headers.emplace_back(name.toStdString(), value.toStdString());
    error.retryAfterMs = retryHintMs(Json::parse(m_failure, nullptr, false), headers,
                                     QDateTime::currentMSecsSinceEpoch());
    return error;
}

} // namespace orrery::llm
