// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/filetarget.h"

#include "core/tools/shownpath.h"
#include "core/tools/trustedfiles.h"

#include <system_error>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

Result<FileTarget> targetAt(const fs::path &workspace, const std::string &given)
{
    auto path = guardPath(workspace, given);
    if (!path)
        return fail(path.error());
    auto relative = canonicalRelative(workspace, given);
    if (!relative)
        return fail(relative.error());
    std::string shown = shownPath(*relative);
    return FileTarget{std::move(*path), std::move(*relative), std::move(shown)};
}

bool isThere(const fs::path &workspace, const std::string &given)
{
    std::error_code error;
    const auto path = guardPath(workspace, given);
    return path && fs::exists(fs::symlink_status(*path, error));
}

} // namespace

std::string meantPath(const fs::path &workspace, const std::string &given)
{
    const auto bytes = unescapedPath(given);
    return bytes && !isThere(workspace, given) && isThere(workspace, *bytes) ? *bytes : given;
}

Result<FileTarget> readTarget(const Json &args, const ToolContext &context)
{
    const auto given = pathArgument(args.at("path"));
    if (!given)
        return fail(given.error());
    return targetAt(context.workspace, meantPath(context.workspace, *given));
}

Result<FileTarget> writeTarget(const Json &args, const ToolContext &context)
{
    static const TrustedFiles none;
    auto target = readTarget(args, context);
    if (target && args.at("path").get_ref<const std::string &>().ends_with('/'))
        return fail(ErrorCode::InvalidArgument,
                    target->shown
                        + "/ names a folder. Give the path of a file. Nothing was changed.");
    if (target
        && (context.trusted ? *context.trusted : none).coversFile(target->path, context.workspace))
        return fail(
            ErrorCode::Denied,
            target->shown
                + " is one of the files that Orrery or the person trusts and acts on without "
                  "asking, so that no agent may write it. Nothing was changed.");
    return target;
}

} // namespace orrery::tools
