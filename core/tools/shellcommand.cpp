// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/shellcommand.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace orrery::tools {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kHalfOutput = 32 * 1024;

/// Variables whose names look like credentials are not passed on.
std::vector<char *> scrubbedEnvironment()
{
    std::vector<char *> kept;
    for (char **variable = environ; *variable; ++variable) {
        std::string name(*variable);
        name.resize(std::min(name.find('='), name.size()));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        const auto has = [&](const char *mark) { return name.find(mark) != std::string::npos; };
        if (!has("KEY") && !has("TOKEN") && !has("SECRET") && !has("PASSWORD")
            && !has("CREDENTIAL"))
            kept.push_back(*variable);
    }
    kept.push_back(nullptr);
    return kept;
}

/// Keeps the head and the tail of what was written.
class Output
{
public:
    void add(const char *data, std::size_t size)
    {
        const std::size_t toHead = std::min(size, kHalfOutput - m_head.size());
        m_head.append(data, toHead);
        m_tail.append(data + toHead, size - toHead);
        if (m_tail.size() > 2 * kHalfOutput) {
            m_dropped += m_tail.size() - kHalfOutput;
            m_tail.erase(0, m_tail.size() - kHalfOutput);
        }
    }
    std::string text() const
    {
        return m_dropped
                   ? m_head + "\n[" + std::to_string(m_dropped) + " bytes left out]\n" + m_tail
                   : m_head + m_tail;
    }

private:
    std::string m_head;
    std::string m_tail;
    std::size_t m_dropped = 0;
};

/// What the child reads: a file in memory, so that a child that does not read it holds nobody up.
int inputOf(const std::string &text)
{
    if (text.empty())
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int file = memfd_create("input", MFD_CLOEXEC);
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t written = write(file, text.data() + at, text.size() - at);
        if (written <= 0)
            break;
        at += static_cast<std::size_t>(written);
    }
    lseek(file, 0, SEEK_SET);
    return file;
}

/// A child and all its descendants in a process group of their own.
class Child
{
public:
    explicit Child(const ShellCommand &command)
    {
        std::array<int, 2> pipes{};
        if (pipe2(pipes.data(), O_CLOEXEC) != 0)
            return;
        // Everything that allocates is done before the fork.
        const std::vector<char *> environment = scrubbedEnvironment();
        const char *argv[] = {"/bin/sh", "-c", command.line.c_str(), nullptr};
        const std::string folder = command.folder.string();
        const int input = inputOf(command.input);
        const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        const int errors = command.withErrors ? pipes[1] : null;
        m_pid = fork();
        if (m_pid == 0) {
            setpgid(0, 0);
            dup2(input, 0);
            dup2(pipes[1], 1);
            dup2(errors, 2);
            if (chdir(folder.c_str()) == 0)
                execve(argv[0], const_cast<char *const *>(argv), environment.data());
            _exit(127);
        }
        if (m_pid > 0)
            setpgid(m_pid, m_pid); // also here: whoever comes first
        close(null);
        close(input);
        close(pipes[1]);
        m_out = pipes[0];
    }
    ~Child()
    {
        if (m_pid > 0) {
            kill(-m_pid, SIGKILL);
            if (!m_reaped)
                waitpid(m_pid, nullptr, 0);
        }
        if (m_out >= 0)
            close(m_out);
    }
    Child(const Child &) = delete;

    bool started() const { return m_pid > 0; }
    int out() const { return m_out; }
    void signalGroup(int signal) const { kill(-m_pid, signal); }
    /// True once the shell itself has ended.
    bool reap()
    {
        if (!m_reaped && waitpid(m_pid, &m_status, WNOHANG) == m_pid)
            m_reaped = true;
        return m_reaped;
    }
    int status() const { return m_status; }

private:
    pid_t m_pid = -1;
    int m_out = -1;
    int m_status = 0;
    bool m_reaped = false;
};

} // namespace

ShellOutcome runShell(const ShellCommand &command, std::stop_token stop)
{
    ShellOutcome outcome;
    const int stopEvent = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    {
        std::stop_callback onStop(stop, [stopEvent] { eventfd_write(stopEvent, 1); });
        Child child(command);
        if (!child.started()) {
            close(stopEvent);
            outcome.end = ShellOutcome::End::NotStarted;
            return outcome;
        }
        const auto deadline = Clock::now() + std::chrono::milliseconds(command.timeoutMs);
        auto killAt = Clock::time_point::max();
        Output output;
        bool timedOut = false;
        bool stopped = false;
        bool open = true;
        // The shell's end counts, not the pipe's: a child left behind may hold the pipe for ever.
        while (!child.reap()) {
            std::array<pollfd, 2> fds = {pollfd{open ? child.out() : -1, POLLIN, 0},
                                         pollfd{stopped ? -1 : stopEvent, POLLIN, 0}};
            poll(fds.data(), fds.size(), 20);
            if (fds[0].revents) {
                std::array<char, 16384> buffer;
                const ssize_t size = read(child.out(), buffer.data(), buffer.size());
                if (size > 0)
                    output.add(buffer.data(), static_cast<std::size_t>(size));
                else if (size == 0)
                    open = false;
            }
            const auto now = Clock::now();
            if (!stopped && !timedOut
                && (fds[1].revents || stop.stop_requested() || now >= deadline)) {
                stopped = fds[1].revents || stop.stop_requested();
                timedOut = !stopped;
                child.signalGroup(SIGTERM);
                killAt = now + std::chrono::milliseconds(300);
            }
            if (now >= killAt)
                child.signalGroup(SIGKILL);
        }
        fcntl(child.out(), F_SETFL, O_NONBLOCK);
        std::array<char, 16384> buffer;
        for (ssize_t size; (size = read(child.out(), buffer.data(), buffer.size())) > 0;)
            output.add(buffer.data(), static_cast<std::size_t>(size));
        const int status = child.status();
        using End = ShellOutcome::End;
        outcome.end = stopped               ? End::Stopped
                      : timedOut            ? End::TimedOut
                      : WIFSIGNALED(status) ? End::Signalled
                                            : End::Exited;
        outcome.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
        outcome.output = output.text();
    }
    close(stopEvent);
    return outcome;
}

} // namespace orrery::tools
