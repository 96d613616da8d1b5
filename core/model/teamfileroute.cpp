// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/environmenttext.h"
#include "core/model/strictjson.h"
#include "core/model/teamfilekeys.h"
#include "core/model/teamfilereader.h"

#include <algorithm>
#include <cctype>
#include <system_error>

namespace orrery::teamfile {
namespace {

/// RFC 9110, 5.6.2.
bool isHeaderName(std::string_view name)
{
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return c < 0x80
               && (std::isalnum(c)
                   || std::string_view("!#$%&'*+-.^_`|~").find(char(c)) != std::string_view::npos);
    });
}

/// What is wrong with a header of a person's own; empty for nothing.
std::string faultOfHeader(const std::string &name, const Json &value)
{
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    if (!isHeaderName(name))
        return "not a name that a header may have";
    if (std::find(kTransportHeaders.begin(), kTransportHeaders.end(), lower)
        != kTransportHeaders.end())
        return "this header is not yours to set";
    if (!value.is_string())
        return shown(value) + ", expected a text";
    const std::string &text = value.get_ref<const std::string &>();
    if (std::any_of(text.begin(), text.end(),
                    [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; }))
        return "a header may have no line end or other control character";
    const bool carriesKey =
        std::any_of(kKeyHeaderWords.begin(), kKeyHeaderWords.end(),
                    [&](std::string_view word) { return lower.find(word) != std::string::npos; });
    // The value is not shown: it may be the key itself.
    if (carriesKey && variablesIn(text).empty())
        return "keys do not belong in a team file, expected ${NAME} of the environment variable "
               "that holds it";
    return {};
}

void readHeaders(JsonObjectReader &in, AgentSpec &agent, Mistake &mistake)
{
    if (!in.has("headers"))
        return;
    const Json &headers = in.at("headers");
    if (!headers.is_object()) {
        in.report("headers", shown(headers) + ", expected an object such as {\"X-Team\": \"a\"}");
        return;
    }
    for (const auto &[name, value] : headers.items()) {
        if (const std::string fault = faultOfHeader(name, value); !fault.empty())
            mistake.report(in.pointer("headers") + "/" + escapePointer(name), fault);
        else
            agent.headers.emplace_back(name, value.get<std::string>());
    }
}

} // namespace

void readProxy(JsonObjectReader &in, std::string &proxy, std::string &caFile,
               const std::filesystem::path &folder)
{
    static constexpr std::array<std::string_view, 5> kSchemes = {"http://", "https://", "socks4://",
                                                                 "socks5://", "socks5h://"};
    proxy = in.string("proxy");
    const auto scheme = std::find_if(kSchemes.begin(), kSchemes.end(), [&](std::string_view one) {
        return proxy.starts_with(one) && proxy.size() > one.size();
    });
    if (proxy.find('@') != std::string::npos)
        in.report("proxy", "a user name or password in the address, expected it in the environment "
                           "(https_proxy), and no proxy here");
    else if (!proxy.empty() && proxy != "none" && scheme == kSchemes.end())
        in.report("proxy", shown(proxy)
                               + ", expected \"none\" or an address that begins with http://, "
                                 "https:// or socks5://");
    if (const std::string file = in.string("ca_file"); !file.empty()) {
        caFile = absoluteIn(folder, file).string();
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(caFile, ignored))
            in.report("ca_file",
                      "there is no file " + caFile + ", expected a path relative to the team file");
    }
}

void readRoute(JsonObjectReader &in, AgentSpec &agent, const std::filesystem::path &folder,
               Mistake &mistake)
{
    readProxy(in, agent.proxy, agent.caFile, folder);
    readHeaders(in, agent, mistake);
    const auto milliseconds = [&](const char *key, int otherwise) {
        const auto seconds = in.integer(key, 1, kMaxTimeoutS);
        return seconds ? static_cast<int>(*seconds * 1000) : otherwise;
    };
    agent.connectTimeoutMs = milliseconds("connect_timeout_s", agent.connectTimeoutMs);
    agent.firstByteTimeoutMs = milliseconds("first_byte_timeout_s", agent.firstByteTimeoutMs);
    agent.timeoutMs = milliseconds("timeout_s", agent.timeoutMs);
}

} // namespace orrery::teamfile
