// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/tool.h"

#include <cstdlib>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxSymlinks = 40;

bool isInside(const fs::path &root, const fs::path &path)
{
    auto r = root.begin();
    auto p = path.begin();
    for (; r != root.end(); ++r, ++p) {
        if (r->empty())
            break; // a trailing slash of the root
        if (p == path.end() || *p != *r)
            return false;
    }
    return true;
}

fs::path clean(const fs::path &path)
{
    fs::path normal = path.lexically_normal();
    return normal.has_filename() || normal == normal.root_path() ? normal : normal.parent_path();
}

/// Resolves symlinks one component after the other; what does not exist is taken as it is.
Result<fs::path> resolve(const fs::path &path)
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
                return fail(ErrorCode::Denied, "The path goes through too many symbolic links.");
            const fs::path target = fs::read_symlink(next, error);
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

Result<std::pair<fs::path, fs::path>> guarded(const fs::path &root, const std::string &path)
{
    if (path.find('\0') != std::string::npos)
        return fail(ErrorCode::InvalidArgument, "The path contains a zero byte.");
    fs::path given = path;
    if (path == "~" || path.rfind("~/", 0) == 0) {
        const char *home = std::getenv("HOME");
        given = fs::path(home ? home : "/") / (path.size() > 2 ? path.substr(2) : std::string());
    }
    const fs::path base = clean(root);
    const fs::path lexical = clean(given.is_absolute() ? given : base / given);
    const auto outside = [&] {
        return fail(ErrorCode::Denied, "The path " + path + " is outside the workspace.");
    };
    const auto realBase = resolve(base);
    if (!realBase)
        return fail(realBase.error());
    if (!isInside(base, lexical) && !isInside(*realBase, lexical))
        return outside();
    auto real = resolve(lexical);
    if (!real)
        return fail(real.error());
    if (!isInside(*realBase, *real))
        return outside();
    return std::pair(*realBase, std::move(*real));
}

} // namespace

Result<fs::path> guardPath(const fs::path &root, const std::string &path)
{
    auto found = guarded(root, path);
    if (!found)
        return fail(found.error());
    return std::move(found->second);
}

Result<std::string> canonicalRelative(const fs::path &root, const std::string &path)
{
    const auto found = guarded(root, path);
    if (!found)
        return fail(found.error());
    return found->second.lexically_relative(found->first).generic_string();
}

} // namespace orrery::tools
