// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/commandhook.h"

#include "core/tools/command/shellcommand.h"

#include <QRegularExpression>

namespace orrery::runtime {
namespace {

constexpr int kRefusal = 2; ///< exit status

std::string trimmed(const std::string &text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<std::string> reasonIn(const Json &answer)
{
    const auto reason = answer.find("reason");
    if (reason == answer.end() || !reason->is_string() || reason->get<std::string>().empty())
        return std::nullopt;
    return reason->get<std::string>();
}

HookAction understand(const std::string &text)
{
    if (text.empty())
        return HookAction::allow();
    const Json answer = Json::parse(text, nullptr, false);
    if (!answer.is_object())
        return HookAction::error("it wrote what is no JSON object: " + text.substr(0, 200));
    const auto decision = answer.find("decision");
    if (decision != answer.end() && *decision == "deny")
        return HookAction::deny(reasonIn(answer));
    if (decision != answer.end() && *decision != "allow")
        return HookAction::error("its decision is neither \"allow\" nor \"deny\"");
    const auto changes = answer.find("modify");
    if (changes == answer.end())
        return HookAction::allow();
    if (!changes->is_object())
        return HookAction::error("its \"modify\" is no object");
    return HookAction::modify(*changes);
}

HookAction askCommand(const tools::ShellCommand &command, const std::stop_token &stop)
{
    using End = tools::ShellOutcome::End;
    const tools::ShellOutcome outcome = tools::runShell(command, stop);
    const std::string text = trimmed(outcome.output);
    switch (outcome.end) {
    case End::Exited: break;
    case End::TimedOut:
        return HookAction::error("no answer within " + std::to_string(command.timeoutMs) + " ms");
    case End::Stopped: return HookAction::error("stopped");
    case End::Signalled:
        return HookAction::error("ended by signal " + std::to_string(outcome.code));
    case End::NotStarted: return HookAction::error("the shell could not be started");
    }
    if (outcome.code == kRefusal)
        return HookAction::deny(text.empty() ? std::nullopt : std::optional(text));
    if (outcome.code != 0)
        return HookAction::error("exit status " + std::to_string(outcome.code));
    return understand(text);
}

} // namespace

Result<Hook> makeCommandHook(const HookSpec &spec, std::string run, std::filesystem::path workspace,
                             std::stop_token stop)
{
    Hook hook;
    hook.name = spec.name;
    hook.point = spec.point;
    hook.priority = spec.priority;
    hook.failClosed = spec.failClosed;
    if (!spec.tool.empty()) {
        hook.matches = [tool = spec.tool](const std::string &name) { return name == tool; };
    } else if (!spec.toolPattern.empty()) {
        const QRegularExpression pattern(QString::fromStdString(spec.toolPattern));
        if (!pattern.isValid())
            return fail(ErrorCode::InvalidArgument,
                        "The tool pattern of hook " + spec.name
                            + " is no regular expression: " + pattern.errorString().toStdString());
        hook.matches = [pattern](const std::string &name) {
            return pattern.match(QString::fromStdString(name)).hasMatch();
        };
    }
    tools::ShellCommand command;
    command.line = spec.command;
    command.folder = std::move(workspace);
    command.timeoutMs = spec.timeoutMs;
    command.withErrors = false;
    hook.run = [command, run = std::move(run), stop = std::move(stop)](HookPoint point,
                                                                       const Json &payload) {
        tools::ShellCommand asked = command;
        const Json question = {{"event", toString(point)}, {"run", run}, {"payload", payload}};
        asked.input = question.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        return askCommand(asked, stop);
    };
    return hook;
}

} // namespace orrery::runtime
