// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace orrery {
class Secrets;
}

namespace orrery::tools {

class CommandSandbox;

/// A line for /bin/sh, run in a session of its own without a terminal. Variables of our environment that hold keys, or
/// whose names look like it, are not passed on.
struct ShellCommand {
    std::string line; ///< holds no NUL
    std::filesystem::path folder;
    std::string input;      ///< what it reads; empty = nothing
    bool withErrors = true; ///< what it writes to its error output is part of its output
    int timeoutMs = 120000;
    CommandSandbox *sandbox = nullptr; ///< null = it may do what we may
    /// It can look into no process but those that it started itself, so that none tells it a key, and it can neither gain
    /// rights nor mount anything. As far as the system can do that (Landlock); in a sandbox it is so in any case.
    bool isApart = false;
    const Secrets *secrets = nullptr; ///< whose variables are not passed on; null = none are known
};

struct ShellOutcome {
    enum class End { Exited, Signalled, TimedOut, Stopped, NotStarted };
    End end = End::NotStarted;
    int code = 0;           ///< exit status, or number of the signal
    std::string output;     ///< valid UTF-8; of a long one the beginning and the end
    bool isText = true;     ///< false: U+FFFD stands in `output` for bytes that are no UTF-8
    std::size_t cut = 0;    ///< bytes left out of `output`
    int leftBehind = 0;     ///< processes that it left running, and that were ended
    std::int64_t ms = 0;    ///< how long it took
    std::string startError; ///< of NotStarted, a sentence

    bool succeeded() const { return end == End::Exited && code == 0; }
};

/// Runs a command to its end and blocks so long. Its descendants end with it, whatever they did to get away, also when
/// Orrery dies meanwhile. When time is up they are asked to end and made to 300 ms later; when `stop` is requested, 40 ms
/// later. Costs no copy of our memory, however large it is. Thread-safe.
ShellOutcome runShell(const ShellCommand &command, std::stop_token stop);

} // namespace orrery::tools
