// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpmodelclient.h"

#include "core/llm/httpexchange.h"
#include "core/llm/httprequest.h"
#include "core/llm/providers.h"
#include "core/model/environmenttext.h"

#include <QPointer>

namespace orrery::llm {
namespace {

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

HttpMessage messageOf(HttpRequestSpec spec, const ModelRequest &request)
{
    HttpMessage message;
    message.url = std::move(spec.url);
    message.headers = std::move(spec.headers);
    if (!spec.stream)
        message.headers.emplace_back("accept", "application/json");
    message.body = std::move(spec.body);
    message.limits = {request.connectTimeoutMs, request.firstByteTimeoutMs, request.idleTimeoutMs};
    message.proxy = request.proxy;
    message.caFile = request.caFile;
    return message;
}

/// The person's own headers, with the values of the variables that they name.
Result<HttpHeaders> ownHeaders(const ModelRequest &request)
{
    HttpHeaders headers;
    for (const auto &[name, text] : request.headers) {
        auto value = withVariables(text);
        if (!value)
            return fail(ErrorCode::Auth, "header " + name + ": " + value.error().message);
        headers.emplace_back(name, std::move(*value));
    }
    return headers;
}

/// The key of a service that nobody has named another address for.
Result<void> checkKey(const ModelRequest &request)
{
    const Provider *known = findProvider(request.provider, *request.models);
    if (known && !known->keyEnvs.empty() && request.apiKey.empty()
        && request.baseUrl == resolveBaseUrl(request.provider, {}, *request.models)) {
        return fail(ErrorCode::Auth, "no key for " + std::string(known->title)
                                         + ": set the environment variable "
                                         + std::string(known->keyEnvs.front()));
    }
    return {};
}

} // namespace

std::unique_ptr<ModelCall> HttpModelClient::start(ModelRequest request, ModelHandlers handlers)
{
    if (request.body)
        request.baseUrl = resolveBaseUrl(request.provider, request.baseUrl, *request.models);
    else
        prepareRequest(request);
    auto *exchange = new HttpExchange(request, std::move(handlers));
    exchange->setParent(&m_exchanges);
    auto call = std::make_unique<HttpCall>(exchange);
    if (auto checked = checkKey(request); !checked) {
        exchange->failLater(checked.error());
        return call;
    }
    auto spec = buildRequest(request);
    if (!spec) {
        exchange->failLater(spec.error());
        return call;
    }
    auto own = ownHeaders(request);
    if (!own) {
        exchange->failLater(own.error());
        return call;
    }
    HttpMessage message = messageOf(std::move(*spec), request);
    for (auto &[name, value] : *own) {
        exchange->hide(value);
        // It takes the place of ours, so that a gateway gets its own key and not two.
        const QByteArrayView same(name);
        std::erase_if(message.headers, [&](const auto &header) {
            return QByteArrayView(header.first).compare(same, Qt::CaseInsensitive) == 0;
        });
        message.headers.emplace_back(std::move(name), std::move(value));
    }
    exchange->send(m_transport, std::move(message));
    return call;
}

} // namespace orrery::llm
