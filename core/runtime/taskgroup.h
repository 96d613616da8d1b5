// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>

#include <functional>
#include <mutex>

namespace orrery::runtime {

/// The blocking jobs of one run, on a pool of threads. Once it is closed it takes no more, so that after drain() none
/// runs and none will. Thread-safe.
class TaskGroup
{
public:
    explicit TaskGroup(int threads);
    ~TaskGroup() { drain(); }

    /// False when it is closed: the job is dropped and never run.
    bool start(std::function<void()> job);
    void close(); ///< from now on
    /// Closes it, and waits for what has been started.
    void drain();

private:
    std::mutex m_mutex;
    bool m_isClosed = false; ///< guarded by m_mutex
    QThreadPool m_pool;
};

} // namespace orrery::runtime
