// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/model/event.h"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace orrery::store {
class JournalWriter;
}
namespace orrery {
class Secrets;
}

namespace orrery::runtime {

/// One receiver's queue. `drain` may be called from one thread; events are never dropped.
class Subscription
{
public:
    /// Takes out up to `max` events in order.
    std::vector<EventPtr> drain(std::size_t max);
    bool empty() const;

private:
    friend class EventBus;
    mutable std::mutex m_mutex;
    std::vector<EventPtr> m_queue; // guarded by m_mutex
    std::size_t m_head = 0;        // guarded by m_mutex
    std::function<void()> m_wake;
};

/// Gives events their number and time and hands them, without the keys that stand in them, to the journal and to every
/// subscriber. Thread-safe. Lock order: bus before subscription.
class EventBus
{
public:
    /// `secrets`: what is masked; null = nothing.
    EventBus(const Clock &clock, store::JournalWriter *journal,
             std::shared_ptr<const Secrets> secrets = nullptr);

    /// Fills in seq and timeUs, and returns seq.
    std::uint64_t publish(Event event);
    /// `wake` is called on the publishing thread when the queue turns from empty to non-empty; it must only post.
    std::shared_ptr<Subscription> subscribe(std::function<void()> wake);

private:
    const Clock &m_clock;
    store::JournalWriter *m_journal; ///< may be null
    const std::shared_ptr<const Secrets> m_secrets;
    std::mutex m_mutex;
    std::uint64_t m_seq;                                  // guarded by m_mutex
    std::vector<std::weak_ptr<Subscription>> m_receivers; // guarded by m_mutex
};

} // namespace orrery::runtime
