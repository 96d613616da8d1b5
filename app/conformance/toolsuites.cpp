// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/model/canonicaljson.h"
#include "core/tools/argumentvalidation.h"
#include "core/tools/toolexecutor.h"

#include <condition_variable>
#include <mutex>

namespace orrery::conformance {
namespace {

using tools::ToolContext;
using tools::ToolResult;

Json validate(const Json &input)
{
    const auto problems = tools::checkArguments(input.at("arguments"), input.at("schema"));
    if (!problems.any())
        return {{"ok", true}};
    if (!problems.missing.empty())
        return {{"error", "missing_required"},
                {"fields", problems.missing},
                {"message", problems.text()}};
    Json errors = Json::array();
    for (const tools::ArgumentMismatch &mismatch : problems.mismatches)
        errors.push_back({mismatch.path, (mismatch.ofChoice ? "enum:" : "") + mismatch.expected,
                          mismatch.actual});
    return {
        {"error", "type_mismatch"}, {"errors", std::move(errors)}, {"message", problems.text()}};
}

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
    ToolResult result =
        ToolResult::value(outcome.contains("value") ? outcome["value"] : outcome.at("ok"));
    if (outcome.contains("context"))
        result.updates = ContextUpdate::fromJson(outcome["context"]).value();
    if (const auto map = outcome.find("update_context"); map != outcome.end())
        for (const auto &[key, value] : map->items())
            result.updates.set(key, value);
    return result;
}

Json executeTool(const Json &input)
{
    const Json &given = input.at("tool");
    Json invocations = Json::array();
    tools::Tool tool;
    tool.name = given.at("name");
    tool.parameters = given.at("parameters");
    tool.retries = given.value("retries", tool.retries);
    tool.timeoutMs = given.value("timeout_ms", tool.timeoutMs);
    tool.validateArguments = given.value("validate_args", true);
    tool.run = [&](const Json &arguments, ToolContext &context) {
        const Json &outcomes = given.at("outcomes");
        const Json &outcome = outcomes[std::min(invocations.size(), outcomes.size() - 1)];
        invocations.push_back(
            {{"tool", tool.name}, {"arguments", arguments}, {"retry", context.retry}});
        return play(outcome, arguments, context);
    };
    const auto done = tools::executeTool(tool, input.at("arguments"), {});
    Json deps = Json::object();
    if (const auto applied = done.updates.applyTo(deps); !applied)
        return raised(applied.error().message);
    return {{"content", done.content},
            {"context_updates", std::move(deps)},
            {"invocations", std::move(invocations)}};
}

} // namespace

void addToolSuites(Runners &runners)
{
    runners[{"tool_validation", "validate"}] = validate;
    runners[{"tool_validation", "execute_tool"}] = executeTool;
}

} // namespace orrery::conformance
