// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/embeddingclient.h"

#include "core/llm/embeddingexchange.h"

#include <QPointer>

namespace orrery::llm {
namespace {

class Call final : public EmbeddingCall
{
public:
    explicit Call(EmbeddingExchange *exchange) : m_exchange(exchange) {}
    ~Call() override
    {
        if (!m_exchange)
            return;
        m_exchange->abort();
        // Not deleted at once: we may be inside one of its handlers.
        m_exchange->deleteLater();
    }

private:
    QPointer<EmbeddingExchange> m_exchange;
};

} // namespace

std::unique_ptr<EmbeddingCall> EmbeddingClient::start(std::vector<std::string> texts,
                                                      EmbeddingsDone done)
{
    return std::make_unique<Call>(
        new EmbeddingExchange(m_server, m_transport, std::move(texts), std::move(done)));
}

} // namespace orrery::llm
