// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/permissionpolicy.h"

#include "core/base/utf8.h"
#include "core/model/jsonobjectreader.h"

#include <algorithm>
#include <array>

namespace orrery::tools {
namespace {

using Mode = PermissionPolicy::Mode;

constexpr std::array<std::string_view, 3> kModes = {"default", "permissive", "strict"};
constexpr std::array<std::string_view, 7> kKeys = {"mode",
                                                   "deny",
                                                   "deny_prefixes",
                                                   "allow",
                                                   "allow_prefixes",
                                                   "approval_required",
                                                   "allow_unattended_execute"};

Mode modeCalled(std::string_view name)
{
    return name == "permissive" ? Mode::Permissive
           : name == "strict"   ? Mode::Strict
                                : Mode::Default;
}

std::vector<std::string> texts(JsonObjectReader &in, std::string_view key, Mistake &mistake)
{
    std::vector<std::string> list;
    if (!in.has(key))
        return list;
    if (!in.at(key).is_array()) {
        in.report(key, shown(in.at(key)) + ", expected a list of texts");
        return list;
    }
    for (const Json &item : in.at(key)) {
        if (item.is_string())
            list.push_back(item.get<std::string>());
        else
            mistake.report(in.pointer(key) + "/" + std::to_string(list.size()),
                           shown(item) + ", expected a text");
    }
    return list;
}

bool hasName(const std::vector<std::string> &names, const std::string &lower)
{
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string &name) { return downcase(name) == lower; });
}

bool hasPrefix(const std::vector<std::string> &prefixes, const std::string &lower)
{
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string &prefix) {
        return lower.starts_with(downcase(prefix));
    });
}

} // namespace

Result<PermissionPolicy> PermissionPolicy::named(std::string_view name)
{
    if (std::find(kModes.begin(), kModes.end(), name) == kModes.end())
        return fail(ErrorCode::InvalidArgument, "There is no permission policy \""
                                                    + std::string(name) + "\", expected "
                                                    + alternatives(kModes) + ".");
    PermissionPolicy policy;
    policy.mode = modeCalled(name);
    if (policy.mode == Mode::Default)
        policy.approvalRequired = {"bash", "write_file", "edit_file", "file_write", "file_edit"};
    return policy;
}

Result<PermissionPolicy> PermissionPolicy::fromJson(const Json &json)
{
    if (json.is_string())
        return named(json.get_ref<const std::string &>());
    Mistake mistake("permission policy");
    JsonObjectReader in(json, "", kKeys, mistake);
    PermissionPolicy policy;
    policy.mode = modeCalled(in.choice("mode", kModes).value_or("default"));
    policy.deny = texts(in, "deny", mistake);
    policy.denyPrefixes = texts(in, "deny_prefixes", mistake);
    policy.allow = texts(in, "allow", mistake);
    policy.allowPrefixes = texts(in, "allow_prefixes", mistake);
    policy.approvalRequired = texts(in, "approval_required", mistake);
    policy.allowUnattendedExecute = in.boolean("allow_unattended_execute", false);
    if (mistake.any())
        return fail(mistake.error());
    return policy;
}

bool PermissionPolicy::isBlocked(std::string_view tool) const
{
    const std::string lower = downcase(tool);
    if (hasName(deny, lower) || hasPrefix(denyPrefixes, lower))
        return true;
    if (!allow.empty() || !allowPrefixes.empty())
        return !hasName(allow, lower) && !hasPrefix(allowPrefixes, lower);
    return mode == Mode::Strict;
}

bool PermissionPolicy::requiresApproval(std::string_view tool,
                                        std::optional<ToolCategory> category) const
{
    switch (mode) {
    case Mode::Strict: return true;
    case Mode::Permissive: return category == ToolCategory::Execute && !allowUnattendedExecute;
    case Mode::Default: break;
    }
    return hasName(approvalRequired, downcase(tool));
}

} // namespace orrery::tools
