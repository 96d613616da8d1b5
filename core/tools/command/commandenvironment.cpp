// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/command/commandenvironment.h"

#include "core/base/secrets.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <string_view>

extern char **environ;

namespace orrery::tools {
namespace {

constexpr std::array<std::string_view, 7> kCredentialMarks = {
    "KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL"};
constexpr std::array<std::string_view, 3> kCredentialEnds = {"_PASS", "_PWD", "_PAT"};
/// How git is told settings; it fails when one is missing.
constexpr std::string_view kGitSetting = "GIT_CONFIG_KEY_";
constexpr std::array<std::string_view, 10> kOutside = {
    "DISPLAY",       "WAYLAND_DISPLAY", "XAUTHORITY",     "DBUS_SESSION_BUS_ADDRESS",
    "SSH_AUTH_SOCK", "SSH_AGENT_PID",   "GPG_AGENT_INFO", "XDG_RUNTIME_DIR",
    "TMPDIR",        "SESSION_MANAGER"};

/// What a command would wait for a person with.
constexpr std::array<std::string_view, 5> kUnattended = {"PAGER=cat", "GIT_PAGER=cat",
                                                         "GIT_TERMINAL_PROMPT=0", "GIT_EDITOR=true",
                                                         "DEBIAN_FRONTEND=noninteractive"};
/// The home folder cannot be written in a sandbox; most tools of builds keep caches there.
constexpr std::array<std::string_view, 7> kCaches = {
    "CARGO_HOME=/tmp/.cache/cargo",          "GOMODCACHE=/tmp/.cache/go",
    "GRADLE_USER_HOME=/tmp/.cache/gradle",   "XDG_CACHE_HOME=/tmp/.cache",
    "npm_config_cache=/tmp/.cache/npm",      "CCACHE_DIR=/tmp/.cache/ccache",
    "PYTHONPYCACHEPREFIX=/tmp/.cache/python"};

std::string_view nameOfVariable(std::string_view variable)
{
    return variable.substr(0, variable.find('='));
}

bool looksLikeCredential(std::string_view name)
{
    std::string upper(name);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto has = [&upper](std::string_view mark) {
        return upper.find(mark) != std::string::npos;
    };
    const auto endsIn = [&upper](std::string_view end) { return upper.ends_with(end); };
    return (std::any_of(kCredentialMarks.begin(), kCredentialMarks.end(), has)
            || std::any_of(kCredentialEnds.begin(), kCredentialEnds.end(), endsIn))
           && !name.starts_with(kGitSetting);
}

bool holdsKey(std::string_view variable, const Secrets &secrets)
{
    return secrets.isVariable(nameOfVariable(variable)) || secrets.masked(variable);
}

template <typename Table>
bool hasVariable(const Table &table, std::string_view name)
{
    return std::any_of(table.begin(), table.end(),
                       [&](std::string_view variable) { return nameOfVariable(variable) == name; });
}

} // namespace

std::vector<std::string> commandEnvironment(bool inSandbox, const Secrets *secrets)
{
    std::vector<std::string> kept;
    for (char **variable = environ; variable && *variable; ++variable) {
        const std::string_view name = nameOfVariable(*variable);
        const bool isReplaced =
            hasVariable(kUnattended, name)
            || (inSandbox && (hasVariable(kCaches, name) || hasVariable(kOutside, name)));
        const bool isKey = looksLikeCredential(name) || (secrets && holdsKey(*variable, *secrets));
        if (!isReplaced && !isKey)
            kept.emplace_back(*variable);
    }
    kept.insert(kept.end(), kUnattended.begin(), kUnattended.end());
    if (inSandbox)
        kept.insert(kept.end(), kCaches.begin(), kCaches.end());
    return kept;
}

std::vector<std::string> bareEnvironment()
{
    const char *libraries = std::getenv("LD_LIBRARY_PATH");
    if (!libraries)
        return {};
    return {std::string("LD_LIBRARY_PATH=") + libraries};
}

} // namespace orrery::tools
