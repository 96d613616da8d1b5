// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/suites.h"
#include "core/model/prompttemplate.h"
#include "core/tools/inputguard.h"
#include "core/tools/permissionpolicy.h"
#include "core/tools/tool.h"
#include "core/model/urlguard.h"

#include <QTemporaryDir>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace orrery::conformance {
namespace {

namespace fs = std::filesystem;

std::string replaced(std::string text, const std::string &from, const std::string &to)
{
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

void buildTree(const Json &tree, const fs::path &base)
{
    for (const Json &entry : tree) {
        const fs::path path = base / entry.at("path").get<std::string>();
        const std::string type = entry.at("type");
        fs::create_directories(type == "dir" ? path : path.parent_path());
        if (type == "file")
            std::ofstream(path) << "";
        else if (type == "symlink")
            fs::create_symlink(
                replaced(entry.at("target").get<std::string>(), "$BASE", base.string()), path);
    }
}

Json guardedPath(const Json &input)
{
    const QTemporaryDir folder;
    if (!folder.isValid())
        throw std::runtime_error("no temporary folder");
    const fs::path all = fs::canonical(folder.path().toStdString());
    const fs::path base = all / "base";
    const fs::path home = all / "home";
    setenv("HOME", home.c_str(), 1);
    buildTree(input.at("tree"), base);

    auto given = tools::pathArgument(input.at("path"));
    if (!given)
        return {{"error", given.error().message}};
    const auto guarded = tools::guardPath(base / input.at("root").get<std::string>(),
                                          replaced(*given, "$BASE", base.string()));
    const std::string text = guarded ? guarded->string() : guarded.error().message;
    return {{guarded ? "ok" : "error",
             replaced(replaced(text, base.string(), "$BASE"), home.string(), "$HOME")}};
}

Json guardedUrl(const Json &input)
{
    const auto url = guardUrl(input.at("url"), input.at("allow_private_hosts"));
    if (!url)
        return {{"error", url.error().message}};
    return {{"ok", true},
            {"scheme", url->scheme},
            {"host", url->host},
            {"port", url->port},
            {"ip", url->address ? Json(*url->address) : Json()}};
}

std::optional<tools::ToolCategory> categoryOf(const Json &name)
{
    using tools::ToolCategory;
    for (const auto category : {ToolCategory::Read, ToolCategory::Write, ToolCategory::Execute,
                                ToolCategory::Communicate, ToolCategory::Memory})
        if (name == toString(category))
            return category;
    return std::nullopt;
}

Json permission(const Json &input)
{
    const auto policy = tools::PermissionPolicy::fromJson(input.at("policy"));
    if (!policy)
        return raised(policy.error().message);
    const std::string tool = input.at("tool");
    return {{"blocked", policy->isBlocked(tool)},
            {"requires_approval", policy->requiresApproval(tool, categoryOf(input.at("category")))},
            {"requires_approval_by_name", policy->requiresApproval(tool)}};
}

Json permissionPolicy(const Json &input)
{
    const auto policy = tools::PermissionPolicy::fromJson(input);
    return policy ? Json{{"ok", true}} : raised(policy.error().message);
}

Json inputGuard(const Json &input)
{
    const auto attempt = tools::injectionAttempt(input.at("text").get<std::string>());
    return {{"severity", attempt ? "blocked" : "safe"},
            {"reason", attempt ? Json("Pattern matched: " + *attempt) : Json()}};
}

Json promptTemplate(const Json &input)
{
    const auto prompt =
        PromptTemplate::fromText(input.at("text"), input.value("inputs", Json::object()));
    if (!prompt)
        return raised(prompt.error().message);
    const auto text = prompt->render(input.value("bindings", Json::object()));
    if (!text)
        return raised(text.error().message);
    return {{"text", *text}, {"variables", prompt->variables()}};
}

} // namespace

void addGuardSuites(Runners &runners)
{
    runners[{"guards", "path_guard"}] = guardedPath;
    runners[{"guards", "url_guard"}] = guardedUrl;
    runners[{"guards", "permission"}] = permission;
    runners[{"guards", "permission_policy"}] = permissionPolicy;
    runners[{"guards", "input_guard_pattern"}] = inputGuard;
    runners[{"guards", "prompt_template"}] = promptTemplate;
}

} // namespace orrery::conformance
