// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/command/commandprocess.h"

#include "core/tools/command/commandprotocol.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

namespace orrery::tools {
namespace fs = std::filesystem;
namespace {

/// Beside our own program, or where an installation keeps it.
Result<fs::path> commandProgram()
{
    std::error_code error;
    const fs::path own = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const fs::path &place : {own / "orrery-command", own / "../libexec/orrery/orrery-command"})
        if (access(place.c_str(), X_OK) == 0)
            return place;
    return fail(ErrorCode::NotFound, "orrery-command, which runs commands, is not in "
                                         + own.string() + ". Build or install it.");
}

std::vector<char *> pointersTo(const std::vector<std::string> &texts)
{
    std::vector<char *> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string &text : texts)
        pointers.push_back(const_cast<char *>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

/// Copies above the numbers that the child's own will have, so that none overwrites another.
struct Streams {
    explicit Streams(const CommandStart &start)
    {
        const std::array<int, 4> given = {start.in, start.out, start.errors, start.control};
        for (std::size_t i = 0; i < given.size(); ++i) {
            const int from = given[i] >= 0 ? given[i] : null;
            high[i] = Descriptor(fcntl(from, F_DUPFD_CLOEXEC, 16));
        }
    }
    bool areOpen() const { return high[0] && high[1] && high[2] && high[3]; }

    Descriptor null{open("/dev/null", O_RDWR | O_CLOEXEC)};
    std::array<Descriptor, 4> high;
};

} // namespace

Result<CommandProcess> CommandProcess::start(const CommandStart &start)
{
    const auto program = commandProgram();
    if (!program)
        return fail(program.error());
    const Streams streams(start);
    if (!streams.areOpen())
        return fail(ErrorCode::Io,
                    "No more files can be opened: " + std::generic_category().message(errno));
    std::vector<std::string> arguments = {"orrery-command"};
    arguments.insert(arguments.end(), start.arguments.begin(), start.arguments.end());

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int stream = 0; stream < 4; ++stream)
        posix_spawn_file_actions_adddup2(&actions, streams.high[static_cast<std::size_t>(stream)],
                                         stream);
    if (!start.folder.empty())
        posix_spawn_file_actions_addchdir_np(&actions, start.folder.c_str());
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    pid_t pid = -1;
    const int code =
        posix_spawn(&pid, program->c_str(), &actions, &attributes, pointersTo(arguments).data(),
                    pointersTo(start.environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0)
        return fail(ErrorCode::Io, program->string() + " cannot be started in "
                                       + start.folder.string() + ": "
                                       + std::generic_category().message(code));
    return CommandProcess(pid);
}

CommandProcess::CommandProcess(CommandProcess &&other) noexcept
    : m_pid(std::exchange(other.m_pid, -1))
{}

CommandProcess::~CommandProcess()
{
    kill();
    wait();
}

void CommandProcess::kill()
{
    if (m_pid > 0)
        ::kill(m_pid, SIGKILL);
}

int CommandProcess::wait()
{
    int status = 0;
    if (m_pid > 0)
        while (waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {}
    m_pid = -1;
    return status;
}

} // namespace orrery::tools
