// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/usemark.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace orrery::store {

namespace {

Result<void> lockShared(int descriptor)
{
    while (::flock(descriptor, LOCK_SH) != 0)
        if (errno != EINTR)
            return fail(ErrorCode::Io, "A file could not be marked as being in use.",
                        std::strerror(errno));
    return {};
}

} // namespace

Result<UseMark> UseMark::set(const std::string &file)
{
    const std::string path = file + "-open";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return fail(ErrorCode::Io, path + " could not be opened.", std::strerror(errno));
    UseMark mark(descriptor, ::flock(descriptor, LOCK_EX | LOCK_NB) == 0);
    if (!mark.m_isAlone)
        if (auto shared = lockShared(descriptor); !shared)
            return fail(shared.error());
    return mark;
}

UseMark::~UseMark()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<void> UseMark::share() { return lockShared(m_descriptor); }

} // namespace orrery::store
