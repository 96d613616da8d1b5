// SPDX-License-Identifier: GPL-3.0-or-later
// How a text file is written so that it lasts, and keeps all but its content.
#include "core/base/ids.h"
#include "core/tools/files/openfile.h"
#include "core/tools/shownpath.h"
#include "core/tools/files/textfile.h"

#include <cerrno>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sys/xattr.h>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

constexpr const char *kAccessList = "system.posix_acl_access";

/// The file to be written: its folder, its name, and what stands there now.
struct WritePlace {
    Descriptor folder;
    std::string name;
    std::optional<struct stat> old;           ///< of an ordinary file
    std::optional<std::string_view> expected; ///< its content, as far as who writes knows
};

bool writeAll(int file, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t size = write(file, text.data(), text.size());
        if (size < 0 && errno != EINTR)
            return false;
        text.remove_prefix(size < 0 ? 0 : static_cast<std::size_t>(size));
    }
    return true;
}

tl::unexpected<Error> notWritten(const std::string &name, int code)
{
    return fail(ErrorCode::Io,
                shownPath(name) + " cannot be written: " + reason(code) + ". Nothing was changed.");
}

void copyAttribute(int from, int to, const char *name)
{
    std::string value(65536, '\0'); // the most that the system allows
    const ssize_t size = fgetxattr(from, name, value.data(), value.size());
    if (size >= 0)
        fsetxattr(to, name, value.data(), static_cast<std::size_t>(size), 0);
}

/// The access list and the attributes of users, as far as that can be done: not every file system has them.
void copyAttributes(int from, int to)
{
    fremovexattr(to, kAccessList); // one that the folder has given it
    std::vector<char> names(65536);
    const ssize_t size = flistxattr(from, names.data(), names.size());
    for (ssize_t at = 0; at < size;) {
        const std::string name(names.data() + at);
        if (name.starts_with("user.") || name == kAccessList)
            copyAttribute(from, to, name.c_str());
        at += static_cast<ssize_t>(name.size()) + 1;
    }
}

