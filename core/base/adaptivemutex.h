// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>

namespace orrery {

/// A mutex for sections of some hundred nanoseconds. Who finds it taken stays away for a microsecond before it tries
/// again, and goes to sleep only after some tens of them. So a thread that comes back soon finds its data still in its
/// own cache, where an ordinary mutex hands them to and fro or pays for sleeping and waking. Not fair within such times.
class AdaptiveMutex
{
public:
    AdaptiveMutex() = default;
    AdaptiveMutex(const AdaptiveMutex &) = delete;
    AdaptiveMutex &operator=(const AdaptiveMutex &) = delete;

    void lock()
    {
        if (!try_lock())
            lockWhenFree();
    }
    bool try_lock()
    {
        int expected = Free;
        return m_state.compare_exchange_strong(expected, Taken, std::memory_order_acquire,
                                               std::memory_order_relaxed);
    }
    void unlock()
    {
        if (m_state.exchange(Free, std::memory_order_release) == Awaited)
            m_state.notify_one();
    }

private:
    enum State { Free, Taken, Awaited /**< taken, and someone may sleep */ };
    void lockWhenFree();

    std::atomic<int> m_state{Free};
};

} // namespace orrery
