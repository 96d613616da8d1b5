// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpmodelclient.h"

#include "core/llm/chatrequest.h"
#include "core/llm/httpexchange.h"
#include "core/llm/providers.h"

#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QPointer>
#include <QUrl>

namespace orrery::llm {
namespace {

/// QNetworkAccessManager opens six connections to a host and lets further requests wait behind them without a word,
/// which would look like a silent server. So a manager gets no more than that.
constexpr int kRequestsPerManager = 6;

class HttpCall final : public ModelCall
{
public:
    explicit HttpCall(HttpExchange *exchange) : m_exchange(exchange) {}
    ~HttpCall() override { abort(); }

    void abort() override
    {
        if (!m_exchange)
            return;
        m_exchange->abort();
        // Not deleted at once: we may be inside one of its handlers.
        m_exchange->deleteLater();
        m_exchange.clear();
    }

private:
    QPointer<HttpExchange> m_exchange;
};

QNetworkRequest networkRequest(const ModelRequest &request, const QUrl &url)
{
    QNetworkRequest http(url);
    http.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/json"));
    http.setRawHeader("Accept", request.stream ? "text/event-stream" : "application/json");
    // Compression would hold back the small pieces of a stream.
    http.setRawHeader("Accept-Encoding", "identity");
    http.setRawHeader("User-Agent", "orrery");
    if (!request.apiKey.empty())
        http.setRawHeader("Authorization", QByteArray::fromStdString("Bearer " + request.apiKey));
    http.setAttribute(QNetworkRequest::RedirectPolicyAttribute,
                      QNetworkRequest::ManualRedirectPolicy);
    http.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    http.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    http.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    http.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    http.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    return http;
}

/// What keeps a request from being sent at all.
Result<QUrl> urlOf(const ModelRequest &request)
{
    const std::string base = resolveBaseUrl(request.provider, request.baseUrl);
    const Provider *known = findProvider(request.provider);
    if (base.empty()) {
        return fail(ErrorCode::InvalidArgument,
                    known ? "provider " + request.provider + " needs a base_url"
                          : "provider " + request.provider
                                + " is not known; name a base_url or use `custom`");
    }
    const QUrl url(QString::fromStdString(base + "/chat/completions"), QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty()
        || (url.scheme() != u"http" && url.scheme() != u"https"))
        return fail(ErrorCode::InvalidArgument,
                    "base_url " + base + " is not an http or https address");
    if (known && !known->keyEnv.empty() && request.apiKey.empty() && request.baseUrl.empty()) {
        return fail(ErrorCode::Auth, "no key for " + std::string(known->title)
                                         + ": set the environment variable "
                                         + std::string(known->keyEnv));
    }
    return url;
}

/// Without user and password, which may stand in an address.
std::string hostOf(const QUrl &url)
{
    const std::string host = url.host().toStdString();
    return url.port() < 0 ? host : host + ":" + std::to_string(url.port());
}

} // namespace

HttpModelClient::HttpModelClient() = default;
HttpModelClient::~HttpModelClient() = default;

std::unique_ptr<ModelCall> HttpModelClient::start(ModelRequest request, ModelHandlers handlers)
{
    auto *exchange =
        new HttpExchange(request.stream, request.apiKey, request.timeoutMs, std::move(handlers));
    auto call = std::make_unique<HttpCall>(exchange);
    const auto url = urlOf(request);
    if (!url) {
        exchange->failLater(url.error());
        return call;
    }
    const auto body = chatRequestBody(request);
    if (!body) {
        exchange->failLater(body.error());
        return call;
    }
    QNetworkReply *reply = freeManager()->post(networkRequest(request, *url),
                                               QByteArray(body->data(), qsizetype(body->size())));
    exchange->follow(reply, hostOf(*url));
    return call;
}

std::size_t HttpModelClient::bodyBytes(const ModelRequest &request) const
{
    const auto body = chatRequestBody(request);
    return body ? body->size() : 0;
}

QNetworkAccessManager *HttpModelClient::freeManager()
{
    for (const auto &manager : m_managers) {
        if (manager->findChildren<QNetworkReply *>(Qt::FindDirectChildrenOnly).size()
            < kRequestsPerManager)
            return manager.get();
    }
    auto manager = std::make_unique<QNetworkAccessManager>();
    manager->setProxy(QNetworkProxy::NoProxy);
    manager->setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
    m_managers.push_back(std::move(manager));
    return m_managers.back().get();
}

} // namespace orrery::llm
