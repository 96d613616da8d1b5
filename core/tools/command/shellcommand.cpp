// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/command/shellcommand.h"

#include "core/tools/command/commandenvironment.h"
#include "core/tools/command/commandoutput.h"
#include "core/tools/command/commandprocess.h"
#include "core/tools/command/commandprotocol.h"
#include "core/tools/command/commandsandbox.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace orrery::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using commandprotocol::Order;
using commandprotocol::Report;

constexpr int kGraceOfTimeoutMs = 300;
constexpr int kGraceOfStopMs = 40;
/// orrery-command answers long before; when it does not, it is ended itself.
constexpr milliseconds kPatience(5000);

/// What the child reads: a file in memory, so that a child that does not read it holds nobody up.
Descriptor inputOf(const std::string &text)
{
    if (text.empty())
        return Descriptor();
    Descriptor file(memfd_create("input", MFD_CLOEXEC));
    for (std::size_t at = 0; file && at < text.size();) {
        const ssize_t written = write(file, text.data() + at, text.size() - at);
        if (written <= 0)
            break;
        at += static_cast<std::size_t>(written);
    }
    lseek(file, 0, SEEK_SET);
    return file;
}

/// One command, from its start to its report.
class RunningCommand
{
public:
    Result<void> start(const ShellCommand &command)
    {
        std::vector<std::string> arguments = {"run"};
        if (command.sandbox) {
            auto wrapper = command.sandbox->wrapper();
            if (!wrapper)
                return fail(wrapper.error());
            if (!wrapper->empty()) {
                arguments.push_back("--wrapped");
                m_wrapped = true;
            }
            arguments.insert(arguments.end(), wrapper->begin(), wrapper->end());
        }
        if (command.isApart && !m_wrapped)
            arguments.push_back("--apart");
        arguments.insert(arguments.end(), {"/bin/sh", "-c", command.line});
        std::array<int, 2> pipe{};
        std::array<int, 2> sockets{};
        if (pipe2(pipe.data(), O_CLOEXEC) != 0)
            return fail(ErrorCode::Io, std::generic_category().message(errno));
        m_output = Descriptor(pipe[0]);
        const Descriptor writer(pipe[1]);
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0)
            return fail(ErrorCode::Io, std::generic_category().message(errno));
        m_control = Descriptor(sockets[0]);
        const Descriptor theirs(sockets[1]);
        const Descriptor input = inputOf(command.input);
        auto process = CommandProcess::start(
            {std::move(arguments), commandEnvironment(m_wrapped, command.secrets), command.folder,
             input, writer, command.withErrors ? int(writer) : -1, theirs});
        if (!process)
            return fail(process.error());
        m_process.emplace(std::move(*process));
        fcntl(m_output, F_SETFL, O_NONBLOCK);
        return {};
    }

    /// Waits for output, a report or `event`, at most until `until`; true once it is over.
    bool wait(int event, SteadyClock::time_point until)
    {
        const auto left =
            std::chrono::duration_cast<milliseconds>(until - SteadyClock::now()).count() + 1;
        std::array<pollfd, 3> fds = {pollfd{m_output, POLLIN, 0}, pollfd{m_control, POLLIN, 0},
                                     pollfd{event, POLLIN, 0}};
        poll(fds.data(), fds.size(), static_cast<int>(std::clamp<long long>(left, 0, 60000)));
        if (fds[0].revents)
            read();
        if (!fds[1].revents)
            return false;
        Report report;
        if (recv(m_control, &report, sizeof report, MSG_DONTWAIT) == sizeof report)
            m_report = report;
        // What was written before the end is in the pipe; what may hold it open is nobody's concern.
        for (int pieces = 0; pieces < 64 && read(); ++pieces) {}
        return true;
    }

    void end(int graceMs)
    {
        const Order order{graceMs};
        send(m_control, &order, sizeof order, MSG_NOSIGNAL);
    }
    void kill() { m_process->kill(); }
    bool isWrapped() const { return m_wrapped; }
    /// Nothing when orrery-command itself was ended by somebody.
    const std::optional<Report> &report() const { return m_report; }
    const CommandOutput &output() const { return m_kept; }

private:
    /// False when there is nothing now.
    bool read()
    {
        std::array<char, 65536> buffer;
        const ssize_t size = ::read(m_output, buffer.data(), buffer.size());
        if (size > 0)
            m_kept.add({buffer.data(), static_cast<std::size_t>(size)});
        else if (size == 0)
            m_output.close();
        return size > 0;
    }

    bool m_wrapped = false;
    Descriptor m_output;
    Descriptor m_control;
    std::optional<CommandProcess> m_process; // ended before the socket is closed
    std::optional<Report> m_report;
    CommandOutput m_kept;
};

void conclude(const RunningCommand &command, ShellOutcome &outcome)
{
    using End = ShellOutcome::End;
    outcome.output = command.output().text();
    outcome.isText = command.output().isText();
    outcome.cut = command.output().cut();
    const auto &report = command.report();
    if (!report) {
        if (outcome.end == End::NotStarted)
            outcome.startError = "The process that ran it was ended from outside.";
        return;
    }
    outcome.leftBehind = report->leftBehind;
    if (report->startError != 0) {
        outcome.end = End::NotStarted;
        outcome.startError = std::generic_category().message(report->startError);
        return;
    }
    const int status = report->status;
    if (outcome.end == End::NotStarted)
        outcome.end = WIFSIGNALED(status) ? End::Signalled : End::Exited;
    outcome.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    // A sandbox tells a signal as shells do.
    if (outcome.end == End::Exited && command.isWrapped() && outcome.code > 128
        && outcome.code <= 128 + 64) {
        outcome.end = End::Signalled;
        outcome.code -= 128;
    }
}

} // namespace

ShellOutcome runShell(const ShellCommand &command, std::stop_token stop)
{
    using End = ShellOutcome::End;
    ShellOutcome outcome;
    const auto begin = SteadyClock::now();
    if (command.line.find('\0') != std::string::npos) {
        outcome.startError = "The command holds a NUL character.";
        return outcome;
    }
    const Descriptor stopEvent(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const std::stop_callback onStop(stop, [&stopEvent] { eventfd_write(stopEvent, 1); });
    RunningCommand running;
    if (const auto started = running.start(command); !started) {
        outcome.startError = started.error().message;
        return outcome;
    }
    auto until = begin + milliseconds(command.timeoutMs);
    bool isEnding = false;
    while (!running.wait(isEnding ? -1 : int(stopEvent), until)) {
        const bool isLate = SteadyClock::now() >= until;
        if (isEnding && isLate) {
            running.kill();
            until = SteadyClock::time_point::max() - std::chrono::hours(1);
        } else if (!isEnding && (stop.stop_requested() || isLate)) {
            outcome.end = stop.stop_requested() ? End::Stopped : End::TimedOut;
            running.end(outcome.end == End::Stopped ? kGraceOfStopMs : kGraceOfTimeoutMs);
            isEnding = true;
            until = SteadyClock::now() + kPatience;
        }
    }
    conclude(running, outcome);
    outcome.ms = std::chrono::duration_cast<milliseconds>(SteadyClock::now() - begin).count();
    return outcome;
}

} // namespace orrery::tools
