// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/textfile.h"

#include "core/base/ids.h"
#include "core/tools/descriptor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

std::string reason(int code) { return std::generic_category().message(code); }

/// Goes down a resolved path folder by folder and never through a symlink, so that one which has come to stand there
/// since the path was checked leads nowhere. On an error the descriptor is invalid and errno says why.
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

bool readAll(int file, std::string &text)
{
    std::array<char, 65536> buffer;
    for (;;) {
        const ssize_t size = read(file, buffer.data(), buffer.size());
        if (size == 0)
            return true;
        if (size > 0)
            text.append(buffer.data(), static_cast<std::size_t>(size));
        else if (errno != EINTR)
            return false;
    }
}

} // namespace

Result<std::string> readText(const fs::path &path)
{
    const std::string name = path.filename().string();
    const Descriptor folder = openFolder(path.parent_path(), false);
    // Not blocking: a pipe waits for whoever writes into it.
    const Descriptor file(
        folder ? openat(folder, name.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC) : -1);
    if (!file && (errno == ENOENT || errno == ENOTDIR))
        return fail(ErrorCode::NotFound, "There is no file " + name + ".");
    struct stat status;
    if (!file || fstat(file, &status) != 0)
        return fail(ErrorCode::Io, name + " cannot be read: " + reason(errno));
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::InvalidArgument, name + " is not a file.");
    std::string content;
    if (!readAll(file, content))
        return fail(ErrorCode::Io, name + " cannot be read: " + reason(errno));
    if (content.find('\0') != std::string::npos)
        return fail(ErrorCode::InvalidArgument, name + " is a binary file.");
    return content;
}

Result<void> writeTextAtomically(const fs::path &path, std::string_view text)
{
    const std::string name = path.filename().string();
    const Descriptor folder = openFolder(path.parent_path(), true);
    if (!folder)
        return fail(ErrorCode::Io, "The folder of " + name + " cannot be made: " + reason(errno));
    const std::string temporary = newId(".write");
    Descriptor file(openat(folder, temporary.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file)
        return fail(ErrorCode::Io, name + " cannot be written: " + reason(errno));
    struct stat old;
    const bool replaces = fstatat(folder, name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
    const bool written =
        writeAll(file, text)
        && (!replaces || !S_ISREG(old.st_mode) || fchmod(file, old.st_mode & 07777) == 0)
        && file.close();
    if (!written || renameat(folder, temporary.c_str(), folder, name.c_str()) != 0) {
        const int code = errno;
        unlinkat(folder, temporary.c_str(), 0);
        return fail(ErrorCode::Io, name + " cannot be written: " + reason(code));
    }
    return {};
}

std::vector<std::string_view> splitLines(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
        lines.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return lines;
}

CommonEnds commonEnds(const std::vector<std::string_view> &old,
                      const std::vector<std::string_view> &now)
{
    std::size_t head = 0;
    while (head < old.size() && head < now.size() && old[head] == now[head])
        ++head;
    std::size_t tail = 0;
    while (tail < old.size() - head && tail < now.size() - head
           && old[old.size() - 1 - tail] == now[now.size() - 1 - tail])
        ++tail;
    return {head, tail};
}

ChangedLines changedLines(std::string_view before, std::string_view after)
{
    const auto old = splitLines(before);
    const auto now = splitLines(after);
    const auto [head, tail] = commonEnds(old, now);
    const int first = static_cast<int>(head) + 1;
    return {first, std::max(first, static_cast<int>(old.size() - tail)),
            std::max(first, static_cast<int>(now.size() - tail)), before == after};
}

} // namespace orrery::tools
