// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/taskgroup.h"

#include <algorithm>
#include <utility>

namespace orrery::runtime {

TaskGroup::TaskGroup(int threads) { m_pool.setMaxThreadCount(std::max(1, threads)); }

// The lock is held over the hand-over: who closes the group afterwards finds the job in the pool and waits for it.
bool TaskGroup::start(std::function<void()> job)
{
    std::lock_guard lock(m_mutex);
    if (m_isClosed)
        return false;
    m_pool.start(std::move(job));
    return true;
}

void TaskGroup::close()
{
    std::lock_guard lock(m_mutex);
    m_isClosed = true;
}

void TaskGroup::drain()
{
    close();
    m_pool.waitForDone();
}

} // namespace orrery::runtime
