// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/scripted.h"
#include "app/conformance/suites.h"
#include "core/tools/argumentvalidation.h"
#include "core/tools/toolexecutor.h"

namespace orrery::conformance {
namespace {

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

Json executeTool(const Json &input)
{
    Json invocations = Json::array();
    const tools::Tool tool = scriptedTool(input.at("tool"), invocations);
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
