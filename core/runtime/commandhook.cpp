// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/commandhook.h"

#include "core/base/utf8.h"
#include "core/runtime/teamkeys.h"
#include "core/tools/command/commandoutput.h"
#include "core/tools/command/shellcommand.h"

#include <QRegularExpression>

namespace orrery::runtime {
namespace {

// Exit statuses; the last two are the shell's.
constexpr int kRefusal = 2;
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;

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
        return HookAction::error("it wrote what is no JSON object: "
                                 + validUtf8(std::string_view(text).substr(0, 200)));
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

std::string statusInWords(int status)
{
    const std::string text = "exit status " + std::to_string(status);
    return status == kNotFound        ? text + ", as of a command that is not found"
           : status == kNotExecutable ? text + ", as of a command that cannot be executed"
                                      : text;
}

HookAction answerOf(const tools::ShellOutcome &outcome, int timeoutMs)
{
    using End = tools::ShellOutcome::End;
    switch (outcome.end) {
    case End::Exited: break;
    case End::TimedOut:
        return HookAction::error("no answer within " + std::to_string(timeoutMs) + " ms");
    case End::Stopped: return HookAction::error("stopped");
    case End::Signalled:
        return HookAction::error("ended by signal " + std::to_string(outcome.code));
    case End::NotStarted:
        return HookAction::error("the command was not run: " + outcome.startError);
    }
    const std::string text(trimmed(outcome.output));
    // A refusal stays one, whatever its reason looks like.
    if (outcome.code == kRefusal)
        return HookAction::deny(text.empty() ? std::nullopt : std::optional(text));
    if (outcome.code != 0)
        return HookAction::error(statusInWords(outcome.code));
    if (outcome.cut > 0)
        return HookAction::error(
            "it answered too much: " + std::to_string(outcome.cut) + " bytes more than the "
            + std::to_string(2 * tools::CommandOutput::kHalf) + " that are read");
    if (!outcome.isText)
        return HookAction::error("its answer is not UTF-8");
    return understand(text);
}

HookAction askCommand(const tools::ShellCommand &command, const std::stop_token &stop)
{
    HookAction action = answerOf(tools::runShell(command, stop), command.timeoutMs);
    if (command.secrets) {
        maskTexts(action.changes, *command.secrets);
        if (action.text)
            command.secrets->mask(*action.text);
    }
    return action;
}

} // namespace

Result<Hook> makeCommandHook(const HookSpec &spec, std::string run, std::filesystem::path workspace,
                             std::stop_token stop, std::shared_ptr<const Secrets> secrets)
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
    hook.run = [command, run = std::move(run), stop = std::move(stop),
                secrets = std::move(secrets)](HookPoint point, const Json &payload) {
        tools::ShellCommand asked = command;
        asked.secrets = secrets.get();
        const Json question = {{"event", toString(point)}, {"run", run}, {"payload", payload}};
        asked.input = question.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        return askCommand(asked, stop);
    };
    return hook;
}

} // namespace orrery::runtime
