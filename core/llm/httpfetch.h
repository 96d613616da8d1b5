// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/httptransport.h"

#include <functional>
#include <string>

namespace orrery::llm {

/// An answer that came whole, or what there was of it.
struct HttpAnswer {
    HttpHead head;
    std::string body;
    HttpEnd end;
    bool isTooLong = false;

    bool isOk() const { return end.fault == HttpFault::None && !isTooLong && head.status == 200; }
};

/// A message whose answer is wanted as a whole. Destroying it closes the connection; `done` may do that.
class HttpFetch final : public HttpSink
{
public:
    /// `done` is called once, from the event loop.
    HttpFetch(HttpTransport &transport, HttpMessage message, std::size_t mostBytes,
              std::function<void(HttpAnswer)> done);

private:
    void onBytes(std::string_view bytes) override;
    void onEnd(const HttpEnd &end) override;

    const std::size_t m_mostBytes;
    std::function<void(HttpAnswer)> m_done;
    HttpAnswer m_answer;
    std::unique_ptr<HttpTransfer> m_transfer;
};

} // namespace orrery::llm
