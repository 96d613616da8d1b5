// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httptransfer.h"

#include "core/llm/httptransport.h"

#include <QUrl>

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace orrery::llm {
namespace {

constexpr long kUploadBytes = 256 * 1024; ///< handed to the socket at a time
constexpr long kProbeAfterS = 30;         ///< of silence, whether the other side is still there
constexpr long kProbeEveryS = 15;

bool sameName(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

QUrl urlOf(const std::string &url) { return QUrl(QString::fromStdString(url), QUrl::StrictMode); }

bool isThisMachine(const QString &host)
{
    const bool isNumeric = std::all_of(host.begin(), host.end(), [](QChar c) {
        return c == QLatin1Char('.') || (c >= QLatin1Char('0') && c <= QLatin1Char('9'));
    });
    return host == "localhost" || host.endsWith(".localhost")
           || (isNumeric && host.startsWith("127.")) || host == "::1" || host == "0.0.0.0"
           || host == "::";
}

/// RFC 9110, 5.6.2 and 5.5: names are tokens, values have no line ends.
bool isHeader(const std::string &name, const std::string &value)
{
    const auto isTokenCharacter = [](unsigned char c) {
        return c < 0x80
               && (std::isalnum(c)
                   || std::string_view("!#$%&'*+-.^_`|~").find(char(c)) != std::string_view::npos);
    };
    const auto isControl = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; };
    return !name.empty() && std::all_of(name.begin(), name.end(), isTokenCharacter)
           && std::none_of(value.begin(), value.end(), isControl);
}

HttpFault faultOf(CURLcode result)
{
    switch (result) {
    case CURLE_OK: return HttpFault::None;
    case CURLE_URL_MALFORMAT:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_BAD_FUNCTION_ARGUMENT: return HttpFault::Unusable;
    case CURLE_COULDNT_RESOLVE_HOST: return HttpFault::NoHost;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY: return HttpFault::Proxy;
    case CURLE_COULDNT_CONNECT: return HttpFault::Unreachable;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED: return HttpFault::Tls;
    case CURLE_UNSUPPORTED_PROTOCOL: // it takes what is not HTTP/1 for HTTP/0.9
    case CURLE_WEIRD_SERVER_REPLY: return HttpFault::NotHttp;
    case CURLE_OPERATION_TIMEDOUT: return HttpFault::ConnectLimit; // the only one that it watches
    default: return HttpFault::Cut;
    }
}

} // namespace

std::string_view HttpHead::header(std::string_view name) const
{
    for (const auto &[known, value] : headers) {
        if (sameName(known, name))
            return value;
    }
    return {};
}

HttpTransfer::HttpTransfer(HttpTransport &transport, HttpMessage message, HttpSink &sink)
    : m_transport(&transport), m_message(std::move(message)), m_sink(&sink),
      m_easy(curl_easy_init()), m_words(new char[CURL_ERROR_SIZE]())
{
    m_clock.setSingleShot(true);
    m_clock.callOnTimeout(this, [this] { onClock(); });
    if (m_easy)
        setUp();
    else
        m_end = HttpEnd{HttpFault::Unusable, "out of memory"};
}

HttpTransfer::~HttpTransfer()
{
    detach();
    if (m_transport)
        m_transport->forget(*this);
}

void HttpTransfer::setUp()
{
    const QUrl url = urlOf(m_message.url);
    if (!url.isValid() || url.host().isEmpty()) {
        m_end = HttpEnd{HttpFault::Unusable, "this is not an address of a server"};
        return;
    }
    curl_easy_setopt(m_easy, CURLOPT_URL, url.toEncoded().constData());
    curl_easy_setopt(m_easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(m_easy, CURLOPT_ERRORBUFFER, m_words.get());
    curl_easy_setopt(m_easy, CURLOPT_NOSIGNAL, 1L);
    // Without it, giving up a look-up of a name would wait for the name server.
    curl_easy_setopt(m_easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(m_easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(m_easy, CURLOPT_HTTP_VERSION, long(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(m_easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(m_easy, CURLOPT_CONNECTTIMEOUT_MS,
                     m_message.limits.connectMs > 0 ? long(m_message.limits.connectMs) : 86400000L);
    curl_easy_setopt(m_easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(m_easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(m_easy, CURLOPT_TCP_KEEPIDLE, kProbeAfterS);
    curl_easy_setopt(m_easy, CURLOPT_TCP_KEEPINTVL, kProbeEveryS);
    curl_easy_setopt(m_easy, CURLOPT_USERAGENT, "orrery");
    // Compression would hold back the small pieces of a stream; what is compressed all the same is understood.
    curl_easy_setopt(m_easy, CURLOPT_ACCEPT_ENCODING, "identity");
    curl_easy_setopt(m_easy, CURLOPT_HEADERFUNCTION, &HttpTransfer::onHeader);
    curl_easy_setopt(m_easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(m_easy, CURLOPT_WRITEFUNCTION, &HttpTransfer::onBody);
    curl_easy_setopt(m_easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(m_easy, CURLOPT_PREREQFUNCTION, &HttpTransfer::onConnected);
    curl_easy_setopt(m_easy, CURLOPT_PREREQDATA, this);
    setRoute();
    setBody();
    if (!setHeaders())
        return;
    m_isAttached = curl_multi_add_handle(m_transport->m_multi, m_easy) == CURLM_OK;
    if (!m_isAttached)
        m_end = HttpEnd{HttpFault::Unusable, "out of memory"};
}

void HttpTransfer::setRoute()
{
    const std::string &proxy = m_message.proxy;
    if (proxy == "none" || (proxy.empty() && isThisMachine(urlOf(m_message.url).host()))) {
        curl_easy_setopt(m_easy, CURLOPT_PROXY, "");
    } else if (!proxy.empty()) {
        curl_easy_setopt(m_easy, CURLOPT_PROXY, proxy.c_str());
        curl_easy_setopt(m_easy, CURLOPT_NOPROXY, ""); // whoever names one wants it used
    }
    // A proxy that passes on what it cannot read does not get to see our headers.
    curl_easy_setopt(m_easy, CURLOPT_HEADEROPT, long(CURLHEADER_SEPARATE));
    curl_easy_setopt(m_easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!m_message.caFile.empty()) {
        // The system's authorities stay trusted: their folder is the other option's default.
        curl_easy_setopt(m_easy, CURLOPT_CAINFO, m_message.caFile.c_str());
        curl_easy_setopt(m_easy, CURLOPT_PROXY_CAINFO, m_message.caFile.c_str());
    } else {
        // From one file alone, libcurl reads the authorities once and not for each connection.
        const auto *version = curl_version_info(CURLVERSION_NOW);
        if (version->cainfo)
            curl_easy_setopt(m_easy, CURLOPT_CAPATH, static_cast<char *>(nullptr));
    }
}

void HttpTransfer::setBody()
{
    if (!m_message.body)
        return;
    m_reader.emplace(*m_message.body);
    curl_easy_setopt(m_easy, CURLOPT_POST, 1L);
    curl_easy_setopt(m_easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(m_message.body->size()));
    curl_easy_setopt(m_easy, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBytes);
    curl_easy_setopt(m_easy, CURLOPT_READFUNCTION, &HttpTransfer::onRead);
    curl_easy_setopt(m_easy, CURLOPT_READDATA, this);
    // Asked for when a kept connection turns out to be closed, and the body has to be sent once more.
    curl_easy_setopt(m_easy, CURLOPT_SEEKFUNCTION, &HttpTransfer::onSeek);
    curl_easy_setopt(m_easy, CURLOPT_SEEKDATA, this);
}

bool HttpTransfer::setHeaders()
{
    for (const auto &[name, value] : m_message.headers) {
        if (!isHeader(name, value)) {
            m_end = HttpEnd{HttpFault::Unusable,
                            "header " + name
                                + " has a character that no header may have, such as a line end"};
            return false;
        }
        // A header without a value is written so; with a colon it would be left out.
        const std::string line = value.empty() ? name + ";" : name + ": " + value;
        m_headerList = curl_slist_append(m_headerList, line.c_str());
    }
    m_headerList = curl_slist_append(m_headerList, "Expect:");
    curl_easy_setopt(m_easy, CURLOPT_HTTPHEADER, m_headerList);
    return true;
}

void HttpTransfer::detach()
{
    if (!m_easy)
        return;
    // In the middle of HTTP/2, libcurl would keep the connection and the server would go on with the answer.
    if (!m_isDone)
        curl_easy_setopt(m_easy, CURLOPT_FORBID_REUSE, 1L);
    if (m_isAttached && m_transport)
        curl_multi_remove_handle(m_transport->m_multi, m_easy);
    m_isAttached = false;
    curl_easy_cleanup(m_easy);
    m_easy = nullptr;
    curl_slist_free_all(m_headerList);
    m_headerList = nullptr;
}

void HttpTransfer::ended(int result)
{
    m_end = endOf(result);
    m_isDone = true;
    detach();
    touch();
}

HttpEnd HttpTransfer::endOf(int result) const
{
    const auto code = CURLcode(result);
    HttpEnd end{faultOf(code), m_words[0] ? m_words.get() : curl_easy_strerror(code)};
    if (end.fault == HttpFault::None)
        return {};
    long connectCode = 0;
    curl_easy_getinfo(m_easy, CURLINFO_HTTP_CONNECTCODE, &connectCode);
    if (connectCode >= 300) {
        end.fault = HttpFault::Proxy;
    } else if (end.fault == HttpFault::Unreachable) {
        long reason = 0;
        curl_easy_getinfo(m_easy, CURLINFO_OS_ERRNO, &reason);
        const std::string host = urlOf(m_message.url).host(QUrl::FullyEncoded).toStdString();
        if (end.words.find(host) == std::string::npos)
            end.fault = HttpFault::Proxy; // whose name stands there instead
        else if (reason == ECONNREFUSED || end.words.find("refused") != std::string::npos)
            end.fault = HttpFault::Refused;
    } else if (end.fault == HttpFault::Cut && !m_hasHead) {
        end.fault = HttpFault::Closed;
    } else if (end.fault == HttpFault::ConnectLimit) {
        end.limitMs = m_message.limits.connectMs;
    }
    return end;
}

/// libcurl must not be called from its own callbacks, so what they bring is handed on afterwards.
void HttpTransfer::touch()
{
    if (m_isQueued || !m_transport)
        return;
    m_isQueued = true;
    m_transport->m_ready.push_back(this);
}

void HttpTransfer::deliver()
{
    m_isQueued = false;
    restartClock();
    const QPointer<HttpTransfer> alive(this);
    if (!m_sink)
        m_bytes.clear();
    if (!m_bytes.empty()) {
        const std::string bytes = std::exchange(m_bytes, {});
        m_sink->onBytes(bytes);
        if (!alive || !m_transport)
            return;
    }
    if (!m_end)
        return;
    if (HttpSink *sink = std::exchange(m_sink, nullptr)) {
        const HttpEnd end = *m_end;
        sink->onEnd(end);
    } else if (m_transport) {
        m_transport->drop(*this);
    }
}

void HttpTransfer::restartClock()
{
    if (!m_sink)
        return; // it measures how long the rest may take
    const int limit = m_hasBody ? m_message.limits.idleMs : m_message.limits.firstByteMs;
    if (m_end || limit <= 0)
        m_clock.stop();
    else if (m_isConnected)
        m_clock.start(limit);
}

void HttpTransfer::onClock()
{
    if (m_end)
        return;
    m_end = m_hasBody ? HttpEnd{HttpFault::IdleLimit, {}, m_message.limits.idleMs}
                      : HttpEnd{HttpFault::FirstByteLimit, {}, m_message.limits.firstByteMs};
    detach();
    touch();
    if (m_transport)
        m_transport->deliverSoon();
}

void HttpTransfer::takeHeaderLine(std::string_view line)
{
    if (line.starts_with("HTTP/")) { // of an interim answer too
        const auto space = line.find(' ');
        m_head.status = space == std::string_view::npos
                            ? 0
                            : std::atoi(std::string(line.substr(space, 5)).c_str());
        m_head.headers.clear();
        m_hasHead = m_head.status >= 200;
        return;
    }
    const auto colon = line.find(':');
    if (m_hasBody || colon == std::string_view::npos) // trailers, and the empty line
        return;
    const auto trim = [](std::string_view text) {
        const auto first = text.find_first_not_of(" \t\r\n");
        return first == std::string_view::npos
                   ? std::string()
                   : std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
    };
    m_head.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

std::size_t HttpTransfer::onRead(char *to, std::size_t size, std::size_t count, void *self)
{
    auto *transfer = static_cast<HttpTransfer *>(self);
    transfer->touch();
    return transfer->m_reader->read(to, size * count);
}

int HttpTransfer::onSeek(void *self, std::int64_t place, int origin)
{
    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    static_cast<HttpTransfer *>(self)->m_reader->seek(std::size_t(place));
    return CURL_SEEKFUNC_OK;
}

std::size_t HttpTransfer::onHeader(char *line, std::size_t size, std::size_t count, void *self)
{
    auto *transfer = static_cast<HttpTransfer *>(self);
    transfer->takeHeaderLine({line, size * count});
    transfer->touch();
    return size * count;
}

std::size_t HttpTransfer::onBody(char *bytes, std::size_t size, std::size_t count, void *self)
{
    auto *transfer = static_cast<HttpTransfer *>(self);
    transfer->m_hasBody = true;
    if (transfer->m_sink)
        transfer->m_bytes.append(bytes, size * count);
    transfer->touch();
    return size * count;
}

int HttpTransfer::onConnected(void *self, char *, char *, int, int)
{
    auto *transfer = static_cast<HttpTransfer *>(self);
    transfer->m_isConnected = true;
    transfer->touch();
    return CURL_PREREQFUNC_OK;
}

} // namespace orrery::llm
