// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/httptransfer.h"

#include <QObject>
#include <QTimer>

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

class QSocketNotifier;
using CURLM = void;

namespace orrery::llm {

/// Sends HTTP messages and brings the answers: libcurl's multi interface, driven by the event loop of the thread that it
/// is made in. It never blocks that thread. Connections are kept and used again, HTTP/2 is spoken over TLS where the
/// server has it, bodies are read from where they lie; no redirect is followed and no cookie kept, so a key goes to the
/// host that the person named and to no other. Why libcurl: docs/adr/0007-libcurl.md.
/// Sinks may destroy it.
class HttpTransport final : public QObject
{
public:
    HttpTransport();
    ~HttpTransport() override;

    /// Returns at once; `sink` is told of everything from the event loop, never from within this function, and has to
    /// outlive the transfer. When the transport is destroyed first, the sink hears no more.
    std::unique_ptr<HttpTransfer> start(HttpMessage message, HttpSink &sink);

    /// For an answer of which nothing is needed any more but its end may be near: lets it come, within `ms`, so that its
    /// connection can be used again. The sink is not called any more.
    void letEnd(std::unique_ptr<HttpTransfer> transfer, int ms);

private:
    friend class HttpTransfer;

    struct Later {
        void operator()(QSocketNotifier *notifier) const;
    };
    struct Watch {
        std::unique_ptr<QSocketNotifier, Later> read;
        std::unique_ptr<QSocketNotifier, Later> write;
    };

    void watch(int socket, int what);
    void drive(int socket, int events);
    void deliver();
    void deliverSoon();
    void forget(HttpTransfer &transfer);
    void drop(HttpTransfer &transfer);

    static int onSocket(CURL *, int socket, int what, void *self, void *);
    static int onTimer(CURLM *, long ms, void *self);

    CURLM *m_multi;
    QTimer m_timer; ///< when libcurl wants to be called
    std::unordered_map<int, Watch> m_watches;
    std::unordered_set<HttpTransfer *> m_transfers;
    std::deque<HttpTransfer *> m_ready; ///< that have something for their sinks
    std::vector<std::unique_ptr<HttpTransfer>> m_ending;
};

} // namespace orrery::llm
