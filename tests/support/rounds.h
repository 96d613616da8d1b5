// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdlib>

namespace orrery::test {

/// Of so many rounds of a random test one is made here: a sanitizer makes each take five to ten times as long, and all of
/// them run without it.
inline constexpr int kOneRoundOf =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    5;
#else
    1;
#endif

/// How many rounds a random test makes, of which it takes `all` where nothing slows it down. The environment variable
/// ORRERY_TEST_ROUNDS multiplies them, for a longer search.
inline int rounds(int all)
{
    const char *times = std::getenv("ORRERY_TEST_ROUNDS");
    return std::max(1, all / kOneRoundOf) * std::max(1, times ? std::atoi(times) : 1);
}

} // namespace orrery::test
