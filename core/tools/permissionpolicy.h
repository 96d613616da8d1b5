// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/json.h"
#include "core/tools/tool.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::tools {

/// Which tools an agent may use, and which a person is asked about first. A value; names and prefixes are compared
/// without regard to case. An empty prefix matches every name.
struct PermissionPolicy {
    enum class Mode {
        Default,    ///< asks about the tools of `approvalRequired`
        Permissive, ///< asks about tools that execute something, unless `allowUnattendedExecute`
        Strict      ///< nothing but what is allowed by name, and asks about all of it
    };

    Mode mode = Mode::Default;
    std::vector<std::string> deny;
    std::vector<std::string> denyPrefixes;
    std::vector<std::string>
        allow; ///< with `allowPrefixes`: when there are any, nothing else may be used
    std::vector<std::string> allowPrefixes;
    std::vector<std::string> approvalRequired; ///< in mode Default
    bool allowUnattendedExecute = false;

    /// The policy called `name` (default, permissive, strict): default asks before files are changed or commands run.
    static Result<PermissionPolicy> named(std::string_view name);
    /// A name, or an object of `mode`, `deny`, `deny_prefixes`, `allow`, `allow_prefixes`, `approval_required` (lists of
    /// texts) and `allow_unattended_execute`, all of them optional. Errors: InvalidArgument, with the JSON pointer.
    static Result<PermissionPolicy> fromJson(const Json &json);

    /// True when the tool must not be offered or run. A denial wins over an allowance.
    bool isBlocked(std::string_view tool) const;
    /// True when a person has to be asked before the tool runs, whether or not it is blocked as well.
    bool requiresApproval(std::string_view tool,
                          std::optional<ToolCategory> category = std::nullopt) const;
};

} // namespace orrery::tools
