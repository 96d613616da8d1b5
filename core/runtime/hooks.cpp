// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/hooks.h"

#include <algorithm>
#include <array>

namespace orrery::runtime {
namespace {

constexpr std::array<std::string_view, 6> kPoints = {"session_start", "session_end",
                                                     "pre_request",   "post_response",
                                                     "pre_tool_use",  "post_tool_use"};

bool isGate(HookPoint point)
{
    return point == HookPoint::PreRequest || point == HookPoint::PreToolUse;
}

/// A payload without a tool's name is everybody's business.
bool concerns(const Hook &hook, const Json &payload)
{
    if (!hook.matches)
        return true;
    const auto tool = payload.find("tool_name");
    return tool == payload.end() || !tool->is_string() || hook.matches(tool->get<std::string>());
}

HookAction askOne(const Hook &hook, HookPoint point, const Json &payload)
{
    try {
        return hook.run(point, payload);
    } catch (const std::exception &exception) {
        return HookAction::error(exception.what());
    } catch (...) {
        return HookAction::error("it threw something that is no exception");
    }
}

} // namespace

std::string_view toString(HookPoint point) { return kPoints[static_cast<std::size_t>(point)]; }

std::optional<HookPoint> hookPointFromString(std::string_view name)
{
    const auto it = std::find(kPoints.begin(), kPoints.end(), name);
    if (it == kPoints.end())
        return std::nullopt;
    return static_cast<HookPoint>(it - kPoints.begin());
}

void HookChain::add(Hook hook)
{
    const auto at =
        std::upper_bound(m_hooks.begin(), m_hooks.end(), hook.priority,
                         [](int priority, const Hook &other) { return priority < other.priority; });
    m_hooks.insert(at, std::move(hook));
}

bool HookChain::has(HookPoint point) const
{
    return std::any_of(m_hooks.begin(), m_hooks.end(),
                       [point](const Hook &hook) { return hook.point == point; });
}

Json HookVerdict::failedJson() const
{
    Json list;
    for (const HookFailure &failure : failed)
        list.push_back({{"hook", failure.hook}, {"message", failure.message}});
    return list;
}

std::vector<std::string> HookVerdict::warnings(HookPoint point) const
{
    std::vector<std::string> texts;
    for (const HookFailure &failure : failed)
        texts.push_back("Hook " + failure.hook + " gave no answer at "
                        + std::string(toString(point)) + ": " + failure.message + ". "
                        + (failure.refuses ? "As it is fail_closed, this is a refusal."
                                           : "It was taken to have no objection."));
    return texts;
}

HookVerdict HookChain::ask(HookPoint point, Json payload) const
{
    HookVerdict verdict;
    const bool gate = isGate(point);
    for (const Hook &hook : m_hooks) {
        if (hook.point != point || !concerns(hook, payload))
            continue;
        verdict.asked.push_back(hook.name);
        HookAction action = askOne(hook, point, payload);
        if (action.kind == HookAction::Kind::Error) {
            const std::string message = action.text.value_or(std::string());
            const bool refuses = gate && hook.failClosed;
            verdict.failed.push_back({hook.name, message, refuses});
            if (refuses)
                action = HookAction::deny("hook errored (fail_closed): " + message);
        }
        if (action.kind == HookAction::Kind::Deny && gate) {
            verdict.denied = true;
            verdict.reason = std::move(action.text);
            verdict.changes = nullptr;
            return verdict;
        }
        if (action.kind != HookAction::Kind::Modify || !action.changes.is_object())
            continue;
        if (verdict.changes.is_null())
            verdict.changes = Json::object();
        verdict.changes.update(action.changes);
        if (gate)
            payload.update(action.changes);
    }
    return verdict;
}

} // namespace orrery::runtime
