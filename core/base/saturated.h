// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>

namespace orrery {

/// Adds to a sum of numbers that anybody may have written: it stays at the limit that it meets.
inline void addSaturated(std::int64_t &sum, std::int64_t more)
{
    if (__builtin_add_overflow(sum, more, &sum))
        sum = more > 0 ? std::numeric_limits<std::int64_t>::max()
                       : std::numeric_limits<std::int64_t>::min();
}

} // namespace orrery
