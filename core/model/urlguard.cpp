// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/urlguard.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include <arpa/inet.h>

namespace orrery {
namespace {

constexpr std::string_view kSubDelimiters = "!$&'()*+,;=";
constexpr long kLargestPort = 65535;

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Unreserved characters and sub-delimiters of RFC 3986, `%`, and those of `more`.
bool allOf(std::string_view text, std::string_view more)
{
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return isLetter(c) || isDigit(c)
               || std::string_view("-._~%").find(c) != std::string_view::npos
               || kSubDelimiters.find(c) != std::string_view::npos
               || more.find(c) != std::string_view::npos;
    });
}

bool isScheme(std::string_view text)
{
    return !text.empty() && isLetter(text.front())
           && std::all_of(text.begin(), text.end(), [](char c) {
                  return isLetter(c) || isDigit(c) || c == '+' || c == '-' || c == '.';
              });
}

struct Url {
    std::optional<std::string> scheme; ///< lower case
    std::optional<std::string> host;
    bool isLiteral6 = false; ///< the host stood in brackets
    std::string port;
};

/// `user@host:port`; false when it is malformed.
bool readAuthority(std::string_view text, Url &url)
{
    if (const auto at = text.find('@'); at != text.npos) {
        if (!allOf(text.substr(0, at), ":"))
            return false;
        text.remove_prefix(at + 1);
    }
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == text.npos)
            return false;
        url.host = text.substr(1, end - 1);
        url.isLiteral6 = true;
        in6_addr parsed;
        if (inet_pton(AF_INET6, url.host->c_str(), &parsed) != 1)
            return false;
        rest = text.substr(end + 1);
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        url.host = text.substr(0, colon);
        rest = text.substr(colon);
        // An encoded host is one name to us and another to who decodes it.
        if (!allOf(*url.host, "") || url.host->find('%') != std::string::npos)
            return false;
    }
    if (rest.empty())
        return true;
    url.port = rest.substr(1);
    return rest.front() == ':' && std::all_of(url.port.begin(), url.port.end(), isDigit);
}

std::optional<Url> parse(std::string_view text)
{
    Url url;
    const auto firstMark = text.find_first_of(":/?#");
    if (firstMark != text.npos && text[firstMark] == ':') {
        if (!isScheme(text.substr(0, firstMark)))
            return std::nullopt; // a relative path has no colon in its first part
        url.scheme = downcase(text.substr(0, firstMark));
        text.remove_prefix(firstMark + 1);
    }
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        const auto end = std::min(text.find_first_of("/?#"), text.size());
        if (!readAuthority(text.substr(0, end), url))
            return std::nullopt;
        text.remove_prefix(end);
    }
    const auto fragment = std::min(text.find('#'), text.size());
    if (!allOf(text.substr(0, fragment), ":@/?"))
        return std::nullopt;
    if (fragment < text.size() && !allOf(text.substr(fragment + 1), ":@/?"))
        return std::nullopt;
    return url;
}

bool isPublic4(std::uint32_t address)
{
    struct Range {
        std::uint32_t first;
        int bits;
    };
    static constexpr std::array<Range, 13> closed = {{
        {0x00000000, 8},  // this network
        {0x0A000000, 8},  // private
        {0x64400000, 10}, // carrier-grade NAT
        {0x7F000000, 8},  // loopback
        {0xA9FE0000, 16}, // link-local, also the metadata service of clouds
        {0xAC100000, 12}, // private
        {0xC0000200, 24}, // documentation
        {0xC0A80000, 16}, // private
        {0xC6120000, 15}, // benchmarks
        {0xC6336400, 24}, // documentation
        {0xCB007100, 24}, // documentation
        {0xE0000000, 4},  // multicast
        {0xF0000000, 4},  // reserved, broadcast
    }};
    return std::none_of(closed.begin(), closed.end(), [&](const Range &range) {
        return (address ^ range.first) >> (32 - range.bits) == 0;
    });
}

using Address6 = std::array<std::uint8_t, 16>;

std::uint32_t fourBytes(const Address6 &address, std::size_t at)
{
    return std::uint32_t(address[at]) << 24 | std::uint32_t(address[at + 1]) << 16
           | std::uint32_t(address[at + 2]) << 8 | std::uint32_t(address[at + 3]);
}

