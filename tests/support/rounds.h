// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdlib>

namespace orrery::test {

/// How much slower than elsewhere random tests may be taken to be here: a sanitizer makes each round take five to ten times
/// as long, and the same rounds run in full without it.
inline constexpr int kShareOfRounds =
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
    return std::max(1, all / kShareOfRounds) * std::max(1, times ? std::atoi(times) : 1);
}

} // namespace orrery::test
