// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/serveraddress.h"

#include "core/llm/providers.h"

#include <QHostAddress>
#include <QUrl>

#include <algorithm>
#include <iterator>

namespace orrery::llm {
namespace {

bool isPrivate(const QString &host)
{
    if (host == u"localhost" || host.endsWith(u".localhost"))
        return true;
    static constexpr const char *kNetworks[] = {"0.0.0.0/8",     "10.0.0.0/8",     "100.64.0.0/10",
                                                "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};
    const QHostAddress address(host);
    return !address.isNull()
           && (!address.isGlobal()
               || std::any_of(std::begin(kNetworks), std::end(kNetworks), [&](const char *network) {
                      return address.isInSubnet(
                          QHostAddress::parseSubnet(QString::fromLatin1(network)));
                  }));
}

} // namespace

Result<void> checkServerAddress(const std::string &provider, const std::string &url,
                                bool allowPrivateHosts)
{
    const Provider *known = findProvider(provider);
    const std::string title = known ? std::string(known->title) : provider;
    const auto refuse = [&](ErrorCode code, const std::string &message, const std::string &why) {
        return fail(code, "base_url of " + provider + ": " + message, title + " base_url " + why);
    };
    const QUrl address(QString::fromStdString(url), QUrl::StrictMode);
    const std::string got = ". Got: \"" + url + "\"";
    if (!address.isValid()) {
        return refuse(ErrorCode::InvalidArgument, url + " is not an http or https address",
                      "failed validation: URL is malformed" + got);
    }
    const std::string scheme = address.scheme().toStdString();
    if (scheme != "http" && scheme != "https") {
        return refuse(ErrorCode::InvalidArgument, url + " is not an http or https address",
                      "failed validation: URL scheme \"" + scheme + "\" is blocked" + got);
    }
    if (address.host().isEmpty()) {
        return refuse(ErrorCode::InvalidArgument, url + " is not an http or https address",
                      "failed validation: URL has no host" + got);
    }
    if (!allowPrivateHosts && provider == "custom" && isPrivate(address.host())) {
        return refuse(ErrorCode::Denied,
                      address.host().toStdString()
                          + " is an address of this machine or its networks",
                      "failed SSRF validation: URL resolves to a private/loopback/link-local "
                      "address; refusing to fetch ("
                          + address.host().toStdString()
                          + "). Set `allow_private_hosts: true` for local dev if intentional.");
    }
    return {};
}

} // namespace orrery::llm
