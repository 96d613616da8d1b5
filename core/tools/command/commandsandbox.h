// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tools/command/privatefolder.h"
#include "core/tools/trustedfiles.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace orrery::tools {

/// What a team file says of the sandbox of its commands.
struct SandboxPolicy {
    enum class Mode {
        Auto,     ///< where the system has one
        Required, ///< without one, no command runs
        Off
    };
    Mode mode = Mode::Auto;
    bool network =
        true; ///< false: the command reaches nothing, not even this machine's own servers

    /// True when no command may run without one: only a sandbox can keep the network away.
    bool isNeeded() const { return mode == Mode::Required || (mode == Mode::Auto && !network); }
};

/// The sandbox of one run's commands, made with bubblewrap (`bwrap`). In it the system is read-only and the workspace is
/// writable but for the trusted files; there are no other processes to see, nothing in /run, and nothing in the folders
/// of credentials; /tmp is the run's own, the same for all its commands, and gone with it. What it does not keep away:
/// docs/TEAM_FILE.md, permissions. Thread-safe.
class CommandSandbox
{
public:
    CommandSandbox(SandboxPolicy policy, std::filesystem::path workspace,
                   std::shared_ptr<const TrustedFiles> trusted);

    /// What to put before a program and its arguments; empty = there is no sandbox, and none is required. Errors:
    /// Denied, saying why there is none though there has to be; Io.
    Result<std::vector<std::string>> wrapper();

    bool isOn() const; ///< commands run in it
    /// For the person: `bubblewrap`, `bubblewrap, no network`, or `none (why)`.
    std::string description() const;

private:
    std::vector<std::string> arguments(const std::filesystem::path &temporary) const;

    const SandboxPolicy m_policy;
    const std::filesystem::path m_workspace; ///< canonical
    const std::shared_ptr<const TrustedFiles> m_trusted;
    std::mutex m_mutex;
    std::optional<PrivateFolder> m_temporary; ///< guarded by m_mutex; made with the first command
};

/// Why bubblewrap does not work here; empty when it does. It is tried once for the whole process. Thread-safe.
const std::string &whyNoSandbox();

} // namespace orrery::tools
