// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/httpwire.h"

#include "core/llm/httperror.h"

#include <QDateTime>
#include <QUrl>

#include <algorithm>
#include <cctype>

namespace orrery::llm {
namespace {

std::string duration(int ms)
{
    return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

Error passing(ErrorCode code, std::string message, const HttpEnd &end)
{
    Error error = makeError(code, std::move(message), end.words);
    error.retryable = true;
    return error;
}

/// Without query and user: there may be keys in them.
std::string shownUrl(const std::string &url)
{
    return QUrl(QString::fromStdString(url))
        .toString(QUrl::RemoveQuery | QUrl::RemoveUserInfo | QUrl::RemoveFragment)
        .toStdString();
}

/// What to look at when somebody answers who is no model server, or one that has nothing at this path.
std::string adviceOn(const std::string &url)
{
    QUrl usual(QString::fromStdString(url));
    usual.setPath("/v1");
    return ": is the base_url right? It is usually " + shownUrl(usual.toString().toStdString())
           + " (asked was " + shownUrl(url) + ")";
}

/// Of a 404: what web frameworks say of a path that they do not know, and nothing that speaks of a model.
bool saysNothing(std::string_view body)
{
    constexpr std::size_t kShort = 40;
    std::string words = serverMessage(body);
    std::transform(words.begin(), words.end(), words.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    return words.empty() || (words.size() <= kShort && words.find("model") == std::string::npos);
}

Error redirection(const HttpHead &head, const std::string &host)
{
    const std::string place = excerpt(head.header("location"));
    return errorForStatus(head.status,
                          host + " answered " + std::to_string(head.status) + " and points "
                              + (place.empty() ? "elsewhere" : "to " + place)
                              + "; redirects are not followed, correct the base_url",
                          place);
}

} // namespace

std::string hostOf(const std::string &url)
{
    const QUrl parsed(QString::fromStdString(url));
    const std::string host = parsed.host().toStdString();
    return parsed.port() < 0 ? host : host + ":" + std::to_string(parsed.port());
}

Error errorOfEnd(const HttpEnd &end, const std::string &host)
{
    switch (end.fault) {
    case HttpFault::Unusable:
        return makeError(ErrorCode::InvalidArgument,
                         "a request to " + (host.empty() ? "this address" : host)
                             + " cannot be sent: " + end.words,
                         end.words);
    case HttpFault::NoHost: return passing(ErrorCode::Network, "there is no host " + host, end);
    case HttpFault::Refused:
        return passing(ErrorCode::Network, host + " refuses connections: is the server running?",
                       end);
    case HttpFault::Proxy:
        return passing(ErrorCode::Network,
                       "the proxy does not connect to " + host + ": " + end.words
                           + " (see `proxy`, and http_proxy, https_proxy, no_proxy in the "
                             "environment)",
                       end);
    case HttpFault::Tls:
        return makeError(ErrorCode::Network, "no secure connection to " + host + ": " + end.words,
                         end.words);
    case HttpFault::NotHttp:
        return makeError(ErrorCode::BadResponse, host + " does not answer in HTTP", end.words);
    case HttpFault::Closed:
        return passing(ErrorCode::Network, host + " closed the connection without an answer", end);
    case HttpFault::Cut: return passing(ErrorCode::Network, host + ": the answer was cut", end);
    case HttpFault::ConnectLimit:
        return passing(ErrorCode::Timeout,
                       "no connection to " + host + " within " + duration(end.limitMs)
                           + " (connect_timeout_s): is the address right, and is there a proxy?",
                       end);
    case HttpFault::FirstByteLimit:
        return passing(ErrorCode::Timeout,
                       host + " has the request but sent nothing for " + duration(end.limitMs)
                           + "; a model that thinks for longer needs a higher "
                             "first_byte_timeout_s",
                       end);
    case HttpFault::IdleLimit:
        return passing(ErrorCode::Timeout,
                       host + " fell silent within its answer and sent nothing for "
                           + duration(end.limitMs)
                           + "; if that is usual there, a higher timeout_s helps",
                       end);
    case HttpFault::Unreachable:
    case HttpFault::None: break;
    }
    return passing(ErrorCode::Network, "cannot talk to " + host, end);
}

Error errorOfAnswer(const HttpHead &head, const std::string &url, std::string_view body)
{
    const std::string host = hostOf(url);
    if (head.status >= 300 && head.status < 400)
        return redirection(head, host);
    Error error = errorFromAnswer(head.status, host, body);
    if (head.status >= 400)
        error.retryAfterMs = retryHintMs(Json::parse(body.begin(), body.end(), nullptr, false),
                                         head.headers, QDateTime::currentMSecsSinceEpoch());
    // A login page of a proxy may come with any of these; a failing server's own page tells nothing about the address.
    const bool isPage = isWebPage(head, body) && head.status < 500;
    if (isPage)
        error.message = host + " answered " + std::to_string(head.status) + " with a web page";
    if (isPage || head.status == 405 || (head.status == 404 && saysNothing(body)))
        error.message += adviceOn(url);
    return error;
}

bool isWebPage(const HttpHead &head, std::string_view body)
{
    const auto first = body.find_first_not_of(" \t\r\n");
    return head.header("content-type").find("html") != std::string_view::npos
           && first != std::string_view::npos && body[first] == '<';
}

Error errorOfWebPage(const std::string &url, std::string_view body)
{
    return makeError(ErrorCode::BadResponse,
                     hostOf(url) + " answered with a web page" + adviceOn(url), excerpt(body));
}

} // namespace orrery::llm
