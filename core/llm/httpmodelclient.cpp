// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpmodelclient.h"

#include "core/llm/httpexchange.h"
#include "core/llm/httprequest.h"
#include "core/llm/httpwire.h"
#include "core/llm/providers.h"
#include "core/llm/uploaddevice.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QPointer>

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

QNetworkRequest networkRequest(const HttpRequestSpec &spec)
{
    HttpHeaders headers;
    if (!spec.stream)
        headers.emplace_back("Accept", "application/json");
    headers.insert(headers.end(), spec.headers.begin(), spec.headers.end());
    return wireRequest(spec.url, headers, spec.body->size());
}

/// The key of a service that nobody has named another address for.
Result<void> checkKey(const ModelRequest &request)
{
    const Provider *known = findProvider(request.provider);
    if (known && !known->keyEnv.empty() && request.apiKey.empty()
        && request.baseUrl == resolveBaseUrl(request.provider, {})) {
        return fail(ErrorCode::Auth, "no key for " + std::string(known->title)
                                         + ": set the environment variable "
                                         + std::string(known->keyEnv));
    }
    return {};
}

} // namespace

HttpModelClient::HttpModelClient() = default;
HttpModelClient::~HttpModelClient() = default;

std::unique_ptr<ModelCall> HttpModelClient::start(ModelRequest request, ModelHandlers handlers)
{
    if (request.body)
        request.baseUrl = resolveBaseUrl(request.provider, request.baseUrl);
    else
        prepareRequest(request);
    auto *exchange = new HttpExchange(request, std::move(handlers));
    auto call = std::make_unique<HttpCall>(exchange);
    if (auto checked = checkKey(request); !checked) {
        exchange->failLater(checked.error());
        return call;
    }
    const auto spec = buildRequest(request);
    if (!spec) {
        exchange->failLater(spec.error());
        return call;
    }
    const QNetworkRequest http = networkRequest(*spec);
    auto device = std::make_unique<UploadDevice>(spec->body);
    QNetworkReply *reply = freeManager()->post(http, device.get());
    device.release()->setParent(reply);
    exchange->follow(reply, hostOf(http.url()));
    return call;
}

QNetworkAccessManager *HttpModelClient::freeManager()
{
    for (const auto &manager : m_managers) {
        if (manager->findChildren<QNetworkReply *>(Qt::FindDirectChildrenOnly).size()
            < kRequestsPerManager)
            return manager.get();
    }
    m_managers.push_back(wireManager());
    return m_managers.back().get();
}

} // namespace orrery::llm
