// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/adaptivemutex.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace orrery {

namespace {

void pause()
{
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace

void AdaptiveMutex::lockWhenFree()
{
    // One pause takes some 20 ns, so this is 20 µs in all.
    for (int pauses = 32; pauses <= 512; pauses *= 2) {
        for (int i = 0; i < pauses; ++i)
            pause();
        if (m_state.load(std::memory_order_relaxed) == Free && try_lock())
            return;
    }
    // Who has slept cannot know whether others still do, and takes it as awaited.
    while (m_state.exchange(Awaited, std::memory_order_acquire) != Free)
        m_state.wait(Awaited, std::memory_order_relaxed);
}

} // namespace orrery
