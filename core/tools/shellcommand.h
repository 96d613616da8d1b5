// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

namespace orrery::tools {

/// A line for /bin/sh, run in a process group of its own. Variables of our environment whose names look like credentials
/// are not passed on.
struct ShellCommand {
    std::string line;
    std::filesystem::path folder;
    std::string input;      ///< what it reads; empty = nothing
    bool withErrors = true; ///< what it writes to its error output is part of its output
    int timeoutMs = 120000;
};

struct ShellOutcome {
    enum class End { Exited, Signalled, TimedOut, Stopped, NotStarted };
    End end = End::NotStarted;
    int code = 0;       ///< exit status, or number of the signal
    std::string output; ///< of a long one the first and last 32 KiB

    bool succeeded() const { return end == End::Exited && code == 0; }
};

/// Runs a command to its end and blocks so long. When time is up or `stop` is requested the whole group is ended: asked
/// to first, and 300 ms later made to.
ShellOutcome runShell(const ShellCommand &command, std::stop_token stop);

} // namespace orrery::tools
