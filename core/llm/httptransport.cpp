// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httptransport.h"

#include <QPointer>
#include <QSocketNotifier>

#include <curl/curl.h>

#include <algorithm>
#include <mutex>

namespace orrery::llm {
namespace {

constexpr long kKeptConnections = 64;

void startLibrary()
{
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

} // namespace

// It may be the one whose signal we are in.
void HttpTransport::Later::operator()(QSocketNotifier *notifier) const
{
    notifier->setEnabled(false);
    notifier->deleteLater();
}

HttpTransport::HttpTransport()
{
    startLibrary();
    m_multi = curl_multi_init();
    curl_multi_setopt(m_multi, CURLMOPT_SOCKETFUNCTION, &HttpTransport::onSocket);
    curl_multi_setopt(m_multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(m_multi, CURLMOPT_TIMERFUNCTION, &HttpTransport::onTimer);
    curl_multi_setopt(m_multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(m_multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
    // A connection for each transfer under way, of HTTP/2 too: what happens to one is nothing to the others.
    curl_multi_setopt(m_multi, CURLMOPT_PIPELINING, long(CURLPIPE_NOTHING));
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.callOnTimeout(this, [this] { drive(CURL_SOCKET_TIMEOUT, 0); });
}

HttpTransport::~HttpTransport()
{
    m_ending.clear();
    for (HttpTransfer *transfer : m_transfers) {
        transfer->detach();
        transfer->m_clock.stop();
        transfer->m_transport.clear();
    }
    curl_multi_cleanup(m_multi);
}

std::unique_ptr<HttpTransfer> HttpTransport::start(HttpMessage message, HttpSink &sink)
{
    std::unique_ptr<HttpTransfer> transfer(new HttpTransfer(*this, std::move(message), sink));
    m_transfers.insert(transfer.get());
    if (transfer->m_end) {
        transfer->touch();
        deliverSoon();
    }
    return transfer;
}

void HttpTransport::letEnd(std::unique_ptr<HttpTransfer> transfer, int ms)
{
    if (!transfer || transfer->m_end)
        return;
    transfer->m_sink = nullptr;
    transfer->m_clock.start(ms);
    m_ending.push_back(std::move(transfer));
}

void HttpTransport::forget(HttpTransfer &transfer)
{
    m_transfers.erase(&transfer);
    if (transfer.m_isQueued)
        std::erase(m_ready, &transfer);
}

void HttpTransport::drop(HttpTransfer &transfer)
{
    std::erase_if(m_ending, [&](const auto &one) { return one.get() == &transfer; });
}

void HttpTransport::watch(int socket, int what)
{
    if (what == CURL_POLL_REMOVE) {
        m_watches.erase(socket);
        return;
    }
    const auto set = [&](auto &notifier, QSocketNotifier::Type type, int event, bool wanted) {
        if (!notifier && wanted) {
            notifier.reset(new QSocketNotifier(socket, type));
            connect(notifier.get(), &QSocketNotifier::activated, this,
                    [this, socket, event] { drive(socket, event); });
        } else if (notifier && notifier->isEnabled() != wanted) {
            notifier->setEnabled(wanted);
        }
    };
    Watch &watch = m_watches[socket];
    set(watch.read, QSocketNotifier::Read, CURL_CSELECT_IN, what & CURL_POLL_IN);
    set(watch.write, QSocketNotifier::Write, CURL_CSELECT_OUT, what & CURL_POLL_OUT);
}

void HttpTransport::drive(int socket, int events)
{
    int running = 0;
    curl_multi_socket_action(m_multi, socket, events, &running);
    int left = 0;
    while (const CURLMsg *message = curl_multi_info_read(m_multi, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        const CURLcode result = message->data.result;
        void *transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        static_cast<HttpTransfer *>(transfer)->ended(result);
    }
    deliver();
}

void HttpTransport::deliver()
{
    const QPointer<HttpTransport> alive(this);
    while (alive && !m_ready.empty()) {
        HttpTransfer *transfer = m_ready.front();
        m_ready.pop_front();
        transfer->deliver();
    }
}

void HttpTransport::deliverSoon()
{
    QMetaObject::invokeMethod(
        this, [this] { deliver(); }, Qt::QueuedConnection);
}

int HttpTransport::onSocket(CURL *, int socket, int what, void *self, void *)
{
    static_cast<HttpTransport *>(self)->watch(socket, what);
    return 0;
}

int HttpTransport::onTimer(CURLM *, long ms, void *self)
{
    QTimer &timer = static_cast<HttpTransport *>(self)->m_timer;
    if (ms < 0)
        timer.stop();
    else
        timer.start(int(ms));
    return 0;
}

} // namespace orrery::llm