bool isPublic6(const Address6 &address)
{
    const auto startsWith = [&](std::initializer_list<std::uint8_t> prefix) {
        return std::equal(prefix.begin(), prefix.end(), address.begin());
    };
    if (startsWith({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})        // IPv4-mapped
        || startsWith({0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0})     // IPv4-translated
        || startsWith({0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) // NAT64
        return isPublic4(fourBytes(address, 12));
    if (startsWith({0x20, 0x02})) // 6to4
        return isPublic4(fourBytes(address, 2));
    Address6 loopback{};
    loopback[15] = 1;
    return address != Address6{} && address != loopback
           && (address[0] & 0xFE) != 0xFC                          // unique local
           && !(address[0] == 0xFE && (address[1] & 0xC0) == 0x80) // link-local
           && !(address[0] == 0xFE && (address[1] & 0xC0) == 0xC0) // site-local
           && address[0] != 0xFF;                                  // multicast
}

/// An address in any notation that a connection would accept: `127.1`, `0x7f000001` and `017700000001` are loopback.
std::optional<std::uint32_t> address4(const std::string &text)
{
    in_addr parsed;
    // What follows white space would be passed over.
    if (text.find_first_of(" \t\n\v\f\r") != text.npos || inet_aton(text.c_str(), &parsed) == 0)
        return std::nullopt;
    return ntohl(parsed.s_addr);
}

std::optional<Address6> address6(const std::string &text)
{
    Address6 address;
    return inet_pton(AF_INET6, text.c_str(), address.data()) == 1 ? std::optional(address)
                                                                  : std::nullopt;
}

/// True for a host whose last part is a number: that is no name, whatever else it may be.
bool endsInNumber(std::string_view host)
{
    host.remove_prefix(std::min(host.rfind('.') + 1, host.size())); // npos + 1 is 0
    if (host.starts_with("0x") || host.starts_with("0X"))
        return std::all_of(host.begin() + 2, host.end(),
                           [](unsigned char c) { return std::isxdigit(c) != 0; });
    return !host.empty() && std::all_of(host.begin(), host.end(), isDigit);
}

bool isLocalName(const std::string &lower)
{
    return lower == "localhost" || lower.ends_with(".localhost");
}

tl::unexpected<Error> privateHost(const std::string &host)
{
    return fail(ErrorCode::Denied,
                "URL resolves to a private/loopback/link-local address; refusing to fetch (" + host
                    + ")");
}

tl::unexpected<Error> malformed() { return fail(ErrorCode::InvalidArgument, "URL is malformed"); }

Result<void> checkScheme(const std::optional<std::string> &scheme)
{
    static constexpr std::array<std::string_view, 6> blocked = {"file", "gopher", "ftp",
                                                                "ldap", "dict",   "ssh"};
    if (!scheme)
        return fail(ErrorCode::InvalidArgument, "URL must include a scheme (http:// or https://)");
    if (std::find(blocked.begin(), blocked.end(), *scheme) != blocked.end())
        return fail(ErrorCode::Denied, "URL scheme \"" + *scheme + "\" is blocked");
    if (*scheme != "http" && *scheme != "https")
        return fail(ErrorCode::Denied,
                    "URL scheme \"" + *scheme + "\" is not allowed (use http or https)");
    return {};
}

/// Nothing for a port that no connection can have.
std::optional<int> portOf(const Url &url)
{
    if (url.port.empty())
        return url.scheme == "https" ? 443 : 80;
    const auto significant = url.port.find_first_not_of('0');
    if (significant == std::string::npos)
        return 0;
    if (url.port.size() - significant > 5)
        return std::nullopt;
    const int port = std::stoi(url.port);
    return port > kLargestPort ? std::nullopt : std::optional(port);
}

/// The host as an address, nothing for a name.
Result<std::optional<std::string>> publicAddress(const Url &url)
{
    std::array<char, INET6_ADDRSTRLEN> text;
    if (const auto six = address6(*url.host); six && url.isLiteral6) {
        if (!isPublic6(*six))
            return privateHost(*url.host);
        return inet_ntop(AF_INET6, six->data(), text.data(), text.size());
    }
    std::string name = downcase(*url.host);
    if (name.ends_with('.')) // the root of all names; it changes nothing
        name.pop_back();
    if (isLocalName(name))
        return privateHost(*url.host);
    if (const auto four = address4(name)) {
        if (!isPublic4(*four))
            return privateHost(*url.host);
        const in_addr network{htonl(*four)};
        return inet_ntop(AF_INET, &network, text.data(), text.size());
    }
    if (endsInNumber(name))
        return malformed();
    return std::nullopt;
}

} // namespace

Result<GuardedUrl> guardUrl(const Json &given, bool allowPrivateHosts)
{
    if (!given.is_string())
        return fail(ErrorCode::InvalidArgument, "URL must be a string");
    const auto url = parse(given.get_ref<const std::string &>());
    if (!url)
        return malformed();
    if (!url->host || url->host->empty())
        return fail(ErrorCode::InvalidArgument, "URL has no host");
    if (auto scheme = checkScheme(url->scheme); !scheme)
        return fail(scheme.error());
    const auto port = portOf(*url);
    if (!port)
        return fail(ErrorCode::InvalidArgument, "URL port is out of range");
    GuardedUrl guarded{*url->scheme, *url->host, *port, std::nullopt};
    if (allowPrivateHosts)
        return guarded;
    auto address = publicAddress(*url);
    if (!address)
        return fail(address.error());
    guarded.address = std::move(*address);
    return guarded;
}

bool isPublicAddress(std::string_view address)
{
    const std::string text(address);
    if (const auto six = address6(text))
        return isPublic6(*six);
    const auto four = address4(text);
    return four && isPublic4(*four);
}

} // namespace orrery