/// A rename is kept by the folder. One that cannot be opened to read cannot be synced either.
void syncFolder(int folder)
{
    const Descriptor readable(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (readable)
        fsync(readable);
}

Result<void> changedMeanwhile(const std::string &name)
{
    return fail(ErrorCode::Conflict,
                shownPath(name)
                    + " has been changed by somebody else in this very moment. Nothing "
                      "of yours was written. Read it again, then decide.");
}

/// Somebody may have saved it since it was read: looked at as late as can be.
bool isAsExpected(const WritePlace &place)
{
    if (!place.expected)
        return true;
    const Descriptor file(
        openat(place.folder, place.name.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    struct stat status;
    if (!file || fstat(file, &status) != 0
        || static_cast<std::size_t>(status.st_size) != place.expected->size())
        return false;
    std::string now(place.expected->size(), '\0');
    return pread(file, now.data(), now.size(), 0) == static_cast<ssize_t>(now.size())
           && now == *place.expected;
}

/// Over the old content, for a file that must stay the same one. Room is made first, so that a full disk changes nothing;
/// should the disk fail on the way, the old content is written back as far as it lets us.
Result<void> writeInPlace(const WritePlace &place, std::string_view text)
{
    const Descriptor file(
        openat(place.folder, place.name.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    struct stat status;
    if (!file || fstat(file, &status) != 0)
        return notWritten(place.name, errno);
    if (status.st_ino != place.old->st_ino || status.st_dev != place.old->st_dev)
        return fail(ErrorCode::Conflict,
                    shownPath(place.name) + " has just been replaced. Nothing was changed.");
    std::string old(static_cast<std::size_t>(status.st_size), '\0');
    if (pread(file, old.data(), old.size(), 0) != static_cast<ssize_t>(old.size()))
        return notWritten(place.name, errno);
    if (place.expected && old != *place.expected)
        return changedMeanwhile(place.name);
    const auto size = static_cast<off_t>(text.size());
    // A file system that cannot reserve room says so; then it is seen when it is written.
    if (size > 0 && fallocate(file, FALLOC_FL_KEEP_SIZE, 0, size) != 0 && errno != EOPNOTSUPP)
        return notWritten(place.name, errno);
    if (writeAll(file, text) && ftruncate(file, size) == 0 && fsync(file) == 0)
        return {};
    const int code = errno;
    const bool isRestored = lseek(file, 0, SEEK_SET) == 0 && writeAll(file, old);
    if (ftruncate(file, status.st_size) == 0 && isRestored)
        return notWritten(place.name, code);
    return fail(ErrorCode::Io,
                shownPath(place.name) + " could not be written: " + reason(code)
                    + ". Its old content could not be put back, so it may be damaged.");
}

enum class Ownership { Kept, Lost };

/// Makes a new file what the old one was, but for its content.
Result<Ownership> copyTraits(const WritePlace &place, int to)
{
    struct stat fresh;
    if (fstat(to, &fresh) != 0)
        return notWritten(place.name, errno);
    if ((fresh.st_uid != place.old->st_uid || fresh.st_gid != place.old->st_gid)
        && fchown(to, place.old->st_uid, place.old->st_gid) != 0)
        return Ownership::Lost;
    const Descriptor from(
        openat(place.folder, place.name.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (from)
        copyAttributes(from, to);
    // After the owner, as a change of that takes away what a program runs as.
    if (fchmod(to, place.old->st_mode & 07777) != 0)
        return notWritten(place.name, errno);
    return Ownership::Kept;
}

Result<void> replaceFile(const WritePlace &place, std::string_view text)
{
    const std::string temporary = newId(".write");
    const mode_t mode = place.old ? 0600 : 0666; // nobody else reads it before it is what it was
    Descriptor file(openat(place.folder, temporary.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file && place.old && (errno == EACCES || errno == EPERM))
        return writeInPlace(
            place, text); // a folder that takes no new file may hold one that can be written
    if (!file)
        return notWritten(place.name, errno);
    const auto removed = [&](Result<void> result) {
        unlinkat(place.folder, temporary.c_str(), 0);
        return result;
    };
    if (place.old) {
        const auto ownership = copyTraits(place, file);
        if (!ownership)
            return removed(fail(ownership.error()));
        if (*ownership == Ownership::Lost)
            return removed({}).and_then([&] { return writeInPlace(place, text); });
    }
    if (!writeAll(file, text) || fsync(file) != 0 || !file.close()) {
        const int code = errno;
        return removed(notWritten(place.name, code));
    }
    if (!isAsExpected(place))
        return removed(changedMeanwhile(place.name));
    if (renameat(place.folder, temporary.c_str(), place.folder, place.name.c_str()) != 0) {
        const int code = errno;
        if (code == EBUSY && place.old) // a file that is mounted
            return removed({}).and_then([&] { return writeInPlace(place, text); });
        return removed(notWritten(place.name, code));
    }
    syncFolder(place.folder);
    return {};
}

/// Finds out what stands there, and whether it may be written. A symlink has come there since the path was resolved: it
/// is replaced, not followed.
Result<void> lookAt(WritePlace &place)
{
    struct stat old;
    if (fstatat(place.folder, place.name.c_str(), &old, AT_SYMLINK_NOFOLLOW) != 0
        || S_ISLNK(old.st_mode))
        return {};
    if (auto ordinary = checkOrdinary(old, shownPath(place.name)); !ordinary)
        return ordinary;
    place.old = old;
    return checkWritable(place.folder, place.name, old);
}

} // namespace

Result<void> checkMayWrite(const fs::path &path)
{
    WritePlace place{openFolder(path.parent_path(), false), path.filename().string(), {}, {}};
    return place.folder ? lookAt(place) : Result<void>();
}

Result<void> writeTextAtomically(const fs::path &path, std::string_view text,
                                 std::optional<std::string_view> expected)
{
    WritePlace place{openFolder(path.parent_path(), true), path.filename().string(), {}, expected};
    if (!place.folder)
        return fail(ErrorCode::Io,
                    "The folder of " + shownPath(place.name) + " cannot be made: " + reason(errno));
    if (auto looked = lookAt(place); !looked)
        return looked;
    return place.old && place.old->st_nlink > 1 ? writeInPlace(place, text)
                                                : replaceFile(place, text);
}

} // namespace orrery::tools
