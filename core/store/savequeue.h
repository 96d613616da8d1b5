// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/journal.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

namespace orrery::store {

/// The order of saves: each session's latest, sessions in turn. Knows neither a database nor what threads there are:
/// `write` writes one, and `schedule` has work() called on some thread. Thread-safe; calls `write`, `schedule` and
/// `done` without holding its lock. Standard primitives only, so that ThreadSanitizer can follow it.
class SaveQueue
{
public:
    using Saved = ContextStore::Saved;
    using Done = std::function<void(const Saved &)>;
    struct Job {
        std::function<Json()> context;
        std::uint64_t version = 0;
        std::vector<Done> done;
    };

    /// `write` is never called by two threads at once. `schedule` is called when there is work and nobody is at it.
    SaveQueue(std::function<Saved(const std::string &session, const Job &job)> write,
              std::function<void()> schedule)
        : m_write(std::move(write)), m_schedule(std::move(schedule))
    {}

    void add(const std::string &session, std::function<Json()> context, Done done);
    void work();
    Result<void> flush(int deadlineMs);
    Result<void> close(int deadlineMs);

private:
    struct Failed {
        Job job; ///< those who waited have been told
        Error error;
    };

    void put(const std::string &session, Job job);
    void retryFailed();
    void settle(const std::string &session, Job job, const Saved &saved);
    Result<void> waitUntilIdle(std::unique_lock<std::mutex> &lock, int deadlineMs);

    const std::function<Saved(const std::string &, const Job &)> m_write;
    const std::function<void()> m_schedule;
    std::mutex m_mutex;
    std::condition_variable m_idle;
    // All below is guarded by m_mutex.
    std::map<std::string, Job> m_waiting;
    std::deque<std::string> m_order; ///< of the sessions in m_waiting
    std::map<std::string, Failed> m_failed;
    std::string m_current; ///< the session that is being written
    std::uint64_t m_version = 0;
    bool m_running = false;
    bool m_closed = false;
};

} // namespace orrery::store
