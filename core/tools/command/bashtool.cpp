// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/builtin.h"
#include "core/tools/command/commandsandbox.h"
#include "core/tools/command/shellcommand.h"
#include "core/tools/trustedgit.h"

#include <algorithm>
#include <cstdio>

#include <string.h>

namespace orrery::tools {
namespace {

constexpr std::int64_t kLongestTimeoutMs = 3600000;

std::string seconds(std::int64_t ms)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ms) / 1000);
    return text;
}

std::string signalName(int signal)
{
    const char *name = sigabbrev_np(signal);
    return std::to_string(signal) + (name ? " (SIG" + std::string(name) + ")" : std::string());
}

std::string headline(const ShellOutcome &outcome, int timeoutMs)
{
    using End = ShellOutcome::End;
    switch (outcome.end) {
    case End::Stopped: return "Stopped after " + seconds(outcome.ms) + ".";
    case End::TimedOut:
        return "Timed out after " + std::to_string(timeoutMs)
               + " ms and was ended. Give a larger timeout_ms, or do less at once.";
    case End::Signalled:
        return "Ended by signal " + signalName(outcome.code) + " after " + seconds(outcome.ms)
               + ".";
    case End::Exited:
        return "Exit code " + std::to_string(outcome.code) + " after " + seconds(outcome.ms) + ".";
    case End::NotStarted: break;
    }
    return {};
}

std::string leftBehind(int processes)
{
    if (processes == 0)
        return {};
    return (processes == 1 ? std::string("One process that it left running was")
                           : std::to_string(processes) + " processes that it left running were")
           + " ended.\n";
}

ToolResult bash(const Json &args, ToolContext &context)
{
    ShellCommand command;
    command.line = args.at("command").get<std::string>();
    command.folder = context.workspace;
    command.sandbox = context.sandbox.get();
    command.isApart = true;
    command.secrets = context.secrets.get();
    command.timeoutMs = static_cast<int>(std::clamp<std::int64_t>(
        args.value("timeout_ms", std::int64_t(command.timeoutMs)), 1, kLongestTimeoutMs));
    std::unique_ptr<WriteGate::CommandWatch> watch;
    if (context.writeGate)
        watch = context.writeGate->beforeCommand(context.agent);
    const ShellOutcome outcome = runShell(command, context.stop);
    if (watch)
        context.writeGate->afterCommand(context.agent, std::move(watch), context.callId);
    std::string note = leftBehind(outcome.leftBehind);
    if (context.sandbox && context.sandbox->isOn())
        for (const auto &path : removeGitRedirects(context.workspace))
            note += path.lexically_relative(context.workspace).string()
                    + " was taken away: it would have led git to another repository.\n";
    if (outcome.end == ShellOutcome::End::NotStarted)
        return ToolResult::error("The command was not run. " + outcome.startError);
    // That a command fails is a result like any other: the model reads what the command said.
    return {headline(outcome, command.timeoutMs) + "\n" + note + outcome.output,
            outcome.succeeded(),
            {}};
}

} // namespace

ToolPtr bashTool()
{
    auto tool = makeTool("bash",
                         "Run a shell command in the workspace folder. It has no terminal and no "
                         "input, and what it leaves running is ended "
                         "with it.",
                         ToolCategory::Execute,
                         {{"command", "string", "Handed to /bin/sh -c"},
                          {"timeout_ms", "integer", "Default 120000", false}},
                         bash);
    tool->needsApproval = true;
    tool->timeoutMs = 0; // it has its own
    tool->mayBeAbandoned = true;
    return tool;
}

} // namespace orrery::tools
