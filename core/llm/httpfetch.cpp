// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpfetch.h"

namespace orrery::llm {

HttpFetch::HttpFetch(HttpTransport &transport, HttpMessage message, std::size_t mostBytes,
                     std::function<void(HttpAnswer)> done)
    : m_mostBytes(mostBytes), m_done(std::move(done)),
      m_transfer(transport.start(std::move(message), *this))
{}

void HttpFetch::onBytes(std::string_view bytes)
{
    m_answer.body.append(bytes);
    if (m_answer.body.size() <= m_mostBytes)
        return;
    m_answer.isTooLong = true;
    onEnd({});
}

void HttpFetch::onEnd(const HttpEnd &end)
{
    m_answer.end = end;
    m_answer.head = m_transfer->head();
    m_transfer.reset();
    const auto done = std::move(m_done);
    done(std::move(m_answer));
}

} // namespace orrery::llm
