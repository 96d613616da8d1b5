// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/encodedrequest.h"
#include "core/llm/retryhint.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// What <curl/curl.h> calls these; it is included by the two files that call libcurl, and by no header.
using CURL = void;
struct curl_slist;

namespace orrery::llm {

class HttpTransport;

/// How long a server may take for what, in ms; 0 = for ever.
struct HttpLimits {
    int connectMs = 20000;    ///< finding the host, connecting, and the handshake of TLS
    int firstByteMs = 600000; ///< from then on, until something of the body comes
    int idleMs = 120000;      ///< between two pieces of the body
};

/// What is to be sent. A GET without a body, else a POST.
struct HttpMessage {
    std::string url;
    HttpHeaders headers; ///< without those of the transport: length, encoding, user agent
    std::shared_ptr<const EncodedRequest> body;
    HttpLimits limits;
    /// http://, https://, socks5:// or socks5h://; `none` = no proxy. Empty = the one of the environment (`http_proxy`,
    /// `https_proxy`, `all_proxy`, `no_proxy`; all but the first in capitals too), and none for this machine.
    std::string proxy;
    std::string caFile; ///< PEM file of authorities that are trusted beside the system's
};

/// The status line and the headers of an answer.
struct HttpHead {
    int status = 0; ///< 0 when no answer has come
    HttpHeaders headers;

    /// The first header of that name, in whatever case; empty when there is none.
    std::string_view header(std::string_view name) const;
};

enum class HttpFault {
    None,
    Unusable, ///< the message cannot be sent: its address, a header, a file
    NoHost,
    Refused,
    Unreachable,
    Proxy, ///< the proxy is not there, or does not let us through
    Tls,
    NotHttp,
    Closed, ///< the connection ended before the answer began
    Cut,    ///< the connection ended within the answer
    ConnectLimit,
    FirstByteLimit,
    IdleLimit
};

/// How a transfer ended. An answer with any status is no fault.
struct HttpEnd {
    HttpFault fault = HttpFault::None;
    std::string words; ///< libcurl's, where it has some
    int limitMs = 0;   ///< the limit that was reached
};

/// Who is told what comes. It may destroy the transfer, and start others, from within both.
class HttpSink
{
public:
    virtual ~HttpSink() = default;
    /// A piece of the body; the head has come whole.
    virtual void onBytes(std::string_view bytes) = 0;
    /// Once, and nothing after it.
    virtual void onEnd(const HttpEnd &end) = 0;
};

/// A message on its way, and its answer. Made by HttpTransport::start(); belongs to its thread. Destroying it closes the
/// connection at once, and the sink is not called any more.
class HttpTransfer final : public QObject
{
public:
    ~HttpTransfer() override;

    const HttpHead &head() const { return m_head; }

private:
    friend class HttpTransport;

    HttpTransfer(HttpTransport &transport, HttpMessage message, HttpSink &sink);

    void setUp();
    void setRoute();
    void setBody();
    bool setHeaders();
    void ended(int result);
    void deliver();
    void restartClock();
    void onClock();
    /// Leaves libcurl, in the middle of whatever it does.
    void detach();
    void touch();
    void takeHeaderLine(std::string_view line);
    HttpEnd endOf(int result) const;

    static std::size_t onRead(char *to, std::size_t size, std::size_t count, void *self);
    static int onSeek(void *self, std::int64_t place, int origin);
    static std::size_t onHeader(char *line, std::size_t size, std::size_t count, void *self);
    static std::size_t onBody(char *bytes, std::size_t size, std::size_t count, void *self);
    static int onConnected(void *self, char *, char *, int, int);

    QPointer<HttpTransport> m_transport;
    const HttpMessage m_message;
    HttpSink *m_sink; ///< null when nobody wants to know any more
    CURL *m_easy;     ///< null when it is done
    curl_slist *m_headerList = nullptr;
    std::unique_ptr<char[]> m_words; ///< where libcurl writes what went wrong
    std::optional<EncodedRequest::Reader> m_reader;
    HttpHead m_head;
    std::string m_bytes; ///< that the sink has not been given yet
    std::optional<HttpEnd> m_end;
    QTimer m_clock;
    bool m_isAttached = false; ///< libcurl works on it
    bool m_isDone = false;     ///< libcurl has said so
    bool m_isQueued = false;   ///< for delivery
    bool m_isConnected = false;
    bool m_hasHead = false;
    bool m_hasBody = false; ///< some of it
};

} // namespace orrery::llm
