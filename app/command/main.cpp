// SPDX-License-Identifier: GPL-3.0-or-later
// orrery-command: runs one command for Orrery and answers for everything that it starts.
//
//   orrery-command run [--wrapped | --apart] PROGRAM ARGUMENTS…
//   orrery-command keep FOLDER
//
// `run` starts PROGRAM in a session of its own with the standard streams that it was given itself. File descriptor 3 is a
// socket to Orrery (core/tools/command/commandprotocol.h). When PROGRAM has ended, when Orrery says so, or when Orrery is
// gone, whatever way it went, all descendants are ended: as a subreaper this process becomes the parent of those that
// were left behind. With --apart, PROGRAM can look into no process but its own (see apart.h). `keep` makes FOLDER, tells
// how that went (an errno, or 0) over the socket, and removes it at the socket's end.
//
// It is a program of its own, not a thread of Orrery's, because only a process can outlive Orrery's death, and adopt.
#include "app/command/apart.h"
#include "app/command/descendants.h"
#include "core/tools/command/commandprotocol.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>

#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace orrery::command {
namespace {

using namespace tools::commandprotocol;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLeftBehindGrace(100); ///< for what PROGRAM leaves behind
/// After that, what cannot be ended (it belongs to another user, or waits for a broken disk) is given up and counted.
constexpr std::chrono::milliseconds kMostOfEnding(2000);
constexpr std::chrono::milliseconds kMostOfRemoving(10000);

pid_t start(char **argv)
{
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    pid_t pid = -1;
    const int code = posix_spawn(&pid, argv[0], nullptr, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    errno = code;
    return code == 0 ? pid : -1;
}

class Supervisor
{
public:
    Supervisor(pid_t program, bool wrapped) : m_program(program), m_wrapped(wrapped)
    {
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child,
                    nullptr); // whose end came before is seen by the first reap()
        m_signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
    }

    int run()
    {
        while (!reap() && Clock::now() < giveUp()) {
            if (m_killAt != Clock::time_point::max() && Clock::now() >= m_killAt)
                signalAll(SIGKILL);
            waitForNews(m_killAt == Clock::time_point::max() ? -1 : 5);
        }
        Report report;
        report.leftBehind = endAll();
        report.status = m_status;
        if (m_hears)
            send(kControl, &report, sizeof report, MSG_NOSIGNAL);
        return 0;
    }

private:
    /// When what cannot be ended is left alone.
    Clock::time_point giveUp() const
    {
        return m_killAt == Clock::time_point::max() ? m_killAt : m_killAt + kMostOfEnding;
    }

    /// True once the program itself has ended. Takes the exit status of whoever else has.
    bool reap()
    {
        int status = 0;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
            if (pid == m_program) {
                m_status = status;
                m_program = -1;
            }
        }
        return m_program < 0 || (pid < 0 && errno == ECHILD);
    }

    /// Until Orrery says something, a child ends or the time is over (-1: never).
    void waitForNews(int ms)
    {
        pollfd fds[] = {{m_hears ? kControl : -1, POLLIN, 0}, {m_signals, POLLIN, 0}};
        poll(fds, 2, ms);
        if (fds[0].revents)
            hear();
        signalfd_siginfo info;
        while (read(m_signals, &info, sizeof info) > 0) {}
    }

    void hear()
    {
        Order order;
        const ssize_t size = recv(kControl, &order, sizeof order, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (size != sizeof order) { // Orrery is gone
            m_hears = false;
            order.graceMs = 0;
        }
        if (order.graceMs > 0)
            signalAll(SIGTERM);
        m_killAt = Clock::now() + std::chrono::milliseconds(order.graceMs);
    }

    /// The wrapper (a sandbox) is not asked to end, as it would take all that is in it along at once.
    int signalAll(int signal) const
    {
        int count = 0;
        for (const Descendant &process : descendants()) {
            if (signal != SIGKILL && m_wrapped && process.depth == 1)
                continue;
            count += kill(process.pid, signal) == 0;
        }
        return count;
    }

    /// How many the program left behind.
    int endAll()
    {
        int count = 0;
        if (m_killAt == Clock::time_point::max() && (count = signalAll(SIGTERM)) > 0)
            m_killAt = Clock::now() + kLeftBehindGrace;
        const auto mostEnd =
            m_killAt == Clock::time_point::max() ? Clock::now() + kMostOfEnding : giveUp();
        for (;;) {
            while (waitpid(-1, nullptr, WNOHANG) > 0) {}
            if (waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD)
                return count;
            if (Clock::now() >= mostEnd)
                return std::max(count, static_cast<int>(descendants().size()));
            if (Clock::now() >= m_killAt)
                signalAll(SIGKILL);
            waitForNews(5);
        }
    }

    pid_t m_program; ///< -1 once it has ended
    const bool m_wrapped;
    int m_signals = -1;
    int m_status = 0;
    bool m_hears = true; ///< Orrery is there
    Clock::time_point m_killAt = Clock::time_point::max();
};

void ignoreSignals()
{
    std::signal(SIGCHLD,
                SIG_DFL); // a parent that ignores it hands that on, and nobody could be waited for
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2})
        std::signal(signal, SIG_IGN);
}

int run(char **arguments)
{
    const auto takes = [&arguments](const char *option) {
        const bool isGiven = *arguments && std::strcmp(*arguments, option) == 0;
        arguments += isGiven;
        return isGiven;
    };
    const bool wrapped = takes("--wrapped");
    const bool apart = takes("--apart");
    if (!*arguments)
        return kBadUse;
    if (apart)
        standApart();
    ignoreSignals();
    close_range(kControl, ~0U,
                CLOSE_RANGE_CLOEXEC); // also what Orrery got open from its own parent
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t program = start(arguments);
    if (program < 0) {
        Report report;
        report.startError = errno;
        send(kControl, &report, sizeof report, MSG_NOSIGNAL);
        return kBadUse;
    }
    // Whoever reads what the program writes waits for the last who could write.
    for (const int stream : {0, 1, 2})
        close(stream);
    return Supervisor(program, wrapped).run();
}

/// Makes what a command may have made unreadable for us removable, as it is ours all the same.
void openUp(const fs::path &folder)
{
    std::error_code ignored;
    fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, ignored);
    for (fs::recursive_directory_iterator it(folder, ignored), end; !ignored && it != end;
         it.increment(ignored))
        if (it->is_directory(ignored) && !it->is_symlink(ignored))
            fs::permissions(it->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
}

int keep(const char *folder)
{
    ignoreSignals();
    // Made here, so that there is no moment at which it is there and nobody would remove it.
    const std::int32_t error = mkdir(folder, 0700) == 0 ? 0 : errno;
    send(kControl, &error, sizeof error, MSG_NOSIGNAL);
    if (error != 0)
        return 1;
    for (char byte; recv(kControl, &byte, 1, 0) > 0 || errno == EINTR;)
        errno = 0;
    // Commands that were ended by the same event may still be writing into it.
    for (const auto giveUp = Clock::now() + kMostOfRemoving; Clock::now() < giveUp;) {
        std::error_code failed;
        fs::remove_all(folder, failed);
        if (!failed)
            return 0;
        openUp(folder);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return 1;
}

} // namespace
} // namespace orrery::command

int main(int argc, char **argv)
{
    using namespace orrery::command;
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // what it runs cannot look into it, nor change it
    if (argc > 2 && std::strcmp(argv[1], "run") == 0)
        return run(argv + 2);
    if (argc == 3 && std::strcmp(argv[1], "keep") == 0)
        return keep(argv[2]);
    return kBadUse;
}
