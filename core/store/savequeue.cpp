// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/savequeue.h"

#include <chrono>
#include <utility>

namespace orrery::store {

namespace {

void tell(const SaveQueue::Job &job, const SaveQueue::Saved &saved)
{
    for (const auto &done : job.done)
        done(saved);
}

} // namespace

/// Puts a job into the queue, or in place of an earlier one of its session, whose waiters it takes over.
void SaveQueue::put(const std::string &session, Job job)
{
    m_failed.erase(session);
    const auto [it, isNew] = m_waiting.try_emplace(session);
    if (isNew)
        m_order.push_back(session);
    it->second.context = std::move(job.context);
    it->second.version = job.version;
    for (Done &done : job.done)
        it->second.done.push_back(std::move(done));
}

void SaveQueue::retryFailed()
{
    for (auto &[session, failed] : std::exchange(m_failed, {}))
        put(session, std::move(failed.job));
}

void SaveQueue::add(const std::string &session, std::function<Json()> context, Done done)
{
    Job job{std::move(context), 0, {}};
    if (done)
        job.done.push_back(std::move(done));
    {
        std::unique_lock lock(m_mutex);
        if (m_closed) {
            lock.unlock();
            tell(job, {session, 0, 0,
                       makeError(ErrorCode::Cancelled,
                                 "The context of " + session
                                     + " was not saved: the journal is closed already.")});
            return;
        }
        job.version = ++m_version;
        put(session, std::move(job));
        if (std::exchange(m_running, true))
            return;
    }
    m_schedule();
}

void SaveQueue::work()
{
    std::unique_lock lock(m_mutex);
    while (!m_order.empty()) {
        m_current = std::move(m_order.front());
        m_order.pop_front();
        Job job = std::move(m_waiting.extract(m_current).mapped());
        const std::string session = m_current;
        lock.unlock();
        const Saved saved = m_write(session, job);
        const Job told{{}, 0, std::exchange(job.done, {})};
        lock.lock();
        m_current.clear();
        // Before anybody is told: who hears of a failure and flushes then has it tried again.
        settle(session, std::move(job), saved);
        lock.unlock();
        tell(told, saved);
        lock.lock();
    }
    m_running = false;
    m_idle.notify_all();
}

void SaveQueue::settle(const std::string &session, Job job, const Saved &saved)
{
    if (!saved.error) {
        retryFailed(); // what was in the way has gone, perhaps
    } else if (!m_waiting.contains(session)) {
        m_failed[session] = {std::move(job), *saved.error};
    }
}

/// Nothing under way and nothing left; an error names what is.
Result<void> SaveQueue::waitUntilIdle(std::unique_lock<std::mutex> &lock, int deadlineMs)
{
    retryFailed();
    if (!m_order.empty() && !std::exchange(m_running, true)) {
        lock.unlock();
        m_schedule();
        lock.lock();
    }
    if (!m_idle.wait_for(lock, std::chrono::milliseconds(deadlineMs), [&] { return !m_running; })) {
        std::string names = m_current;
        for (const std::string &session : m_order)
            if (session != m_current)
                names += (names.empty() ? "" : ", ") + session;
        for (const auto &[session, failed] : m_failed)
            names += (names.empty() ? "" : ", ") + session + " (" + failed.error.message + ")";
        return fail(ErrorCode::Timeout,
                    "These contexts could not be written in time: " + names + ".");
    }
    if (m_failed.empty())
        return {};
    std::string names;
    for (const auto &[session, failed] : m_failed)
        names += (names.empty() ? "" : ", ") + session + " (" + failed.error.message + ")";
    return fail(ErrorCode::Database, "These contexts could not be written: " + names + ".");
}

Result<void> SaveQueue::flush(int deadlineMs)
{
    std::unique_lock lock(m_mutex);
    return waitUntilIdle(lock, deadlineMs);
}

Result<void> SaveQueue::close(int deadlineMs)
{
    std::unique_lock lock(m_mutex);
    if (std::exchange(m_closed, true))
        return {};
    const auto written = waitUntilIdle(lock, deadlineMs);
    const auto dropped = std::exchange(m_waiting, {});
    m_order.clear();
    m_failed.clear();
    lock.unlock();
    for (const auto &[session, job] : dropped)
        tell(job, {session, job.version, 0, written.error()});
    return written;
}

} // namespace orrery::store
