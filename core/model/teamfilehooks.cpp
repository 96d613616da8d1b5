// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/teamfilekeys.h"
#include "core/model/teamfilereader.h"

#include <QRegularExpression>

#include <algorithm>

namespace orrery::teamfile {
namespace {

bool isToolPoint(HookPoint point)
{
    return point == HookPoint::PreToolUse || point == HookPoint::PostToolUse;
}

void readToolMatch(JsonObjectReader &in, HookSpec &hook)
{
    hook.tool = in.string("tool");
    hook.toolPattern = in.string("tool_pattern");
    for (const char *key : {"tool", "tool_pattern"})
        if (in.has(key) && !isToolPoint(hook.point))
            in.report(key, "only \"pre_tool_use\" and \"post_tool_use\" are about a tool");
    if (in.has("tool") && in.has("tool_pattern"))
        in.report("tool_pattern", "tool is there too, expected one of the two");
    const QRegularExpression pattern(QString::fromStdString(hook.toolPattern));
    if (!pattern.isValid())
        in.report("tool_pattern", shown(hook.toolPattern) + " is no regular expression: "
                                      + pattern.errorString().toStdString());
}

HookSpec readHook(const Json &json, const std::string &pointer, std::size_t index, Mistake &mistake)
{
    JsonObjectReader in(json, pointer, kHookKeys, mistake);
    HookSpec hook;
    hook.name = in.has("name") ? in.string("name") : "hook " + std::to_string(index + 1);
    const auto event = in.choice("event", kHookPoints);
    if (!in.has("event"))
        in.report("event", "missing, expected " + alternatives(kHookPoints));
    if (event)
        hook.point = static_cast<HookPoint>(
            std::find(kHookPoints.begin(), kHookPoints.end(), *event) - kHookPoints.begin());
    hook.command = in.requiredString("command", "a line for the shell");
    readToolMatch(in, hook);
    hook.priority = static_cast<int>(in.integer("priority", -1000000, 1000000).value_or(100));
    hook.failClosed = in.boolean("fail_closed", false);
    if (const auto seconds = in.integer("timeout_s", 1, kMaxHookTimeoutS))
        hook.timeoutMs = static_cast<int>(*seconds * 1000);
    return hook;
}

} // namespace

std::vector<HookSpec> readHooks(JsonObjectReader &in, Mistake &mistake)
{
    std::vector<HookSpec> hooks;
    if (!in.has("hooks"))
        return hooks;
    const Json &list = in.at("hooks");
    if (!list.is_array()) {
        in.report("hooks", shown(list) + ", expected a list of hooks");
        return hooks;
    }
    for (std::size_t i = 0; i < list.size(); ++i)
        hooks.push_back(
            readHook(list[i], in.pointer("hooks") + "/" + std::to_string(i), i, mistake));
    return hooks;
}

} // namespace orrery::teamfile
