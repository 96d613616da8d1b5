// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/builtin.h"
#include "core/tools/shellcommand.h"

#include <algorithm>

namespace orrery::tools {

namespace {

std::string headline(const ShellOutcome &outcome, int timeoutMs)
{
    switch (outcome.end) {
    case ShellOutcome::End::Stopped: return "Stopped.";
    case ShellOutcome::End::TimedOut:
        return "Timed out after " + std::to_string(timeoutMs) + " ms and was ended.";
    case ShellOutcome::End::Signalled:
        return "Ended by signal " + std::to_string(outcome.code) + ".";
    case ShellOutcome::End::Exited: return "Exit code " + std::to_string(outcome.code) + ".";
    case ShellOutcome::End::NotStarted: break;
    }
    return {};
}

ToolResult bash(const Json &args, ToolContext &context)
{
    ShellCommand command;
    command.line = args.at("command").get<std::string>();
    command.folder = context.workspace;
    command.timeoutMs = static_cast<int>(
        std::clamp<std::int64_t>(args.value("timeout_ms", std::int64_t(120000)), 1, 3600000));
    const ShellOutcome outcome = runShell(command, context.stop);
    if (outcome.end == ShellOutcome::End::NotStarted)
        return ToolResult::error("The shell could not be started.");
    // That a command fails is a result like any other: the model reads what the command said.
    return {headline(outcome, command.timeoutMs) + "\n" + outcome.output, outcome.succeeded(), {}};
}

} // namespace

ToolPtr bashTool()
{
    auto tool =
        makeTool("bash", "Run a shell command in the workspace folder.", ToolCategory::Execute,
                 {{"command", "string", "Handed to /bin/sh -c"},
                  {"timeout_ms", "integer", "Default 120000", false}},
                 bash);
    tool->needsApproval = true;
    tool->timeoutMs = 0; // it has its own
    tool->mayBeAbandoned = true;
    return tool;
}

} // namespace orrery::tools
