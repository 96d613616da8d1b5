// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/eventbus.h"

#include "core/base/secrets.h"
#include "core/store/journal.h"

#include <algorithm>

namespace orrery::runtime {

std::vector<EventPtr> Subscription::drain(std::size_t max)
{
    std::lock_guard lock(m_mutex);
    const std::size_t count = std::min(max, m_queue.size() - m_head);
    std::vector<EventPtr> taken;
    if (m_head == 0 && count == m_queue.size()) {
        taken.swap(m_queue);
        return taken;
    }
    const auto first = m_queue.begin() + static_cast<std::ptrdiff_t>(m_head);
    const auto last = first + static_cast<std::ptrdiff_t>(count);
    taken.assign(std::make_move_iterator(first), std::make_move_iterator(last));
    m_head += count;
    if (m_head == m_queue.size()) {
        m_queue.clear();
        m_head = 0;
    }
    return taken;
}

bool Subscription::empty() const
{
    std::lock_guard lock(m_mutex);
    return m_head == m_queue.size();
}

EventBus::EventBus(const Clock &clock, store::JournalWriter *journal,
                   std::shared_ptr<const Secrets> secrets)
    : m_clock(clock), m_journal(journal), m_secrets(std::move(secrets)),
      m_seq(journal ? journal->lastSeq() : 0)
{}

std::uint64_t EventBus::publish(Event event)
{
    if (m_secrets)
        if (auto masked = m_secrets->maskedJson(event.data.text()))
            event.data = EventData::fromText(std::move(*masked));
    auto shared = std::make_shared<Event>(std::move(event));
    // One lock over numbering and hand-over, so that every receiver sees the order of the numbers.
    std::lock_guard lock(m_mutex);
    const std::uint64_t seq = ++m_seq;
    shared->seq = seq;
    shared->timeUs = m_clock.wallUs();
    if (m_journal)
        m_journal->append(shared);
    bool stale = false;
    for (const auto &weak : m_receivers) {
        const auto receiver = weak.lock();
        if (!receiver) {
            stale = true;
            continue;
        }
        bool wasEmpty;
        {
            std::lock_guard queueLock(receiver->m_mutex);
            wasEmpty = receiver->m_head == receiver->m_queue.size();
            receiver->m_queue.push_back(shared);
        }
        if (wasEmpty && receiver->m_wake)
            receiver->m_wake();
    }
    if (stale)
        std::erase_if(m_receivers, [](const auto &weak) { return weak.expired(); });
    return seq;
}

std::shared_ptr<Subscription> EventBus::subscribe(std::function<void()> wake)
{
    auto receiver = std::make_shared<Subscription>();
    receiver->m_wake = std::move(wake);
    std::lock_guard lock(m_mutex);
    m_receivers.push_back(receiver);
    return receiver;
}

} // namespace orrery::runtime
