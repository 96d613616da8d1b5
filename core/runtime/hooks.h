// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"
#include "core/model/spec.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::runtime {

std::string_view toString(HookPoint point); ///< session_start, pre_request, pre_tool_use, …
std::optional<HookPoint> hookPointFromString(std::string_view name);

/// What one hook says.
struct HookAction {
    enum class Kind { Allow, Deny, Modify, Error };
    Kind kind = Kind::Allow;
    std::optional<std::string> text; ///< reason of Deny, message of Error
    Json changes;                    ///< of Modify: these keys of the payload get new values

    static HookAction allow() { return {}; }
    static HookAction deny(std::optional<std::string> reason)
    {
        return {Kind::Deny, std::move(reason), {}};
    }
    static HookAction modify(Json changes)
    {
        return {Kind::Modify, std::nullopt, std::move(changes)};
    }
    static HookAction error(std::string message) { return {Kind::Error, std::move(message), {}}; }
};

/// Something that is asked at one point of an agent's work. `run` may block; an exception counts as Error.
struct Hook {
    std::string name;
    HookPoint point = HookPoint::PreToolUse;
    int priority = 100; ///< lower ones are asked first, equal ones in the order of registration
    bool failClosed = false; ///< where a refusal counts, an error is one
    std::function<bool(const std::string &tool)> matches; ///< empty = every tool
    std::function<HookAction(HookPoint, const Json &payload)> run;
};

/// A hook that gave no answer.
struct HookFailure {
    std::string hook;
    std::string message;
    bool refuses = false; ///< it is fail_closed, and its point a gate
};

/// What all hooks of a point say together.
struct HookVerdict {
    bool denied = false;
    std::optional<std::string> reason;
    Json changes;                    ///< null, or an object: what the hooks changed, later ones win
    std::vector<std::string> asked;  ///< names, in order
    std::vector<HookFailure> failed; ///< in order; one that does not refuse has no objection

    /// `failed` as the event HookDecided has it; null when there is none.
    Json failedJson() const;
    /// For the person, about each that failed.
    std::vector<std::string> warnings(HookPoint point) const;
};

/// The hooks of a team, ordered. Immutable once the run has started, so any thread may ask it.
///
/// At pre_request and pre_tool_use the first refusal ends it, and a change is seen by the hooks that follow. At the other
/// points all are asked about the same payload and a refusal means nothing.
class HookChain
{
public:
    void add(Hook hook);
    bool has(HookPoint point) const;
    /// O(hooks). Runs them one after the other on the calling thread.
    HookVerdict ask(HookPoint point, Json payload) const;

private:
    std::vector<Hook> m_hooks;
};

} // namespace orrery::runtime
