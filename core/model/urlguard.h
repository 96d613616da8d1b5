// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace orrery {

/// A URL that may be fetched, as far as it can be told without asking a name server.
struct GuardedUrl {
    std::string scheme; ///< http or https
    std::string host;   ///< as it stands in the URL, without brackets
    int port = 0;
    /// The host when it is an address, in its usual form. Nothing for a name: who resolves it has to hold every
    /// address it gets against isPublicAddress(), and to connect to the very address it checked.
    std::optional<std::string> address;
};

/// Checks a URL that a model gave. Errors: InvalidArgument for what is no http(s) URL by RFC 3986, Denied for another
/// scheme and for an address of this machine or its networks, in whatever notation, unless `allowPrivateHosts` is set.
/// Asks no name server; the result's address is empty when private hosts are allowed.
Result<GuardedUrl> guardUrl(const Json &url, bool allowPrivateHosts = false);

/// False for loopback, private, link-local, multicast, reserved and documentation ranges of IPv4 and IPv6, for IPv6
/// forms that embed such an IPv4 address, and for what is no address.
bool isPublicAddress(std::string_view address);

} // namespace orrery
