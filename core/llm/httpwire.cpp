// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpwire.h"

#include "core/llm/httperror.h"

#include <QDateTime>
#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QUrl>

namespace orrery::llm {
namespace {

Error networkError(const QNetworkReply &reply, const std::string &host)
{
    const QNetworkReply::NetworkError code = reply.error();
    Error error =
        makeError(ErrorCode::Network, "cannot talk to " + host, reply.errorString().toStdString());
    error.retryable = true;
    switch (code) {
    case QNetworkReply::ConnectionRefusedError:
        error.message = host + " refuses connections: is the server running?";
        break;
    case QNetworkReply::HostNotFoundError: error.message = "there is no host " + host; break;
    case QNetworkReply::RemoteHostClosedError:
        error.message = host + " closed the connection without an answer";
        break;
    case QNetworkReply::SslHandshakeFailedError:
        error.message = "no secure connection to " + host;
        error.retryable = false;
        break;
    case QNetworkReply::ProtocolFailure:
    case QNetworkReply::ProtocolUnknownError:
    case QNetworkReply::ProtocolInvalidOperationError:
        error.message = host + " does not answer in HTTP";
        error.code = ErrorCode::BadResponse;
        error.retryable = false;
        break;
    default: break;
    }
    return error;
}

Error statusError(const QNetworkReply &reply, int status, const std::string &host,
                  std::string_view body)
{
    if (status < 400) {
        Error error = errorFromAnswer(status, host, body);
        if (status >= 300) {
            error.message =
                host + " answered " + std::to_string(status)
                + " and points elsewhere; redirects are not followed, correct the base_url";
            error.detail = reply.header(QNetworkRequest::LocationHeader).toString().toStdString();
        }
        return error;
    }
    Error error = errorFromAnswer(status, host, body);
    HttpHeaders headers;
    for (const auto &[name, value] : reply.rawHeaderPairs())
        headers.emplace_back(name.toStdString(), value.toStdString());
    error.retryAfterMs = retryHintMs(Json::parse(body.begin(), body.end(), nullptr, false), headers,
                                     QDateTime::currentMSecsSinceEpoch());
    return error;
}

} // namespace

std::unique_ptr<QNetworkAccessManager> wireManager()
{
    auto manager = std::make_unique<QNetworkAccessManager>();
    manager->setProxy(QNetworkProxy::NoProxy);
    manager->setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
    return manager;
}

QNetworkRequest wireRequest(const std::string &url, const HttpHeaders &headers,
                            std::size_t bodyBytes)
{
    QNetworkRequest http(QUrl(QString::fromStdString(url), QUrl::StrictMode));
    for (const auto &[name, value] : headers)
        http.setRawHeader(QByteArray::fromStdString(name), QByteArray::fromStdString(value));
    // Compression would hold back the small pieces of a stream.
    http.setRawHeader("Accept-Encoding", "identity");
    http.setRawHeader("User-Agent", "orrery");
    http.setHeader(QNetworkRequest::ContentLengthHeader, qulonglong(bodyBytes));
    http.setAttribute(QNetworkRequest::RedirectPolicyAttribute,
                      QNetworkRequest::ManualRedirectPolicy);
    http.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    http.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    http.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    http.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    http.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    return http;
}

std::string hostOf(const QUrl &url)
{
    const std::string host = url.host().toStdString();
    return url.port() < 0 ? host : host + ":" + std::to_string(url.port());
}

int statusOf(const QNetworkReply &reply)
{
    return reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

Error errorOfReply(const QNetworkReply &reply, const std::string &host, std::string_view body)
{
    const int status = statusOf(reply);
    return status == 0 ? networkError(reply, host) : statusError(reply, status, host, body);
}

} // namespace orrery::llm
