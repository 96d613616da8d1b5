// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <utility>

namespace orrery::store {

/// Tells whether somebody else, in this program or another, has a file open: a lock on `FILE-open` beside it, which ends
/// with its holder, however that ends.
class UseMark
{
public:
    /// Nobody else has the file, and who comes now waits until share(); or somebody has it (isAlone() is false).
    static Result<UseMark> set(const std::string &file);
    ~UseMark();
    UseMark(UseMark &&other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1)), m_isAlone(other.m_isAlone)
    {}
    UseMark &operator=(UseMark &&) = delete;

    bool isAlone() const { return m_isAlone; }
    /// Lets others in.
    Result<void> share();

private:
    UseMark(int descriptor, bool isAlone) : m_descriptor(descriptor), m_isAlone(isAlone) {}
    int m_descriptor;
    bool m_isAlone;
};

} // namespace orrery::store
