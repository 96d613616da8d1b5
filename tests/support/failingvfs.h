// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <sqlite3.h>

namespace orrery::test {

/// A disk for SQLite that fails when told to: the default VFS, but each write counts against what is left. While an
/// object of it lives, it is the default of the process.
class FailingVfs
{
public:
    FailingVfs()
    {
        s_real = sqlite3_vfs_find(nullptr);
        m_vfs = *s_real;
        m_vfs.zName = "failing";
        m_vfs.szOsFile = int(sizeof(File)) + s_real->szOsFile;
        m_vfs.pNext = nullptr;
        m_vfs.xOpen = open;
        s_left = INT64_MAX;
        sqlite3_vfs_register(&m_vfs, 1);
    }
    ~FailingVfs()
    {
        sqlite3_vfs_unregister(&m_vfs);
        sqlite3_vfs_register(s_real, 1);
    }
    /// From now on so many bytes may be written, then each write fails with `code`, part of it done.
    void failAfter(std::int64_t bytes, int code)
    {
        s_code = code;
        s_left = bytes;
    }
    void heal() { s_left = INT64_MAX; }
    /// How often something has waited for the disk.
    int syncs() const { return s_syncs; }

private:
    struct File {
        sqlite3_file base;
        sqlite3_file *real() { return reinterpret_cast<sqlite3_file *>(this + 1); }
    };
    static sqlite3_file *real(sqlite3_file *file) { return reinterpret_cast<File *>(file)->real(); }

    static int open(sqlite3_vfs *, const char *name, sqlite3_file *file, int flags, int *outFlags)
    {
        file->pMethods = nullptr;
        sqlite3_file *own = real(file);
        const int code = s_real->xOpen(s_real, name, own, flags, outFlags);
        if (own->pMethods)
            file->pMethods = methods();
        return code;
    }
    static int write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
    {
        const std::int64_t before = s_left.fetch_sub(size);
        if (before >= size)
            return real(file)->pMethods->xWrite(real(file), data, size, offset);
        if (before > 0)
            real(file)->pMethods->xWrite(real(file), data, int(before), offset);
        s_left = 0;
        return s_code;
    }
    template <auto Method, typename... Arguments>
    static auto pass(sqlite3_file *file, Arguments... arguments)
    {
        return (real(file)->pMethods->*Method)(real(file), arguments...);
    }

    inline static sqlite3_vfs *s_real = nullptr;
    inline static std::atomic<std::int64_t> s_left{INT64_MAX};
    inline static std::atomic<int> s_code{SQLITE_FULL};
    inline static std::atomic<int> s_syncs{0};
    static const sqlite3_io_methods *methods()
    {
        using M = sqlite3_io_methods;
        static const sqlite3_io_methods table = {
            2,
            [](sqlite3_file *f) { return pass<&M::xClose>(f); },
            [](sqlite3_file *f, void *p, int n, sqlite3_int64 o) {
                return pass<&M::xRead>(f, p, n, o);
            },
            write,
            [](sqlite3_file *f, sqlite3_int64 n) { return pass<&M::xTruncate>(f, n); },
            [](sqlite3_file *f, int n) {
                ++s_syncs;
                return pass<&M::xSync>(f, n);
            },
            [](sqlite3_file *f, sqlite3_int64 *n) { return pass<&M::xFileSize>(f, n); },
            [](sqlite3_file *f, int n) { return pass<&M::xLock>(f, n); },
            [](sqlite3_file *f, int n) { return pass<&M::xUnlock>(f, n); },
            [](sqlite3_file *f, int *n) { return pass<&M::xCheckReservedLock>(f, n); },
            [](sqlite3_file *f, int n, void *p) { return pass<&M::xFileControl>(f, n, p); },
            [](sqlite3_file *f) { return pass<&M::xSectorSize>(f); },
            [](sqlite3_file *f) { return pass<&M::xDeviceCharacteristics>(f); },
            [](sqlite3_file *f, int a, int b, int c, void volatile **p) {
                return pass<&M::xShmMap>(f, a, b, c, p);
            },
            [](sqlite3_file *f, int a, int b, int c) { return pass<&M::xShmLock>(f, a, b, c); },
            [](sqlite3_file *f) { pass<&M::xShmBarrier>(f); },
            [](sqlite3_file *f, int n) { return pass<&M::xShmUnmap>(f, n); },
            nullptr,
            nullptr};
        return &table;
    }

    sqlite3_vfs m_vfs{};
};

} // namespace orrery::test
