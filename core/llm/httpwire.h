// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/llm/retryhint.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

class QNetworkAccessManager;
class QNetworkReply;
class QNetworkRequest;
class QUrl;

namespace orrery::llm {

/// What our requests to model servers have in common: HTTP/1.1, no redirect, no proxy, no cookies and no cache, so a key
/// goes to the host that the person named and to no other.
std::unique_ptr<QNetworkAccessManager> wireManager();
QNetworkRequest wireRequest(const std::string &url, const HttpHeaders &headers,
                            std::size_t bodyBytes);

/// How errors name a server: without user and password, which may stand in an address.
std::string hostOf(const QUrl &url);

/// 0 when no HTTP answer came.
int statusOf(const QNetworkReply &reply);

/// Why a reply that is not a 200 has failed: no connection, or what the server answered, in its own words and with its
/// hint when to come back. `body` is what was read of the answer. It may hold the key: see redact().
Error errorOfReply(const QNetworkReply &reply, const std::string &host, std::string_view body);

} // namespace orrery::llm
