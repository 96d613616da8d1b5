// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpexchange.h"

#include "core/llm/httperror.h"
#include "core/llm/httpwire.h"
#include "core/llm/providers.h"

namespace orrery::llm {
namespace {

constexpr std::size_t kMaxFailureBytes = 64 * 1024;
constexpr int kDrainMs = 2000;

} // namespace

HttpExchange::HttpExchange(const ModelRequest &request, ModelHandlers handlers)
    : m_hidden{request.apiKey}, m_expected{profileOf(request), request.stream, request.tools},
      m_handlers(std::move(handlers))
{}

void HttpExchange::send(HttpTransport &transport, HttpMessage message)
{
    m_url = message.url;
    m_host = hostOf(m_url);
    m_reader = std::make_unique<ReplyReader>(m_expected, m_host);
    m_transport = &transport;
    m_transfer = transport.start(std::move(message), *this);
}

void HttpExchange::failLater(Error error)
{
    QMetaObject::invokeMethod(
        this, [this, error = std::move(error)] { finish(fail(error)); }, Qt::QueuedConnection);
}

void HttpExchange::abort()
{
    m_done = true;
    m_transfer.reset();
}

/// Whether these bytes are for the reader.
bool HttpExchange::isReadable(std::string_view bytes)
{
    if (!m_hasBytes)
        m_isPage = isWebPage(m_transfer->head(), bytes);
    m_hasBytes = true;
    if (m_transfer->head().status == 200 && !m_isPage)
        return true;
    m_failure.append(bytes.substr(0, kMaxFailureBytes - m_failure.size()));
    return false;
}

void HttpExchange::onBytes(std::string_view bytes)
{
    if (m_done || !isReadable(bytes))
        return;
    std::vector<ModelDelta> deltas;
    m_reader->feed(bytes, deltas);
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

void HttpExchange::onEnd(const HttpEnd &end)
{
    if (m_done)
        return;
    const HttpHead &head = m_transfer->head();
    const bool isCut = end.fault == HttpFault::Cut;
    if (end.fault != HttpFault::None && !(isCut && head.status != 0))
        finish(fail(errorOfEnd(end, m_host)));
    else if (head.status != 200)
        finish(fail(errorOfAnswer(head, m_url, m_failure)));
    else if (m_isPage)
        finish(fail(errorOfWebPage(m_url, m_failure)));
    else
        finish(m_reader->end(isCut, end.words));
}

void HttpExchange::finish(Result<ModelReply> result)
{
    if (m_done)
        return;
    m_done = true;
    if (!result && isMalformedCall(result.error())) {
        ModelReply reply;
        reply.message.role = Role::Assistant;
        reply.finishReason = "tool_use_failed";
        reply.ending = Ending::MalformedCall;
        reply.usage.requests = 1;
        result = std::move(reply);
    }
    if (!result) {
        for (const std::string &value : m_hidden)
            redact(result.error(), value);
        result.error().fromProvider = !m_reader || !m_reader->hasContent();
    }
    // A complete answer may end by itself, so that its connection can be used again.
    if (result && m_transport)
        m_transport->letEnd(std::move(m_transfer), kDrainMs);
    m_transfer.reset();
    // The handler may destroy the call and let this go; nothing of it is used afterwards.
    const auto onDone = std::move(m_handlers.onDone);
    if (onDone)
        onDone(std::move(result));
}

} // namespace orrery::llm
