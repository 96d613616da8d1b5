// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/openfile.h"

#include "core/tools/files/nearnames.h"
#include "core/tools/shownpath.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

const char *kindInWords(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR: return "a folder. glob lists what is in it";
    case S_IFIFO: return "a pipe";
    case S_IFSOCK: return "a socket";
    case S_IFCHR:
    case S_IFBLK: return "a device";
    case S_IFLNK: return "a symlink";
    default: return "of an unknown kind";
    }
}

} // namespace

std::string reason(int code) { return std::generic_category().message(code); }

Descriptor openFolder(const fs::path &path, bool makeMissing)
{
    constexpr int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Descriptor folder(open("/", flags));
    for (const fs::path &part : path.relative_path()) {
        if (!folder)
            break;
        Descriptor next(openat(folder, part.c_str(), flags));
        if (!next && errno == ENOENT && makeMissing
            && (mkdirat(folder, part.c_str(), 0777) == 0 || errno == EEXIST))
            next = Descriptor(openat(folder, part.c_str(), flags));
        folder = std::move(next);
    }
    return folder;
}

Result<void> checkOrdinary(const struct stat &status, const std::string &shownName)
{
    if (S_ISREG(status.st_mode))
        return {};
    return fail(ErrorCode::InvalidArgument,
                shownName + " is not a file but " + kindInWords(status.st_mode) + ".");
}

Result<void> checkWritable(int folder, const std::string &name, const struct stat &status)
{
    if ((status.st_mode & 0222) == 0)
        return fail(ErrorCode::Denied, shownPath(name) + " is read-only. Nothing was changed.");
    if (faccessat(folder, name.c_str(), W_OK, AT_EACCESS) != 0)
        return fail(ErrorCode::Denied, shownPath(name) + " is read-only for us: " + reason(errno)
                                           + ". Nothing was changed.");
    return {};
}

Result<OpenFile> openToRead(const fs::path &path)
{
    const std::string name = path.filename().string();
    const std::string shown = shownPath(name);
    OpenFile opened{openFolder(path.parent_path(), false), Descriptor(), {}};
    const auto failed = [&] {
        const int code = errno;
        if (code == ENOENT || code == ENOTDIR)
            return fail(ErrorCode::NotFound,
                        "There is no file " + shown + "." + nearNames(opened.folder, name));
        return fail(ErrorCode::Io, shown + " cannot be read: " + reason(code));
    };
    if (!opened.folder)
        return failed();
    const char *at = name.empty() ? "." : name.c_str(); // the root folder has no name
    // Before it is opened, as that alone can move a device.
    if (fstatat(opened.folder, at, &opened.status, AT_SYMLINK_NOFOLLOW) != 0)
        return failed();
    if (auto ordinary = checkOrdinary(opened.status, shown); !ordinary)
        return fail(ordinary.error());
    opened.file =
        Descriptor(openat(opened.folder, at, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!opened.file || fstat(opened.file, &opened.status) != 0)
        return failed();
    if (auto ordinary = checkOrdinary(opened.status, shown); !ordinary)
        return fail(ordinary.error());
    return opened;
}

} // namespace orrery::tools
