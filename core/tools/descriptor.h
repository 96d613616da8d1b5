// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>

#include <unistd.h>

namespace orrery::tools {

/// Owns an open file descriptor. A value; not thread-safe.
class Descriptor
{
public:
    explicit Descriptor(int fd = -1) : m_fd(fd) {}
    Descriptor(Descriptor &&other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    Descriptor &operator=(Descriptor &&other) noexcept
    {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    ~Descriptor() { close(); }

    explicit operator bool() const { return m_fd >= 0; }
    operator int() const { return m_fd; }
    int get() const { return m_fd; }
    int release() { return std::exchange(m_fd, -1); } ///< the caller closes it
    /// False when what was written could not be kept.
    bool close() { return m_fd < 0 || ::close(std::exchange(m_fd, -1)) == 0; }

private:
    int m_fd;
};

} // namespace orrery::tools
