// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/heappolicy.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace orrery {

void keepFreedMemory()
{
#ifdef __GLIBC__
    constexpr int megabyte = 1 << 20;
    // What is larger is still mapped for itself and handed back at once. 32 MB is the most that glibc takes here.
    mallopt(M_MMAP_THRESHOLD, 32 * megabyte);
    mallopt(M_TRIM_THRESHOLD, 64 * megabyte);
#endif
}

} // namespace orrery
