// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/heldfile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

namespace orrery::store {

struct HeldFile::Inode {
    std::pair<dev_t, ino_t> key;
    int holders = 0;
    bool isLocked = false; ///< by this process
    int toRead = -1;
    int toWrite = -1;
};

/// Record locks belong to the process as a whole, and so does what is known of them.
struct HeldFile::Inodes {
    std::mutex mutex;
    std::map<std::pair<dev_t, ino_t>, Inode> open;
};

HeldFile::Inodes &HeldFile::inodes()
{
    // Never destroyed: what is static itself may hold a file longer than any static here would live.
    static Inodes &all = *new Inodes;
    return all;
}

namespace {

/// One byte far behind all that SQLite locks or a journal can hold.
struct flock writersLock(short type)
{
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = off_t(1) << 62;
    lock.l_len = 1;
    return lock;
}

Error cannotOpen(const std::string &path, int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR: return makeError(ErrorCode::NotFound, path + ": there is no such file.");
    case EACCES:
    case EPERM:
        return makeError(ErrorCode::Denied, path
                                                + ": permission denied. Expected a file that this "
                                                  "user may open, in a folder that it may enter.");
    case EROFS:
        return makeError(ErrorCode::Denied, path + ": it lies on a file system that is read-only.");
    default:
        return makeError(ErrorCode::Io,
                         path + ": it cannot be opened (" + std::strerror(code) + ").");
    }
}

const char *kindOf(mode_t mode)
{
    return S_ISDIR(mode)    ? "a folder"
           : S_ISFIFO(mode) ? "a pipe"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}

/// True when it was made: empty, and from its first moment for nobody but its owner.
bool makeFile(const std::string &path)
{
    const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made < 0)
        return false;
    ::fchmod(made, 0600); // a umask may have taken something of it
    ::close(made);
    return true;
}

/// Where a link leads that leads to no file: O_EXCL would not make that one.
std::string targetOf(const std::string &path)
{
    char target[4096];
    const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
    if (length <= 0)
        return path;
    const std::string place(target, std::size_t(length));
    return place.front() == '/' ? place : path.substr(0, path.rfind('/') + 1) + place;
}

} // namespace

Result<HeldFile> HeldFile::hold(const std::string &path, Make make)
{
    Inodes &all = inodes();
    // Over the making too: once it is closed again, somebody may open it.
    std::lock_guard lock(all.mutex);
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
        const int missing = errno;
        if (missing != ENOENT || make == Make::No)
            return fail(cannotOpen(path, missing));
        const bool isMade = makeFile(targetOf(path));
        const int why = errno;
        if (::stat(path.c_str(), &found) != 0)
            return isMade ? fail(cannotOpen(path, errno))
                   : why == ENOENT || why == ENOTDIR
                       ? fail(ErrorCode::NotFound,
                              path + ": it cannot be made, the folder is not there.")
                       : fail(cannotOpen(path, why));
    }
    if (!S_ISREG(found.st_mode))
        return fail(ErrorCode::InvalidArgument,
                    path + " is " + kindOf(found.st_mode) + ", expected a file.");
    const int wanted = make == Make::Yes ? R_OK | W_OK : R_OK;
    if (::faccessat(AT_FDCWD, path.c_str(), wanted, AT_EACCESS) != 0)
        return fail(cannotOpen(path, errno));
    Inode &inode = all.open[{found.st_dev, found.st_ino}];
    inode.key = {found.st_dev, found.st_ino};
    ++inode.holders;
    return HeldFile(path, &inode);
}

HeldFile::HeldFile(const HeldFile &other) : m_path(other.m_path), m_inode(other.m_inode)
{
    std::lock_guard lock(inodes().mutex);
    ++m_inode->holders;
}

HeldFile::~HeldFile()
{
    if (!m_inode)
        return;
    Inodes &all = inodes();
    std::lock_guard lock(all.mutex);
    if (--m_inode->holders > 0)
        return;
    for (const int descriptor : {m_inode->toRead, m_inode->toWrite})
        if (descriptor >= 0)
            ::close(descriptor);
    all.open.erase(m_inode->key);
}

Result<int> HeldFile::descriptorOf(Inode &inode, const std::string &path, bool isToWrite)
{
    int &descriptor = isToWrite ? inode.toWrite : inode.toRead;
    if (descriptor >= 0)
        return descriptor;
    const int opened = ::open(path.c_str(), (isToWrite ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (opened < 0)
        return fail(cannotOpen(path, errno));
    struct stat found {};
    if (::fstat(opened, &found) != 0 || inode.key != std::pair(found.st_dev, found.st_ino)) {
        ::close(opened); // of another file, whose locks nobody of us has had the time to take
        return fail(ErrorCode::Conflict, path + ": another file has taken its place just now.");
    }
    descriptor = opened;
    return opened;
}

Result<bool> HeldFile::lock()
{
    std::lock_guard lock(inodes().mutex);
    if (m_inode->isLocked)
        return false;
    const auto descriptor = descriptorOf(*m_inode, m_path, true);
    if (!descriptor)
        return fail(descriptor.error());
    struct flock wanted = writersLock(F_WRLCK);
    if (::fcntl(*descriptor, F_OFD_SETLK, &wanted) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            return false;
        return fail(ErrorCode::Io, m_path + ": its file system cannot lock it ("
                                       + std::strerror(errno)
                                       + "), so nothing would keep two programs from writing it at "
                                         "once. Expected a file on a local disk.");
    }
    m_inode->isLocked = true;
    return true;
}

void HeldFile::unlock()
{
    std::lock_guard lock(inodes().mutex);
    if (!std::exchange(m_inode->isLocked, false))
        return;
    struct flock none = writersLock(F_UNLCK);
    ::fcntl(m_inode->toWrite, F_OFD_SETLK, &none);
}

bool HeldFile::isLocked() const
{
    std::lock_guard lock(inodes().mutex);
    if (m_inode->isLocked)
        return true;
    const auto descriptor = descriptorOf(*m_inode, m_path, false);
    if (!descriptor)
        return false;
    struct flock other = writersLock(F_WRLCK);
    return ::fcntl(*descriptor, F_OFD_GETLK, &other) == 0 && other.l_type != F_UNLCK;
}

bool HeldFile::isDeleted() const
{
    std::lock_guard lock(inodes().mutex);
    struct stat found {};
    return m_inode->toWrite >= 0 && ::fstat(m_inode->toWrite, &found) == 0 && found.st_nlink == 0;
}

} // namespace orrery::store
