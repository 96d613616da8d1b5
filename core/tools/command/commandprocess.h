// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tools/descriptor.h"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace orrery::tools {

/// What `orrery-command` gets when it is started. Descriptors of -1 become /dev/null.
struct CommandStart {
    std::vector<std::string> arguments;   ///< of orrery-command
    std::vector<std::string> environment; ///< `NAME=value`
    std::filesystem::path folder;
    int in = -1;
    int out = -1;
    int errors = -1;
    int control = -1;
};

/// A running `orrery-command` (see app/command). It is ended for good, and its descendants with it, when the other end
/// of its control socket is closed.
class CommandProcess
{
public:
    /// Does not copy our memory (posix_spawn). Errors: NotFound when the program is not beside ours, Io.
    static Result<CommandProcess> start(const CommandStart &start);
    CommandProcess(CommandProcess &&other) noexcept;
    CommandProcess &operator=(CommandProcess &&) = delete;
    ~CommandProcess(); ///< kills it and waits, unless wait() did

    void kill();
    int wait(); ///< blocks until it has ended; its status as waitpid() gives it

private:
    explicit CommandProcess(pid_t pid) : m_pid(pid) {}
    pid_t m_pid;
};

} // namespace orrery::tools
