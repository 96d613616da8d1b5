// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/scripted.h"

#include "core/model/canonicaljson.h"

#include <QRegularExpression>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace orrery::conformance {
namespace {

using runtime::Hook;
using runtime::HookAction;
using tools::ToolContext;
using tools::ToolResult;

/// Sleeps, but not past a stop.
void sleepFor(std::chrono::milliseconds time, const std::stop_token &stop)
{
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, time, [] { return false; });
}

/// What a tool does at one of its calls.
ToolResult play(const Json &outcome, const Json &arguments, const ToolContext &context)
{
    if (const auto sleep = outcome.find("sleep_ms"); sleep != outcome.end())
        sleepFor(std::chrono::milliseconds(sleep->get<int>()), context.stop);
    const auto text = [&](const char *key) { return shownText(outcome.at(key)); };
    if (outcome.contains("raise"))
        return ToolResult::raised(text("raise"));
    if (outcome.contains("throw"))
        return ToolResult::thrown(text("throw"));
    if (outcome.contains("exit"))
        return ToolResult::exited(text("exit"));
    if (outcome.contains("error"))
        return ToolResult::error(text("error"));
    if (outcome.contains("error_atom"))
        return ToolResult::error(text("error_atom"));
    if (outcome.contains("echo"))
        return ToolResult::value(arguments);
    if (const auto key = outcome.find("read_dep"); key != outcome.end())
        return ToolResult::value({{"dep", context.deps->value(key->get<std::string>(), Json())}});
    ToolResult result =
        ToolResult::value(outcome.contains("value") ? outcome["value"] : outcome.at("ok"));
    if (outcome.contains("context"))
        result.updates = ContextUpdate::fromJson(outcome["context"]).value();
    if (const auto map = outcome.find("update_context"); map != outcome.end())
        for (const auto &[key, value] : map->items())
            result.updates.set(key, value);
    return result;
}

HookAction actionOf(const Json &action)
{
    if (action == "deny")
        return HookAction::deny(std::nullopt);
    if (action == "raise")
        throw std::runtime_error("hook boom");
    if (!action.is_object())
        return HookAction::allow();
    if (action.contains("deny"))
        return HookAction::deny(action["deny"].get<std::string>());
    if (action.contains("error"))
        return HookAction::error(shownText(action["error"]));
    return HookAction::modify(action.at("modify"));
}

std::function<bool(const std::string &)> matcherOf(const Json &matcher)
{
    if (matcher.is_string())
        return
            [name = matcher.get<std::string>()](const std::string &tool) { return tool == name; };
    if (!matcher.is_object())
        return {};
    const QRegularExpression regex(QString::fromStdString(matcher.at("regex").get<std::string>()));
    return [regex](const std::string &tool) {
        return regex.match(QString::fromStdString(tool)).hasMatch();
    };
}

} // namespace

tools::Tool scriptedTool(const Json &given, Json &log)
{
    tools::Tool tool;
    tool.name = given.at("name");
    tool.description = given.value("description", "");
    tool.parameters = given.at("parameters");
    tool.needsApproval = given.value("requires_approval", false);
    tool.retries = given.value("retries", tool.retries);
    tool.timeoutMs = given.value("timeout_ms", tool.timeoutMs);
    tool.validateArguments = given.value("validate_args", true);
    if (const auto category = given.find("category"); category != given.end())
        tool.category = *category == "execute" ? tools::ToolCategory::Execute
                        : *category == "write" ? tools::ToolCategory::Write
                                               : tools::ToolCategory::Read;
    auto calls = std::make_shared<std::size_t>(0);
    tool.run = [name = tool.name, outcomes = given.at("outcomes"), calls,
                &log](const Json &arguments, ToolContext &context) {
        const Json &outcome = outcomes.at(std::min((*calls)++, outcomes.size() - 1));
        log.push_back({{"tool", name}, {"arguments", arguments}, {"retry", context.retry}});
        return play(outcome, arguments, context);
    };
    return tool;
}

Hook scriptedHook(const Json &given, Json &log)
{
    Hook hook;
    hook.name = given.at("name");
    hook.point = runtime::hookPointFromString(given.at("event").get<std::string>()).value();
    hook.priority = given.value("priority", hook.priority);
    hook.failClosed = given.contains("fail_closed") && given["fail_closed"] == true;
    hook.matches = matcherOf(given.value("matcher", Json()));
    hook.run = [name = hook.name, action = given.at("action"), &log](HookPoint point,
                                                                     const Json &payload) {
        log.push_back({{"hook", name}, {"event", runtime::toString(point)}, {"payload", payload}});
        return actionOf(action);
    };
    return hook;
}

} // namespace orrery::conformance
