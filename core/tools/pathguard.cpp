// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/shownpath.h"
#include "core/tools/tool.h"
#include "core/tools/trustedfiles.h"

#include <cstdlib>
#include <optional>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxSymlinks = 40;

fs::path clean(const fs::path &path)
{
    fs::path normal = path.lexically_normal();
    return normal.has_filename() || normal == normal.root_path() ? normal : normal.parent_path();
}

/// Resolves symlinks one component after the other; what does not exist is taken as it is. Nothing when there are too
/// many links, as in a loop, or when they change under us.
std::optional<fs::path> resolve(const fs::path &path)
{
    int links = 0;
    fs::path rest = path.relative_path();
    fs::path done = path.root_path();
    while (!rest.empty()) {
        const fs::path part = *rest.begin();
        fs::path tail;
        for (auto it = std::next(rest.begin()); it != rest.end(); ++it)
            tail /= *it;
        const fs::path next = done / part;
        std::error_code error;
        if (fs::is_symlink(fs::symlink_status(next, error))) {
            if (++links > kMaxSymlinks)
                return std::nullopt;
            const fs::path target = fs::read_symlink(next, error);
            if (error) // it has gone meanwhile
                return std::nullopt;
            const fs::path expanded =
                clean(target.is_absolute() ? target / tail : done / target / tail);
            rest = expanded.relative_path();
            done = expanded.root_path();
        } else {
            done = next;
            rest = tail;
        }
    }
    return done;
}

/// `~` and `~/…` are in the home folder; that of somebody else is not looked up.
fs::path withHome(const std::string &path)
{
    if (path != "~" && !path.starts_with("~/"))
        return path;
    const char *home = std::getenv("HOME");
    return std::string(home ? home : "/") + path.substr(1);
}

std::string quoted(const fs::path &path) { return "path \"" + shownPath(path.string()) + "\""; }

struct Guarded {
    fs::path root; ///< resolved
    fs::path path; ///< resolved
};

Result<Guarded> guarded(const fs::path &root, const std::string &path)
{
    if (path.find('\0') != std::string::npos)
        return fail(ErrorCode::InvalidArgument, "file_path contains a NUL byte");
    const fs::path base = clean(root);
    const fs::path given = withHome(path);
    const fs::path lexical = clean(given.is_absolute() ? given : base / given);
    const auto loop = [](const fs::path &in) {
        return fail(ErrorCode::Denied, quoted(in) + " contains a symlink loop; refusing");
    };
    const auto realBase = resolve(base);
    if (!realBase)
        return loop(base);
    const auto real = resolve(lexical);
    // A link outside, of the person's own, may lead in: what counts is where the path ends.
    const bool leadsIn = real && isOrIsIn(*real, *realBase);
    if (!leadsIn && !isOrIsIn(lexical, base) && !isOrIsIn(lexical, *realBase))
        return fail(ErrorCode::Denied, quoted(lexical) + " escapes the workspace root \""
                                           + shownPath(base.string()) + "\"; refusing to access");
    if (!real)
        return loop(lexical);
    if (!leadsIn)
        return fail(ErrorCode::Denied,
                    quoted(lexical)
                        + " resolves outside the workspace root via a symlink; refusing to follow");
    return Guarded{*realBase, *real};
}

} // namespace

Result<std::string> pathArgument(const Json &value)
{
    if (!value.is_string())
        return fail(ErrorCode::InvalidArgument, "file_path must be a string");
    return value.get<std::string>();
}

Result<fs::path> guardPath(const fs::path &root, const std::string &path)
{
    auto found = guarded(root, path);
    if (!found)
        return fail(found.error());
    return std::move(found->path);
}

Result<std::string> canonicalRelative(const fs::path &root, const std::string &path)
{
    const auto found = guarded(root, path);
    if (!found)
        return fail(found.error());
    return found->path.lexically_relative(found->root).generic_string();
}

} // namespace orrery::tools
