// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <utility>

namespace orrery::store {

/// A file on disk for as long as somebody of this process has it open, however many names lead to it. Thread-safe.
///
/// A process loses all its record locks of a file when it closes any descriptor of it (fcntl(2)), also one that SQLite
/// knows nothing of. So what is opened here is closed only when nobody of this process holds the file any more, and
/// whoever opens it through SQLite holds it first.
class HeldFile
{
public:
    enum class Make { No, Yes };
    /// With Make::Yes a file that is not there is made, empty, for its owner alone (mode 0600, whatever the umask).
    /// It is to be written then. Errors say what the path leads to: nothing, a folder, a pipe, a file that may not be opened.
    static Result<HeldFile> hold(const std::string &path, Make make);
    HeldFile(HeldFile &&other) noexcept
        : m_path(std::move(other.m_path)), m_inode(std::exchange(other.m_inode, nullptr))
    {}
    HeldFile(const HeldFile &other);
    HeldFile &operator=(HeldFile) = delete;
    ~HeldFile();

    const std::string &path() const { return m_path; }
    bool isSameAs(const HeldFile &other) const { return m_inode == other.m_inode; }

    /// Takes the right to write, which one object of one process has at a time. False when it is taken. It ends with
    /// unlock(), or with the process, however that ends. Errors: the file may not be written, or its file system has no
    /// locks.
    Result<bool> lock();
    void unlock();
    bool isLocked() const;  ///< by anybody, this process included
    bool isDeleted() const; ///< no name leads to it any more; only while it is locked by us

private:
    struct Inode;
    struct Inodes;
    HeldFile(std::string path, Inode *inode) : m_path(std::move(path)), m_inode(inode) {}
    static Inodes &inodes();
    static Result<int> descriptorOf(Inode &inode, const std::string &path, bool isToWrite);

    std::string m_path;
    Inode *m_inode;
};

} // namespace orrery::store
