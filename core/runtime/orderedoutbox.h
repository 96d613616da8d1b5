// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace orrery::runtime {

/// Publishes what happens to a shared table in the order in which it happened, and never while the table's lock is held.
/// Whoever changes the table puts what it did in here while it holds that lock, lets go of it, and calls flush(): then all
/// that was put in before has been published, by this thread or by another. Records are numbered from 1, without gaps.
/// Lock order: the table's, then the queue's; the publishing one, then the queue's and what `publish` takes. `publish`
/// must not use the table.
template <typename Record>
class OrderedOutbox
{
public:
    using Publish = std::function<void(std::uint64_t number, Record record)>;
    explicit OrderedOutbox(Publish publish) : m_publish(std::move(publish)) {}

    /// The table's lock is held.
    void put(Record record)
    {
        std::lock_guard lock(m_queueMutex);
        m_pending.push_back(std::move(record));
    }
    /// The table's lock is not held.
    void flush()
    {
        std::lock_guard publishing(m_publishMutex);
        {
            std::lock_guard lock(m_queueMutex);
            m_batch.swap(m_pending);
        }
        for (Record &record : m_batch)
            m_publish(++m_number, std::move(record));
        m_batch.clear();
    }

private:
    const Publish m_publish;
    std::mutex m_queueMutex;
    std::vector<Record> m_pending; // guarded by m_queueMutex
    std::mutex m_publishMutex;
    std::vector<Record> m_batch; // guarded by m_publishMutex, as the next
    std::uint64_t m_number = 0;
};

} // namespace orrery::runtime
